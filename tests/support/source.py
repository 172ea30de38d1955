"""The source code of the project for guards."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

__all__ = ["parsed"]


@functools.cache
def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a module, parsed once for all guards; never change it."""
    return ast.parse(path.read_text(encoding="utf-8"))
