"""Files rebuilt from the parts of old ones: nothing is lost, and every position is correct."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core.files import delta
from indexium_core.files.containers import Capabilities, registry
from indexium_core.files.containers.matroska import FAMILY, cues
from indexium_core.files.reader import BytesReader
from indexium_core.model.files.media import Extent, Patch, Rebuild, Refusal
from tests.support import mkv, mkv_shapes
from tests.support.cases import each_case
from tests.support.effort import effort
from tests.support.mkv_shapes import Shape
from tests.support.swaps import literal_bytes

FRONT = (("info", mkv.TOY_INFO), ("tracks", mkv.TOY_TRACKS))
FILM = mkv.clusters(mkv.TOY)
INDEX = ("cues", mkv.index(4))
USUAL = ("seek", mkv.directory("info", "tracks", "cues"))
SHARED = Capabilities(reflink=True)
FINELY = Capabilities(reflink=True, clone_block=512)
SUMMED = mkv.element(0xBF, b"abcd")
LONG = "People: " + "Somebody Unknown, " * 200


def pointed(data: bytes) -> Counter[bytes]:
    """Return the targets of the index and the directories, by their bytes; Tags, directories and the index excluded."""
    start, parts = mkv.segment_start(data), mkv.level_1(data)
    at = {place - start: raw for _, place, raw in parts}
    cued = [place for kind, _, raw in parts if kind == mkv.CUES for place in mkv.cue_positions(raw)]
    heads = [raw for kind, _, raw in parts if kind == mkv.SEEK_HEAD]
    changing = {mkv.TAGS, mkv.SEEK_HEAD, mkv.CUES}
    listed = [at.get(place, b"nothing") for raw in heads for kind, place in mkv.entries(raw) if kind not in changing]
    return Counter([at.get(place, b"nothing") for place in cued] + listed)


def checked_copy(
    data: bytes, text: str | None, means: Capabilities = mkv.PLAIN, *, strays: int = 0, hidden: bool = False
) -> bytes:
    """Copy, and check everything that must stay."""
    new = mkv.copied(data, text, means)

    mkv.sound(new, strays=strays, hidden=hidden)
    assert mkv.examine(new).problem is None
    assert mkv.players_show(new) == text
    assert mkv.comments(new) == ([text] if text else [])
    assert mkv.census(new) == mkv.census(data)
    assert mkv.media(new) == mkv.media(data)
    assert pointed(new) == pointed(data)
    assert sums(new) == sums(data)
    assert new.endswith(data[mkv.examine(data).end :])
    assert isinstance(mkv.planned(new, text), Patch)
    assert mkv.patch(new, text).writes == ()
    return new


def sums(data: bytes) -> list[int]:
    """Return the number of checksums in each index and directory."""
    kinds = {mkv.CUES, mkv.SEEK_HEAD}
    return [raw.count(b"\xbf\x84") for kind, _, raw in mkv.level_1(data) if kind in kinds]


def room(data: bytes) -> int:
    """Return the bytes of Void directly before the media."""
    parts = mkv.level_1(data)
    first = next(nth for nth, (kind, _, _) in enumerate(parts) if kind == mkv.CLUSTER)
    kind, _, raw = parts[first - 1]
    return len(raw) if kind == mkv.VOID else 0


SHAPES = pytest.mark.parametrize("shape", mkv_shapes.TOYS.values(), ids=mkv_shapes.TOYS)


@SHAPES
@pytest.mark.parametrize("text", ["People: Ann Lee", LONG], ids=["short", "long"])
def test_every_shape_has_its_strategy(shape: Shape, text: str) -> None:
    data, wanted = shape.data, shape.short if text != LONG else shape.long
    assert (mkv.players_show(data), tuple(mkv.comments(data))) == (shape.shows, shape.holds)
    choice = registry.choose(FAMILY, BytesReader(data), mkv.examine(data), mkv.change(text), mkv.PLAIN)
    if isinstance(choice, Refusal):
        assert (wanted, choice.code) == (mkv_shapes.REFUSED, "no_strategy_yet")
        return
    assert choice.strategy == wanted
    assert isinstance(choice.edit, Patch | Rebuild)
    new = mkv.apply(data, choice.edit)

    mkv.sound(new, strays=shape.strays, hidden=shape.hidden)
    assert mkv.players_show(new) == text
    assert mkv.comments(new) == [text]
    assert mkv.census(new) == mkv.census(data)
    assert mkv.media(new) == mkv.media(data)
    assert pointed(new) == pointed(data)


@SHAPES
@pytest.mark.parametrize("means", [mkv.PLAIN, SHARED], ids=["copied", "shared"])
def test_copied_shape_can_be_edited_in_place(shape: Shape, means: Capabilities) -> None:
    if not shape.short:
        assert "no gap can be left" in mkv.refusal(shape.data, "x", anew=True).message
        return
    new = checked_copy(shape.data, "People: Ann Lee", means, strays=shape.strays, hidden=shape.hidden)

    assert room(new) >= 4096
    assert isinstance(mkv.planned(new, LONG), Patch)
    assert isinstance(mkv.planned(new, None), Patch)
    assert mkv.census(mkv.written(new, None)) == mkv.census(shape.data)


@SHAPES
def test_comment_is_removed_from_every_shape(shape: Shape) -> None:
    for anew in (False, True):
        edit = mkv.planned(shape.data, None, anew=anew)
        if isinstance(edit, Refusal):
            assert shape.hidden or shape.short == mkv_shapes.COPY
            continue
        new = mkv.apply(shape.data, edit)
        mkv.sound(new, strays=shape.strays, hidden=shape.hidden)
        assert (mkv.players_show(new), mkv.comments(new)) == (None, [])
        assert mkv.census(new) == mkv.census(shape.data)


@SHAPES
@pytest.mark.parametrize("means", [mkv.PLAIN, SHARED], ids=["copied", "shared"])
def test_reverse_of_copy_is_small(shape: Shape, means: Capabilities) -> None:
    edit = mkv.planned(shape.data, "People: Ann Lee", means, anew=True)
    if isinstance(edit, Refusal):
        return
    assert isinstance(edit, Rebuild)
    reverse = delta.inverted(edit, BytesReader(shape.data))
    assert reverse is not None

    assert mkv.apply(mkv.apply(shape.data, edit), reverse) == shape.data
    assert literal_bytes(reverse) < 3500


def test_copy_has_no_literal_media() -> None:
    """The pieces alone prove to the builder of the file that no media byte is lost."""
    film = mkv.film(USUAL, *FRONT, *FILM[:2], ("", mkv.element(mkv.CHAPTERS, mkv.void(30))), *FILM[2:], INDEX)
    for means in (mkv.PLAIN, SHARED):
        edit = mkv.planned(film, "x", means, anew=True)
        assert isinstance(edit, Rebuild)
        taken = [piece for piece in edit.pieces if isinstance(piece, Extent)]
        for run in mkv.examine(film).payload:
            assert any(piece.offset <= run.offset and run.end <= piece.end for piece in taken)


@pytest.mark.parametrize("block", [512, 4096, 65_536])
def test_long_shared_ranges_move_by_whole_blocks(block: int) -> None:
    media = [mkv.element(mkv.CLUSTER, b"\xe7\x81\x00", mkv.element(0xA3, bytes([n]) * 40_000)) for n in range(12)]
    fonts, more = (mkv.element(mkv.ATTACHMENTS, mkv.void(size)) for size in (300_001, 280_002))
    parts = [("fonts", fonts), *mkv.clusters(media), ("cues", mkv.index(12)), ("more", more)]
    parts.append(("tags", mkv.element(mkv.TAGS, mkv.tag(mkv.simple("COMMENT", "to be put in front")))))
    data = mkv.film(("seek", mkv.directory("cues", "tags")), *FRONT, *parts, tail=bytes(300_003))
    edit = mkv.planned(data, "x" * 3001, Capabilities(reflink=True, clone_block=block), anew=True)
    assert isinstance(edit, Rebuild)
    at, shared = 0, 0
    for piece in edit.pieces:
        length = piece.length if isinstance(piece, Extent) else len(piece)
        if isinstance(piece, Extent) and length >= 4 * block:
            assert (at - piece.offset) % block == 0
            shared += length
        at += length

    assert edit.cloned
    assert shared > 0.9 * len(data)
    mkv.sound(mkv.apply(data, edit))
    assert room(mkv.apply(data, edit)) >= 4096


def test_unaligned_ranges_are_copied() -> None:
    """After a cluster of unknown size there is no place for the necessary Void."""
    open_ended = mkv.clusters(mkv.TOY, unsized=True)
    fonts = ("fonts", mkv.element(mkv.ATTACHMENTS, mkv.void(30_001)))
    tags = ("tags", mkv.element(mkv.TAGS, mkv.tag(mkv.simple("COMMENT", "old"))))
    data = mkv.film(("seek", mkv.directory("tags")), *FRONT, *open_ended, tags, fonts, live=True)
    edit = mkv.planned(data, "x", SHARED, anew=True)

    assert isinstance(edit, Rebuild)
    assert not edit.cloned
    checked_copy(data, "x", SHARED)


@each_case("means", [mkv.PLAIN, SHARED], ids=["copied", "shared"])
@each_case("crc", [False, True])
@each_case("front", [False, True])
def test_positions_are_widened_if_needed(front: bool, crc: bool, means: Capabilities) -> None:
    """An index before the media moves the media by the additional bytes of its positions."""
    media = [mkv.element(mkv.CLUSTER, b"\xe7\x81\x00", mkv.element(0xA3, bytes([n]) * 10_000)) for n in range(6)]
    index = ("cues", mkv.index(6, width=2, crc=crc))
    listing = ("seek", mkv.directory("info", "tracks", "cues", *(f"cluster {n}" for n in range(6)), width=2, crc=crc))
    film = mkv.clusters(media)
    data = mkv.film(listing, *FRONT, *([index, *film] if front else [*film, index]), tail=b"junk", size_width=3)
    assert 55_000 < len(data) < 65_536

    new = checked_copy(data, "x" * 3000, means)

    assert len(new) > 65_536
    assert mkv.census(new) == mkv.census(data)


def test_segment_size_field_is_widened_if_needed() -> None:
    data = mkv.film(("seek", mkv.directory("cues")), *FRONT, *FILM, INDEX, size_width=2)
    new = checked_copy(data, "x" * 17_000)
    narrow = mkv.header("matroska", b"\x42\xf3\x81\x02")
    short = mkv.film(("seek", mkv.directory("cues")), *FRONT, *FILM, INDEX, size_width=2, head=narrow)

    assert mkv.segment_start(new) == mkv.segment_start(data) + 1
    assert "too narrow" in mkv.refusal(short, "x" * 17_000, anew=True).message
    checked_copy(short, "x")


def test_all_index_positions_are_updated() -> None:
    """The state of a codec, and clusters that others refer to; 0 means the track's own state."""

    def index(at: dict[str, int]) -> bytes:
        second = at.get("cluster 1", 0).to_bytes(4, "big")
        reference = mkv.element(0xDB, mkv.element(0x96, b"\5"), mkv.element(0x97, second), mkv.element(0xEB, b"\0"))
        more = mkv.element(0xEA, second) + reference + mkv.element(0x5378, b"\2")
        return mkv.index(4, more=more)(at)  # type: ignore[operator]

    data = mkv.film(("seek", mkv.directory("cues")), *FRONT, *FILM, ("cues", index))
    new = checked_copy(data, "x")
    [before], [after] = ([raw for kind, _, raw in mkv.level_1(it) if kind == mkv.CUES] for it in (data, new))
    second = [(mkv.level_1(it)[-4][1] - mkv.segment_start(it)).to_bytes(4, "big") for it in (data, new)]

    assert (before.count(second[0]), after.count(second[1])) == (9, 9)
    assert after.count(mkv.element(0xEB, b"\0")) == 4


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ([USUAL, *FRONT, *FILM, ("cues", mkv.index(4, more=b"\x42\x42\x81\x05"))], "cannot correct"),
        ([USUAL, *FRONT, *FILM, ("cues", mkv.index(5))], "cannot correct"),
        ([USUAL, *FRONT, *FILM, ("cues", mkv.element(mkv.CUES, b"\xbb\x85\xb3"))], "larger than its parent"),
        ([USUAL, *FRONT, *FILM, ("strange", mkv.element(0x1ABCDEF0, b"\0\1\2"))], "0x1ABCDEF0"),
        ([USUAL, *FRONT, *FILM[:3], ("", mkv.element(mkv.CLUSTER, b"\xe7\x81\1\xa7\x81\x07"))], "hold their positions"),
        (
            [
                *FRONT,
                *FILM[:3],
                ("", mkv.element(mkv.CLUSTER, SUMMED, b"\xe7\x81\1\xab\x81\7\xa7\x82\0\1")),
            ],
            "hold their positions",
        ),
        ([*FRONT, ("", mkv.number(mkv.CLUSTER) + b"\xff\xe7\x81\1\xa7\x82\1\2"), *FILM], "hold their positions"),
    ],
    ids=[
        "unknown part",
        "no cluster",
        "damaged",
        "unknown element",
        "position",
        "position behind",
        "unsized",
    ],
)
def test_unknown_positions_are_not_moved(parts: list[Any], says: str) -> None:
    data = mkv.film(*parts, live=parts[2][1][4:5] == b"\xff")
    assert mkv.examine(data).problem is None

    assert says in mkv.refusal(data, "x", anew=True).message


