"""The pages of the navigation, in their groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

GROUPS: Mapping[str, Sequence[str]] = {
    "Decide": ("plan", "checks", "decide"),
    "Collection": ("library", "titles", "publish", "people"),
    "Writing": ("requests", "progress", "history"),
    "Tools": ("query", "jobs", "settings"),
}
_GROUP_OF = {name: group for group, names in GROUPS.items() for name in names}


def entries(labels: Mapping[str, str], paths: Mapping[str, str]) -> list[dict[str, str]]:
    """
    Return the id, label, address (`href`) and group of pages.

    A page without a group has no entry in the navigation: a page above it leads to it.
    """
    return [
        {"id": name, "label": label, "href": paths[name], "group": _GROUP_OF.get(name, "")}
        for name, label in labels.items()
    ]
