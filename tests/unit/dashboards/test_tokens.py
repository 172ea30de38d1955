"""Contrast: WCAG's contrast of tokens that are shown on each other, in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import dashboards
from dashboards.components.drawing import tokens
from dashboards.frame.style_sheets import sheets
from tests.support.cases import each_case

FOLDER = Path(dashboards.__file__).parent
GROUNDS = ("ground", "surface", "sunken", "accent-soft")
LEVELS = ("safe", "warning", "danger", "blocked")
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in GROUNDS),
    *(("accent", ground) for ground in ("ground", "surface")),
    ("accent-ink", "accent"),
    ("surface", "danger"),  # the button of a dangerous action
    *((level, f"{level}-soft") for level in LEVELS),
    *((level, "surface") for level in LEVELS),
    *((kind, f"{kind}-soft") for kind in ("added", "removed")),
    *(("ink", f"{kind}-soft") for kind in ("added", "removed")),  # a comment before and after
]
SHAPES = [("focus", ground) for ground in GROUNDS] + [("ink-3", "surface")]  # outlines; the checkbox


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_matches_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@each_case("theme", ["light", "dark"])
@each_case(("front", "back"), TEXT)
def test_text_has_enough_contrast(theme: str, front: str, back: str) -> None:
    assert contrast(tokens(theme)[front], tokens(theme)[back]) >= 4.5


@each_case("theme", ["light", "dark"])
@each_case(("front", "back"), SHAPES)
def test_meaningful_shapes_have_enough_contrast(theme: str, front: str, back: str) -> None:
    assert contrast(tokens(theme)[front], tokens(theme)[back]) >= 3


@each_case("theme", ["light", "dark"])
@each_case(("front", "back"), [(front, back) for front, back in TEXT if front.startswith("ink")])
def test_text_has_more_contrast_on_request(theme: str, front: str, back: str) -> None:
    text = (FOLDER / "assets" / "contrast.css").read_text(encoding="utf-8")
    light, _, dark = text.partition(':root[data-theme="dark"]')
    colours = tokens(theme) | dict(re.findall(r"--([\w-]+):\s*([^;]+);", light if theme == "light" else dark))
    assert contrast(colours[front], colours[back]) >= 7


def test_themes_define_same_tokens() -> None:
    text = (FOLDER / "assets" / "tokens.css").read_text(encoding="utf-8")
    light, _, dark = text.partition(':root[data-theme="dark"]')
    colours = {name for name, value in re.findall(r"--([\w-]+):\s*([^;]+);", light) if "#" in value or "rgb" in value}
    assert colours == set(re.findall(r"--([\w-]+):", dark))


@each_case("name", sorted(sheets()))
def test_stylesheets_use_only_tokens(name: str) -> None:
    text = sheets()[name]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{}]*\{)", text) == []
    sizes = [size.strip() for size in re.findall(r"font-size:\s*([^;}]+)", text)]
    assert [size for size in sizes if not size.startswith(("var(", "inherit"))] == []
    rounds = " ".join(re.findall(r"border-radius:\s*([^;}]+)", text))
    assert re.findall(r"[1-9]\d*px", rounds) == []


@each_case("name", sorted(sheets()))
def test_every_used_token_is_defined(name: str) -> None:
    text = sheets()[name] + (FOLDER / "assets" / "page.css").read_text(encoding="utf-8")
    own = set(re.findall(r"--([\w-]+)\s*:", text)) | {"dock", "lost", "top"}  # measured by the page
    assert set(re.findall(r"var\(--([\w-]+)", text)) - own - set(tokens("light")) == set()
