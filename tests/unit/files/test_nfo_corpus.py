"""
The corpus of NFO files: what an edit changes in files of many programs and people, and what a new file has.

A case is written from the rules of readers and writers, not from the code. The reader here is ElementTree, one root at
a time, so a mistake that our writer and our reader have in common shows.
"""

from __future__ import annotations

import base64
import codecs
import dataclasses
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from indexium_core.errors import RefusedError
from indexium_core.files.titles import nfo_editing
from indexium_core.model.publishing.nfo_content import NfoContent
from tests.support.cases import each_case

CASES = json.loads((Path(__file__).parents[2] / "corpus" / "nfo_edits.json").read_text(encoding="utf-8"))
MARKS = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


def whole(piece: Any) -> Any:
    """Return a value or a piece of a text; {"repeat": text, "times": n} is a long text."""
    return piece["repeat"] * piece["times"] if isinstance(piece, dict) and "repeat" in piece else piece


def joined(pieces: Sequence[Any]) -> str:
    return "".join(whole(each) for each in pieces)


class Bytes:
    """The bytes of a case as text in its encoding, and back."""

    def __init__(self, source: Mapping[str, Any] | None) -> None:
        source = source or {"text": [""]}
        self.encoding = source.get("encoding", "utf-8")
        self.mark = MARKS[self.encoding] if source.get("bom") else b""
        self.data = (
            base64.b64decode(source["base64"])
            if "base64" in source
            else self.mark + joined(source["text"]).encode(self.encoding)
        )

    def encoded(self, text: str) -> bytes:
        return self.mark + text.encode(self.encoding)

    def decoded(self, data: bytes) -> str:
        assert data.startswith(self.mark)
        return data.removeprefix(self.mark).decode(self.encoding)


def content_of(wanted: Mapping[str, Any]) -> NfoContent:
    of_root = {each.name for each in dataclasses.fields(NfoContent)} - {"values"}
    more = {name: each for name, each in wanted.items() if name in of_root}
    if "season_names" in more:
        more["season_names"] = {int(number): name for number, name in more["season_names"].items()}
    return NfoContent(values={name: whole(each) for name, each in wanted.items() if name not in of_root}, **more)


def roots_of(text: str, kind: str) -> list[ET.Element]:
    """Return the roots of a kind, each read alone; what is around them is left out."""
    pattern = rf"<!--.*?-->|<{kind}\b[^>]*/>|<{kind}\b.*?</{kind}\s*>"
    found = (each[0] for each in re.finditer(pattern, text, re.DOTALL))
    return [ET.fromstring(each) for each in found if not each.startswith("<!--")]


def texts(root: ET.Element, path: str) -> list[str]:
    found = ["".join(each.itertext()).replace("\r\n", "\n").replace("\r", "\n") for each in root.findall(path)]
    return [each for each in found if each.strip()]


def replaced(before: str, after: str, pairs: Sequence[tuple[str, str]]) -> None:
    for old, new in pairs:
        assert before.count(old) == 1, f"the case is ambiguous: {old}"
        before = before.replace(old, new)
    assert after == before


def lines_stay(before: str, after: str, gone: Sequence[str]) -> None:
    lines = iter(after.splitlines(keepends=True))
    for each in before.splitlines(keepends=True):
        assert each in gone or each in lines, f"lost or moved: {each!r}"


def added_lines_match(before: str, after: str, pattern: str) -> None:
    known = before.splitlines(keepends=True)
    added = [each for each in after.splitlines(keepends=True) if each not in known]
    assert added
    assert all(re.search(pattern, each) for each in added), added


def last_rating(root: ET.Element, rule: Mapping[str, Any]) -> None:
    """The last rating that is none of tomatoes is the one that Jellyfin shows."""
    last = [each for each in root.findall("ratings/rating") if "tomato" not in each.get("name", "")][-1]
    assert float(last.findtext("value", "")) <= rule["at_most"]
    assert last.get("default") == rule.get("default", last.get("default"))


def cast(root: ET.Element, names: Sequence[str]) -> None:
    actors = enumerate(root.findall("actor"))
    ordered = sorted(actors, key=lambda each: (int(each[1].findtext("order") or each[0]), each[0]))
    assert [each.findtext("name") for _, each in ordered] == names


def each_is(root: ET.Element, rule: Mapping[str, str]) -> None:
    for tag, text in rule.items():
        assert {each.text for each in root.findall(tag)} <= {text}, tag


def no_match(root: ET.Element, rule: Mapping[str, str]) -> None:
    for tag, pattern in rule.items():
        assert texts(root, tag)
        assert not [each for each in texts(root, tag) if re.search(pattern, each)]


TEXT_CHECKS: Mapping[str, Callable[[str, str, Any], None]] = {
    "replaced": replaced,
    "lines_stay": lines_stay,
    "added_lines_match": added_lines_match,
}
ROOT_CHECKS: Mapping[str, Callable[[ET.Element, Any], None]] = {
    "last_rating": last_rating,
    "cast": cast,
    "all_read": each_is,
    "no_match": no_match,
}
OTHER_CHECKS = {"refused", "may_refuse", "unchanged", "becomes", "keeps", "lacks", "starts", "ends", "counts", "reads"}


def check(expected: Mapping[str, Any], before: Bytes, after: bytes, kind: str) -> None:
    text = before.decoded(after)
    if expected.get("unchanged"):
        assert after == before.data
    if "becomes" in expected:
        assert after == before.encoded(joined(expected["becomes"]))
    for name in TEXT_CHECKS.keys() & expected.keys():
        TEXT_CHECKS[name](before.decoded(before.data), text, expected[name])
    assert [each for each in expected.get("keeps", ()) if each not in text] == []
    assert [each for each in expected.get("lacks", ()) if each in text] == []
    assert {each: text.count(each) for each in expected.get("counts", ())} == expected.get("counts", {})
    assert text.startswith(expected.get("starts", ""))
    assert text.endswith(expected.get("ends", ""))
    roots = roots_of(text, kind)
    for root, reads in zip(roots, expected.get("reads", ()), strict=False):
        assert {path: texts(root, path) for path in reads} == reads
    assert len(roots) >= len(expected.get("reads", [{}]))
    for name in ROOT_CHECKS.keys() & expected.keys():
        ROOT_CHECKS[name](roots[0], expected[name])


@each_case("case", CASES, ids=[each["name"] for each in CASES])
def test_an_nfo_file_is_written_by_the_rules(case: Mapping[str, Any]) -> None:
    expected, before = case["expect"], Bytes(case["input"])
    contents = [content_of(each) for each in case["wanted"]]
    assert expected
    assert expected.keys() <= TEXT_CHECKS.keys() | ROOT_CHECKS.keys() | OTHER_CHECKS
    if case["input"] is None:
        after = nfo_editing.new_file(contents)
    elif expected.get("refused"):
        with pytest.raises(RefusedError):
            nfo_editing.edited(before.data, contents)
        return
    else:
        try:
            after = nfo_editing.edited(before.data, contents).content
        except RefusedError:
            assert expected.get("may_refuse"), "refused"
            return
    check(expected, before, after, contents[0].kind)
    assert nfo_editing.edited(after, contents).content == after