def test_zero_position_of_live_recording_is_kept() -> None:
    live = mkv.element(mkv.CLUSTER, b"\xe7\x81\1\xa7\x81\0\xab\x81\7", mkv.element(0xA3, b"\xa7\x81\7" * 9))
    checked_copy(mkv.film(*FRONT, ("", live), *FILM), "x")


def test_no_copy_without_permission_to_replace() -> None:
    found = mkv.planned(mkv.film(*FRONT, *FILM), "x", Capabilities(replace=False), anew=True)

    assert isinstance(found, Refusal)
    assert found.code == "no_strategy_yet"


def test_copy_has_no_literal_padding() -> None:
    data = mkv.film(*FRONT, *FILM[:2], ("", mkv.void(100_000)), *FILM[2:])
    edit = mkv.planned(data, "x", anew=True)

    assert isinstance(edit, Rebuild)
    assert sum(len(piece) for piece in edit.pieces if isinstance(piece, bytes)) < 5000
    checked_copy(data, "x")


def test_seek_head_names_new_tags() -> None:
    """A SeekHead must list all elements (RFC 9559, section 6)."""
    new = checked_copy(mkv.film(USUAL, *FRONT, *FILM, INDEX), "x")

    assert mkv.targets(mkv.sound(new)[0][2]) == [mkv.INFO, mkv.TRACKS, mkv.CUES, mkv.TAGS]


