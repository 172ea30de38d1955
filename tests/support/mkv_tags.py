"""The content of the tags of a Matroska document, by RFC 9559 only; and generated tags with comments of every kind."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import strategies as st

from tests.support import mkv

_SINGLE = {mkv.TRACK_UID, mkv.EDITION_UID, mkv.CHAPTER_UID, mkv.ATTACHMENT_UID}
_PADDING = {mkv.VOID, mkv.CRC_32}
_CARRIED = {mkv.SIMPLE_TAG, mkv.BINARY}  # other content of a comment


@dataclass(frozen=True)
class Tagged:
    """All tags of a document."""

    film: list[bytes] = field(default_factory=list)  # the comments of the film, in file order
    default: list[bool] = field(default_factory=list)  # whether each is in the default language
    others: list[list[bytes]] = field(default_factory=list)  # the other content of each Tags element, in order

    @property
    def said(self) -> list[bytes]:
        """Return the texts of the comments of the film."""
        return [text.rstrip(b"\0") for text in self.film]


def tagged(data: bytes) -> Tagged:
    """Parse all Tags elements of a document."""
    found = Tagged()
    for _, _, raw in (it for it in mkv.level_1(data) if it[0] == mkv.TAGS):
        tags = [body for kind, body in mkv.inside(raw) if kind == mkv.TAG]
        others = [part for body in tags for part in _others(body, found)]
        found.others.extend([others] if others else [])
    found.others.sort()  # a Tags element may move after another one
    return found


def _others(body: bytes, found: Tagged) -> list[bytes]:
    """
    Collect the film's comments of a Tag, and return everything else in it; return nothing for a Tag of another object.
    """
    children = [it for it in mkv.inside(mkv.element(mkv.TAG, body)) if it[0] not in _PADDING]
    targets = [mkv.element(kind, content) for kind, content in children if kind == mkv.TARGETS]
    film, kept = _is_film([part for raw in targets for part in mkv.inside(raw)]), []
    for kind, content in children:
        parts = mkv.inside(mkv.element(kind, content)) if kind == mkv.SIMPLE_TAG else []
        said = dict(parts)
        if film and said.get(mkv.NAME, b"").upper() == b"COMMENT" and said.get(mkv.STRING, b"").strip(b"\0"):
            found.film.append(said[mkv.STRING])
            plain = {said.get(mkv.LANGUAGE, b""), said.get(mkv.LANGUAGE_BCP47, b"")} <= {b"", b"und"}
            found.default.append(plain or said.get(mkv.DEFAULT) != b"\0")
            kept += [mkv.element(part, text) for part, text in parts if part in _CARRIED]
        elif kind != mkv.TARGETS:
            kept.append(mkv.element(kind, content))
    return [*targets, *kept] if kept else []


def _is_film(targets: Sequence[tuple[int, bytes]]) -> bool:
    said = dict(targets)
    if any(kind in _SINGLE and any(value) for kind, value in targets):
        return False
    if mkv.TARGET_TYPE_VALUE in said:
        return said[mkv.TARGET_TYPE_VALUE] == b"\x32"
    return said.get(mkv.TARGET_TYPE, b"MOVIE") == b"MOVIE"


SIMPLE = "<Simple><Name>COMMENT</Name><String>{}</String>{}</Simple>"
GERMAN = "<TagLanguage>ger</TagLanguage><DefaultLanguage>0</DefaultLanguage>"
ENGLISH = "<TagLanguage>eng</TagLanguage><DefaultLanguage>1</DefaultLanguage>"
TARGET = "<Targets><TargetTypeValue>{}</TargetTypeValue>{}</Targets>"
Texts = Sequence[tuple[str, str]]


def with_comments(path: Path, levels: Mapping[str, Texts]) -> None:
    """Add comments of these levels to a file, in this order, by mkvpropedit."""
    chapters, tags = path.with_name("chapters.xml"), path.with_name("tags.xml")
    mkv.run("mkvextract", path, "chapters", chapters)
    chapter = ET.fromstring(chapters.read_text("utf-8-sig")).findtext(".//ChapterAtom/ChapterUID")
    track = mkv.identify(path)["tracks"][0]["properties"]["uid"]
    targets = {
        "film": TARGET.format(50, ""),
        "chapter": TARGET.format(30, f"<ChapterUID>{chapter}</ChapterUID>"),
        "part": TARGET.format(30, ""),
        "track": TARGET.format(50, f"<TrackUID>{track}</TrackUID>"),
        "collection": TARGET.format(70, ""),
    }
    made = [targets[level] + "".join(SIMPLE.format(*said) for said in texts) for level, texts in levels.items()]
    tags.write_text("<Tags>" + "".join(f"<Tag>{tag}</Tag>" for tag in made) + "</Tags>")
    mkv.run("mkvpropedit", path, "--tags", f"all:{tags}")


_TEXTS = st.sampled_from(
    [
        b"Shot at sea",
        b"Shot at sea\r\nPeople: Ann Lee; more",
        b"People: Ann Lee",
        b"People: Bob Ray",
        "Gedreht auf hoher See, Zo\u00eb".encode(),
        "caf\u00e9".encode("latin-1"),
        "\u0421\u043d\u044f\u0442\u043e".encode("cp1251"),
        "\u6d77\u3067\u64ae\u5f71".encode("shift-jis"),
        b"padded\0\0\0",
        b"in front\0behind a NUL",
        b"\0hidden\0\0",
    ]
)
_LANGUAGES = st.sampled_from(
    [
        {},
        {"language": "und", "default": 0},
        {"language": "eng"},
        {"language": "eng", "default": 1},
        {"language": "ger", "default": 0},
        {"bcp47": "de-CH", "default": 0},
        {"bcp47": "fr"},
    ]
)
_COMMENTS = st.builds(
    lambda name, text, language: mkv.simple(name, text, **language),
    st.sampled_from(["COMMENT", "COMMENT", "Comment"]),
    _TEXTS,
    _LANGUAGES,
)
_NAMED = mkv.element(mkv.NAME, b"COMMENT")
OTHERS = st.sampled_from(
    [
        mkv.simple("TITLE", "At sea"),
        mkv.simple("ACTOR", "Ann Lee", mkv.simple("COMMENT", "nested")),
        mkv.simple("COMMENT", "old", mkv.simple("COMMENT", "nested in the film's")),
        mkv.element(mkv.SIMPLE_TAG, _NAMED, mkv.element(mkv.BINARY, b"\1\2")),
        mkv.element(mkv.SIMPLE_TAG, _NAMED),
        mkv.simple("COMMENT", b"\0"),
        mkv.element(mkv.SIMPLE_TAG, _NAMED, mkv.element(mkv.STRING, b"text"), mkv.element(mkv.BINARY, b"data")),
    ]
)
_TARGETS = st.sampled_from(
    [
        {},
        {},
        {"level": None},
        {"level": 70},
        {"level": 30},
        {"level": 60},
        {"track": 1},
        {"track": 0},
        {"level": 30, "chapter": 2},
        {"edition": 3},
        {"attachment": 4},
        {"kind": "MOVIE"},
        {"level": None, "kind": "COLLECTION"},
    ]
)


@st.composite
def contents(draw: st.DrawFn) -> bytes:
    """The content of a Tags element with 0 to 4 comments at any level, in any language, and other tags among them."""
    left, parts = draw(st.integers(0, 4)), []
    for _ in range(draw(st.integers(1, 3))):
        count = draw(st.integers(0, left))
        left -= count
        simples = [draw(_COMMENTS) for _ in range(count)]
        for other in draw(st.lists(OTHERS, max_size=2)):
            simples.insert(draw(st.integers(0, len(simples))), other)
        made = mkv.tag(*simples, **draw(_TARGETS))
        if draw(st.booleans()):
            made = mkv.checked(mkv.TAG, mkv.inside_of(made))
        parts.append(made)
    return b"".join(parts)
