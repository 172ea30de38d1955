"""The source code of the project for guards."""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from types import ModuleType


@functools.cache
def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a module, parsed once for all guards; never change it."""
    return ast.parse(path.read_text(encoding="utf-8"))


def public_names(module: ModuleType) -> list[str]:
    """Return the names of the functions and classes that a module defines and that other modules may use."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]