def test_empty_seek_head_is_removed() -> None:
    old = ("tags", mkv.element(mkv.TAGS, mkv.tag(mkv.simple("COMMENT", "old"))))
    second = ("listed", mkv.directory("tags"))
    data = mkv.film(("seek", mkv.directory("listed", "cues")), *FRONT, *FILM, INDEX, second, old, tail=b"junk")
    without = mkv.copied(data, None)
    new = checked_copy(data, "x")

    assert [kind for kind, _, _ in mkv.sound(without)].count(mkv.SEEK_HEAD) == 1
    assert [kind for kind, _, _ in mkv.sound(new)].count(mkv.SEEK_HEAD) == 2


@pytest.mark.parametrize("index", [b"", b"\xbb\x80", b"\xbb\x85\xb3", b"\0\0", b"\xbf\x84abcd", b"\xf1\x81\7" * 9])
def test_damaged_cues_are_detected(index: bytes) -> None:
    found = cues.comparable(index, lambda position: position + 1)

    assert found is None or found != cues.comparable(index, lambda position: position + 2) or b"\xf1" not in index


def test_cues_are_compared_exactly() -> None:
    def said(shift: int, **made: Any) -> bytes | None:
        at = {f"cluster {n}": 500 * n + shift for n in range(4)}
        return cues.comparable(mkv.inside_of(mkv.index(4, **made)(at)), lambda position: position - shift)  # type: ignore[operator]

    usual = said(300)
    assert usual == said(70_000) == said(70_000, width=8) == said(9, crc=True)
    assert usual != said(300, more=b"\xb2\x81\1")
    moved = {f"cluster {n}": 500 * n + 301 for n in range(4)}
    assert usual != cues.comparable(mkv.inside_of(mkv.index(4)(moved)), lambda position: position - 300)  # type: ignore[operator]


