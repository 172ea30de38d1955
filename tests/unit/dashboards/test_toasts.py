"""The kinds of toasts are equal in the scripts and the styles."""

from __future__ import annotations

import re
from pathlib import Path

import dashboards

FOLDER = Path(dashboards.__file__).parent


def test_every_kind_of_toast_has_a_style() -> None:
    script = (FOLDER / "assets" / "face" / "toasts.js").read_text(encoding="utf-8")
    [union] = re.findall(r"@typedef \{([^}]*)\} ToastKind", script)
    kinds = set(re.findall(r'"(\w+)"', union))
    styles = "".join(path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.css"))

    assert set(re.findall(r"\.toast\.(\w+)", styles)) == kinds - {"info"}  # the plain toast
