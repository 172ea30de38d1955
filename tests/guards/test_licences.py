"""The installed packages have the licences that NOTICE names."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

from tests.support.cases import each_case

ROOT = Path(__file__).resolve().parents[2]
NOTICE = " ".join((ROOT / "NOTICE").read_text(encoding="utf-8").split())
DIRECT = [
    Requirement(text).name for text in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
]


def licence_of(name: str) -> str:
    """Return the licence in the metadata of an installed package."""
    data = importlib.metadata.metadata(name)
    classifiers = [value for value in data.get_all("Classifier") or [] if value.startswith("License")]
    return " ".join([data.get("License-Expression") or "", (data.get("License") or "")[:200], *classifiers])


def closure(names: list[str]) -> set[str]:
    """Return the packages with all their dependencies."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name in found:
            continue
        try:
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # needed on other platforms only
        found.add(name)
        wanted = [Requirement(text) for text in needs]
        waiting += [need.name for need in wanted if need.marker is None or need.marker.evaluate({"extra": ""})]
    return found


@each_case("name", DIRECT)
def test_every_dependency_is_named_with_its_licence(name: str) -> None:
    said = licence_of(name).lower()
    family = re.search(r"apache|bsd|mit\b|isc\b|lgpl|mpl|psf", said)

    assert re.search(rf"\b{re.escape(name)}\b|{'PyAV' if name == 'av' else name}", NOTICE, re.IGNORECASE)
    assert family, f"{name} says of its licence: {said!r}"
    assert family[0] in NOTICE.lower()


def test_no_dependency_in_process_is_under_gpl() -> None:
    gpl = re.compile(r"(?<!L)(?<!Lesser )\bA?GPL|GNU (?:Affero )?General Public", re.IGNORECASE)

    assert [name for name in sorted(closure(DIRECT)) if gpl.search(licence_of(name))] == []