# Any order of any elements


VOIDS = st.sampled_from([2, 3, 20, 200, 900]).map(lambda size: ("", mkv.void(size)))
TEXTS = st.sampled_from(["old", "an old comment " * 9])
TAGGED = st.one_of(
    TEXTS.map(lambda text: mkv.tag(mkv.simple("COMMENT", text))),
    TEXTS.map(lambda text: mkv.tag(mkv.simple("TITLE", "At sea"), mkv.simple("comment", text))),
    st.just(mkv.tag(mkv.simple("TITLE", "At sea"))),
    st.just(mkv.tag(mkv.simple("COMMENT", "of a track"), track=7)),
    st.just(mkv.tag(mkv.simple("COMMENT", "of a series"), level=70)),
)
TAGS = st.tuples(TAGGED, st.booleans()).map(lambda it: (mkv.checked if it[1] else mkv.element)(mkv.TAGS, it[0]))
OTHERS = st.sampled_from([(mkv.CHAPTERS, 40), (mkv.ATTACHMENTS, 9000), (mkv.ATTACHMENTS, 3)]).map(
    lambda it: ("", mkv.element(it[0], mkv.void(it[1])))
)
NAMES = ["info", "tracks", "cues", "tags", "tags 2", "chapters", "listed", "cluster 1"]


