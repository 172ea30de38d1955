"""A page without a session: a sentence and links, in the frame of all pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

import jinja2

from dashboards import face
from dashboards.frame.entries import entries
from dashboards.frame.style_sheets import sheets

_SHEETS = ("indexium.css", "navigation.css")  # the style sheets of components that the frame needs


def page(
    title: str,
    sentence: str,
    links: Sequence[tuple[str, str]],
    *,
    labels: Mapping[str, str],
    paths: Mapping[str, str],
) -> str:
    """
    Return such a page.

    Args:
        title: Its headline.
        sentence: Its text.
        links: Labels and addresses of the links below the text, the most likely first.
        labels: Labels of the pages in the navigation, by name.
        paths: Their addresses, by name.

    """
    return template("plain.html").render(
        title=title,
        sentence=sentence,
        links=links,
        pages=[each for each in entries(labels, paths) if each["group"]],
        style=frame_style(),
        modules=face.modules(),
    )


def frame_style() -> str:
    """Return the style of the components that the frame of such a page needs."""
    return "".join(sheets()[name] for name in _SHEETS)


@cache
def template(name: str) -> jinja2.Template:
    """Return the template of a page without a session; it may extend another one."""
    return jinja2.Environment(loader=jinja2.FunctionLoader(asset), autoescape=True).get_template(name)


def asset(name: str) -> str:
    """Return the text of one of the assets."""
    return (resources.files("dashboards") / "assets" / name).read_text(encoding="utf-8")
