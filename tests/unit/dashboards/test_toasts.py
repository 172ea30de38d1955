"""The kinds of toasts are equal in Python, JavaScript and the styles."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import dashboards
from dashboards.toasts import ToastKind

FOLDER = Path(dashboards.__file__).parent
KINDS = set(get_args(ToastKind))


def test_every_toast_has_known_kind() -> None:
    used = {
        kind
        for path in FOLDER.rglob("*.py")
        for kind in re.findall(r'\btoast\(\s*"(\w+)"', path.read_text(encoding="utf-8"))
    }

    assert used == KINDS


def test_browser_has_same_kinds() -> None:
    script = (FOLDER / "assets" / "face" / "toasts.js").read_text(encoding="utf-8")
    [union] = re.findall(r"@typedef \{([^}]*)\} ToastKind", script)
    styles = "".join(path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.css"))

    assert set(re.findall(r'"(\w+)"', union)) == KINDS
    assert set(re.findall(r"\.toast\.(\w+)", styles)) == KINDS - {"info"}  # the plain toast