@st.composite
def films(draw: st.DrawFn) -> bytes:
    """A valid document of any order: two Tags, two directories, an index, padding, at any place among the clusters."""
    live = draw(st.booleans())
    loose = draw(st.lists(st.one_of(VOIDS, OTHERS), max_size=4))
    loose += [(name, draw(TAGS)) for name in draw(st.sampled_from([[], ["tags"], ["tags"], ["tags", "tags 2"]]))]
    index = mkv.index(2, width=draw(st.sampled_from([2, 4])), crc=draw(st.booleans()))
    loose += [("cues", index)] * draw(st.booleans())
    listed = st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True)
    loose += [("listed", mkv.directory(*draw(listed)))] * draw(st.sampled_from([0, 0, 0, 1]))
    parts = mkv.clusters(mkv.TOY[: draw(st.integers(2, 4))])
    if live:
        opened = dict(mkv.clusters(mkv.TOY, unsized=True))
        parts = [(name, opened[name] if draw(st.booleans()) else raw) for name, raw in parts]
    parts = [*FRONT, *parts]
    for part in loose:
        parts.insert(draw(st.integers(2, len(parts))), part)
    if draw(st.booleans()):
        width, crc = draw(st.sampled_from([2, 4])), draw(st.booleans())
        parts.insert(0, ("seek", mkv.directory(*draw(listed), width=width, crc=crc)))
    tail = b"" if live else draw(st.sampled_from([b"", b"", b"\0junk"]))
    return mkv.film(*parts, live=live, tail=tail, size_width=draw(st.sampled_from([3, 4, 8])))


@effort.examples(80, 200)
@given(films(), st.sampled_from([None, "new", "x" * 700]), st.booleans(), st.booleans())
def test_any_matroska_file_is_edited_or_refused(data: bytes, text: str | None, anew: bool, shared: bool) -> None:
    assert mkv.examine(data).problem is None
    strays = sum(place not in places(data) or places(data)[place] != kind for kind, place in listings(data))
    edit = mkv.planned(data, text, FINELY if shared else mkv.PLAIN, anew=anew)
    if isinstance(edit, Refusal):
        return
    new = mkv.apply(data, edit)

    mkv.sound(new, strays=strays, hidden=True)
    assert mkv.players_show(new) == text or (text is None and mkv.players_show(new) == "of a series")
    assert mkv.comments(new) == ([text] if text else [])
    assert mkv.census(new) == mkv.census(data)
    assert mkv.media(new) == mkv.media(data)
    assert titles(new) == titles(data)
    again = mkv.planned(new, text)
    assert isinstance(again, Patch)
    assert again.writes == ()


def places(data: bytes) -> dict[int, int]:
    return {at - mkv.segment_start(data): kind for kind, at, _ in mkv.level_1(data)}


def listings(data: bytes) -> list[tuple[int, int]]:
    return [entry for kind, _, raw in mkv.level_1(data) if kind == mkv.SEEK_HEAD for entry in mkv.entries(raw)]


def titles(data: bytes) -> list[int]:
    """Return the number of titles and other comments that players read, in each Tags element."""
    counts = [content.count(b"TITLE") + content.count(b"of a ") for content in mkv.read(data)]
    return [count for count in counts if count]
