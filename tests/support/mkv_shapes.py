"""
Every layout of a Matroska file that matters to a write: its strategy, and the comment that it shows.

The same table is built of small clusters for unit tests, and of real ones for other programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.support import mkv

IN_PLACE, COPY, REFUSED = "matroska_in_place", "matroska_copy", ""
Parts = tuple[tuple[str, mkv.Part], ...]


@dataclass(frozen=True)
class Shape:
    """One file, and its required result."""

    data: bytes
    short: str  # strategy for a short comment
    long: str  # … and for a comment of some thousand characters
    shows: str | None = None  # the comment that players show before
    holds: tuple[str, ...] = ()  # every comment of the film in it
    strays: int = 0  # entries of its directory without an element
    hidden: bool = False  # it has tags that players do not read


def shapes(clusters: Sequence[bytes], info: bytes, tracks: bytes, *, doc_type: str = "matroska") -> dict[str, Shape]:
    """The table, of these clusters (four or more), Info and Tracks."""
    film = tuple(mkv.clusters(clusters))
    return _Table(
        film, tuple(mkv.clusters(clusters, unsized=True)), (("info", info), ("tracks", tracks)), doc_type
    ).all()


@dataclass(frozen=True)
class _Table:
    film: Parts
    open: Parts  # the same clusters without their sizes
    front: Parts
    doc_type: str

    def all(self) -> dict[str, Shape]:
        return self.live() | self.directories() | self.tagged() | self.checked() | self.larger()

    def made(self, *parts: tuple[str, mkv.Part], more: bytes = b"", **options: Any) -> bytes:
        return mkv.film(*parts, head=mkv.header(self.doc_type, more), **options)

    def index(self, *, crc: bool = False) -> tuple[str, mkv.Part]:
        return "cues", mkv.index(len(self.film), crc=crc)

    def live(self) -> dict[str, Shape]:
        def live(*parts: tuple[str, mkv.Part]) -> bytes:
            return self.made(*parts, live=True)

        front, film, unsized = self.front, self.film, self.open
        old, only = _tags("old"), _comment("old")
        behind = _tags(OLD, named="tags")
        return {
            "live": Shape(live(*front, *film), COPY, COPY),
            "live, room in front": Shape(live(*front, ROOM, *film), IN_PLACE, COPY),
            "live, directory": Shape(live(_seek("info cues"), *front, *film, self.index()), IN_PLACE, IN_PLACE),
            "browser": Shape(live(*front, *unsized), COPY, COPY),
            "browser, room in front": Shape(live(*front, ROOM, *unsized), IN_PLACE, COPY),
            "browser, tags in front": Shape(live(*front, old, *unsized), COPY, COPY, "old", ("old",)),
            "browser, index and tags behind": Shape(
                live(_seek("info tags cues"), *front, *unsized, self.index(), behind), IN_PLACE, COPY, OLD, (OLD,)
            ),
            "browser, tags behind": Shape(
                live(_seek("info tags"), *front, *unsized, behind), IN_PLACE, COPY, OLD, (OLD,)
            ),
            "browser, hidden tags behind": Shape(live(*front, *unsized, old), COPY, COPY, None, ("old",), hidden=True),
            "browser, hidden comment behind": Shape(
                live(*front, *unsized, only), COPY, COPY, None, ("old",), hidden=True
            ),
            "browser, hidden comment between": Shape(
                live(*front, *unsized[:2], only, *film[2:]), REFUSED, REFUSED, None, ("old",), hidden=True
            ),
        }

    def directories(self) -> dict[str, Shape]:
        made, front, index = self.made, self.front, self.index()
        rest = (*self.film, index)
        old, named = _tags("old"), _tags("old", named="tags")
        return {
            "no directory": Shape(made(*front, *rest), COPY, COPY),
            "no directory, room": Shape(made(*front, ROOM, *rest), IN_PLACE, COPY),
            "directory": Shape(made(_seek("info tracks cues"), *front, *rest), IN_PLACE, IN_PLACE),
            "directory that gives nothing up": Shape(made(_seek("cues"), *front, *rest), COPY, COPY),
            "directory behind": Shape(made(*front, *rest, _seek("info tracks cues")), COPY, COPY),
            "stray entry": Shape(
                made(_seek("info chapters tags"), *front, *rest, named), COPY, COPY, None, ("old",), 1, hidden=True
            ),
            "stray entry, tags in front": Shape(
                made(_seek("info chapters"), *front, old, ROOM, *rest), IN_PLACE, COPY, "old", ("old",), 1
            ),
            "stray entry for what was passed": Shape(
                made(_seek("other_info tracks tags"), *front, *rest, named), IN_PLACE, IN_PLACE, "old", ("old",), 1
            ),
            "stray entry for tags": Shape(
                made(_seek("info tracks tags cues"), *front, *rest), IN_PLACE, IN_PLACE, strays=1
            ),
            "junk behind": Shape(made(_seek("info tracks cues"), *front, *rest, tail=JUNK), COPY, COPY),
            "junk behind, room": Shape(made(_seek("info cues"), *front, ROOM, *rest, tail=JUNK), IN_PLACE, COPY),
            "index in front": Shape(made(_seek("cues"), *front, index, *self.film), COPY, COPY),
            "clusters listed": Shape(
                made(
                    *(_seek("info tracks listed"), *front, *rest),
                    ("listed", mkv.directory(*(name for name, _ in self.film))),
                ),
                *(IN_PLACE, IN_PLACE),
            ),
        }

    def tagged(self) -> dict[str, Shape]:
        made, front, film, index = self.made, self.front, self.film, self.index()
        listing = _seek("info tracks tags cues")
        one, two = _tags("one", named="tags"), _tags("two", title="Two", named="tags 2")
        only = _comment("old", named="tags")
        return {
            "tags between": Shape(
                made(listing, *front, *film[:2], _tags(OLD, named="tags"), *film[2:], index),
                *(IN_PLACE, IN_PLACE, OLD, (OLD,)),
            ),
            "hidden tags between": Shape(
                made(_seek("info tracks cues"), *front, *film[:2], _tags("old"), *film[2:], index),
                *(IN_PLACE, IN_PLACE, None, ("old",), 0, True),
            ),
            "hidden comment between": Shape(
                made(*front, *film[:2], only, *film[2:], index), COPY, COPY, None, ("old",), hidden=True
            ),
            "title in front, comment behind": Shape(
                made(listing, *front, _tags(None), *film, index, only), IN_PLACE, IN_PLACE, "old", ("old",)
            ),
            "comment in front, title behind": Shape(
                made(listing, *front, _comment("old"), *film, index, _tags(None, named="tags")),
                *(IN_PLACE, IN_PLACE, "old", ("old",)),
            ),
            "two in front": Shape(
                made(_seek("info cues"), *front, one, two, *film, index), IN_PLACE, IN_PLACE, "two", ("one", "two")
            ),
            "two behind": Shape(
                made(_seek("info tags tags_2 cues"), *front, *film, one, index, two),
                *(IN_PLACE, IN_PLACE, "two", ("one", "two")),
            ),
            "two behind, one hidden": Shape(
                made(listing, *front, *film, one, index, two),
                *(IN_PLACE, IN_PLACE, "one", ("one", "two"), 0, True),
            ),
        }

    def checked(self) -> dict[str, Shape]:
        index = self.index(crc=True)
        tagged = (*self.front, ("tags", CHECKED), *self.film, index)
        short = {"more": b"\x42\xf3\x81\x04", "size_width": 4}
        rest = (*self.front, *self.film, self.index())
        return {
            "checksums": Shape(
                self.made(_seek("info tags cues", crc=True), *tagged), IN_PLACE, IN_PLACE, "old", ("old",)
            ),
            "checksums, no room": Shape(self.made(_seek("cues", crc=True), *tagged), COPY, COPY, "old", ("old",)),
            "short sizes": Shape(self.made(_seek("info tracks cues"), *rest, **short), IN_PLACE, IN_PLACE),
            "short sizes, no room": Shape(self.made(_seek("cues"), *rest, **short), COPY, COPY),
        }

    def larger(self) -> dict[str, Shape]:
        parts = (*self.front, ("attachments", FONTS), *self.film, self.index(), ("chapters", CHAPTERS))
        return {
            "fonts and chapters": Shape(self.made(_seek("attachments chapters cues"), *parts), IN_PLACE, IN_PLACE),
            "fonts and chapters, no directory": Shape(self.made(*parts, tail=JUNK), COPY, COPY),
        }


OLD = "an old comment " * 20
JUNK = b"\0junk of no kind" * 40
ROOM = ("room", mkv.void(900))
CHECKED = mkv.checked(
    mkv.TAGS,
    mkv.checked(mkv.TAG, mkv.element(mkv.TARGETS), mkv.simple("TITLE", "At sea"), mkv.simple("COMMENT", "old")),
)
FONTS = mkv.element(mkv.ATTACHMENTS, mkv.void(70_001))
CHAPTERS = mkv.element(mkv.CHAPTERS, mkv.void(5001))


def _seek(listed: str, *, crc: bool = False) -> tuple[str, mkv.Part]:
    return "seek", mkv.directory(*(name.replace("_", " ") for name in listed.split()), crc=crc)


def _tags(text: str | None, *, title: str = "At sea", named: str = "") -> tuple[str, bytes]:
    """A Tags element with a title, and a comment if there is a text; `named` as the directory lists it."""
    commented = [mkv.simple("COMMENT", text)] if text is not None else []
    return named, mkv.element(mkv.TAGS, mkv.tag(mkv.simple("TITLE", title), *commented))


def _comment(text: str, *, named: str = "") -> tuple[str, bytes]:
    """A Tags element with a comment only."""
    return named, mkv.element(mkv.TAGS, mkv.tag(mkv.simple("Comment", text)))


TOYS = shapes(mkv.TOY, mkv.TOY_INFO, mkv.TOY_TRACKS)
