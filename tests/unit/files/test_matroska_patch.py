"""The place of the tags: patches of small documents, checked with an independent parser; nothing else moves."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexium_core.files.containers import Capabilities, Reader
from indexium_core.files.containers.matroska import FAMILY
from indexium_core.files.reader import BytesReader
from indexium_core.model.files.media import Change, Patch, Refusal
from tests.support import mkv
from tests.support.cases import each_case

TITLE = mkv.tag(mkv.simple("TITLE", "At sea"))
CLUSTER = mkv.element(mkv.CLUSTER, b"\xe7\x81\x00", bytes(90))
FRONT = (("info", mkv.TOY_INFO), ("tracks", mkv.TOY_TRACKS))
TRACK = mkv.tag(mkv.simple("BPS", "1"), track=7)


def commented(text: str) -> bytes:
    return mkv.tag(mkv.simple("TITLE", "At sea"), mkv.simple("COMMENT", text))


def order(data: bytes) -> list[str]:
    """The level-1 elements by name, clusters once."""
    names = {mkv.VOID: "void", mkv.SEEK_HEAD: "seek", mkv.TAGS: "tags", mkv.CUES: "cues", mkv.CLUSTER: "media"}
    found = [names.get(kind, "") for kind, _, _ in mkv.sound(data)]
    return [name for nth, name in enumerate(found) if name and (name != "media" or "media" not in found[:nth])]


def offset_of(data: bytes, kind: int) -> int:
    return next(at for found, at, _ in mkv.level_1(data) if found == kind)


def checked_write(data: bytes, text: str | None, *, strays: int = 0, hidden: bool = False) -> bytes:
    """Write, and check everything that must stay."""
    before = mkv.examine(data)
    new = mkv.written(data, text)
    after = mkv.examine(new)

    mkv.sound(new, strays=strays, hidden=hidden)
    assert after.problem is None
    assert mkv.players_show(new) == text
    assert mkv.comments(new) == ([text] if text else [])
    assert mkv.census(new) == mkv.census(data)
    assert (after.payload, after.clusters) == (before.payload, before.clusters)
    for extent in before.payload:
        assert new[extent.offset : extent.end] == data[extent.offset : extent.end]
    assert mkv.patch(new, text).writes == ()
    return new


def test_old_place_is_used_if_new_tags_fit() -> None:
    data = mkv.document(tags=commented("a long comment that will shrink"))
    new = checked_write(data, "short")

    assert len(new) == len(data)
    assert offset_of(new, mkv.TAGS) == offset_of(data, mkv.TAGS)
    assert order(new) == ["seek", "tags", "void", "media", "cues"]


@each_case("spare", [0, 1, 2, 3, 9, 10, 127, 128, 129, 130])
@each_case("crc", [False, True])
def test_any_rest_of_room_becomes_valid_void(spare: int, crc: bool) -> None:
    """A Void needs two bytes. If one byte is left, the size field of the tags is one byte longer."""
    data = mkv.document(tags=TITLE, after=600, crc=crc)
    room = offset_of(data, mkv.CLUSTER) - offset_of(data, mkv.TAGS)
    master = mkv.checked if crc else mkv.element
    text = next("x" * n for n in range(1000) if len(master(mkv.TAGS, commented("x" * n))) == room - spare)
    new = checked_write(data, text)

    assert len(new) == len(data)
    assert offset_of(new, mkv.TAGS) == offset_of(data, mkv.TAGS)
    assert order(new) == ["seek", "tags", *(["void"] if spare > 1 else []), "media", "cues"]


def test_void_before_old_tags_is_used() -> None:
    data = mkv.document(tags=TITLE, before=300)
    new = checked_write(data, "x" * 280)

    assert len(new) == len(data)
    assert offset_of(new, mkv.TAGS) < offset_of(data, mkv.TAGS)


def test_void_before_first_cluster_takes_tags_from_end() -> None:
    data = mkv.document(tags=TITLE, place="back", seek_void=4000)
    new = checked_write(data, "x" * 2000)

    assert len(new) == len(data)
    assert order(new) == ["seek", "void", "tags", "void", "media", "cues", "void"]


@pytest.mark.parametrize(("spare", "front"), [(63, False), (64, True), (65, True), (66, True), (100, True)])
def test_64_bytes_stay_beside_seek_head(spare: int, front: bool) -> None:
    tags = len(mkv.element(mkv.TAGS, commented("x" * 200)))
    new = checked_write(mkv.document(tags=TITLE, place="back", seek_void=tags + spare), "x" * 200)
    kinds = [kind for kind, _, _ in mkv.level_1(new)]

    assert (kinds[2] == mkv.TAGS) == front
    assert not front or len(mkv.level_1(new)[1][2]) == 64


def test_64_bytes_stay_if_seek_head_gets_new_entry() -> None:
    new = checked_write(mkv.document(seek_void=1000), "x" * 200)
    kind, _, void = mkv.level_1(new)[1]

    assert kind == mkv.VOID
    assert 64 <= len(void) <= 65
    assert order(new) == ["seek", "void", "tags", "void", "media", "cues"]


def test_segment_grows_where_no_void_is_large_enough() -> None:
    data = mkv.document(tags=TITLE, seek_void=80)
    new = checked_write(data, "x" * 500)

    assert order(new) == ["seek", "void", "void", "media", "cues", "tags"]
    assert len(new) == len(data) + len(mkv.element(mkv.TAGS, commented("x" * 500)))


def test_tags_at_end_grow_where_they_are() -> None:
    data = mkv.document(tags=TITLE, place="back")
    new = checked_write(data, "x" * 5000)

    assert offset_of(new, mkv.TAGS) == offset_of(data, mkv.TAGS)
    assert order(new) == ["seek", "media", "cues", "tags"]


def test_void_at_end_is_used_before_segment_grows() -> None:
    data = mkv.document(tags=TITLE, seek_void=40, back=mkv.void(100))
    new = checked_write(data, "x" * 500)

    assert order(new) == ["seek", "void", "void", "media", "cues", "tags"]
    assert len(new) == len(data) - 100 + len(mkv.element(mkv.TAGS, commented("x" * 500)))


def test_seek_head_without_room_points_to_second_one() -> None:
    data = mkv.document()
    new = checked_write(data, "x" * 50)
    first, second = (raw for kind, _, raw in mkv.sound(new) if kind == mkv.SEEK_HEAD)

    assert order(new) == ["seek", "void", "media", "cues", "seek", "tags"]
    assert mkv.targets(first) == [mkv.TRACKS, mkv.CUES, mkv.SEEK_HEAD]
    assert mkv.targets(second) == [mkv.INFO, mkv.TAGS]


def test_second_seek_head_is_edited_from_then_on() -> None:
    data = checked_write(mkv.document(), "x" * 50)
    longer = checked_write(data, "x" * 5000)
    without = checked_write(longer, None)

    assert order(longer) == ["seek", "void", "media", "cues", "seek", "tags"]
    assert order(without) == ["seek", "void", "media", "cues", "seek", "void"]
    assert order(checked_write(without, "y")) == ["seek", "void", "media", "cues", "seek", "tags", "void"]


def test_narrow_positions_are_replaced_by_second_seek_head() -> None:
    film = {mkv.INFO: mkv.element(mkv.INFO), mkv.TRACKS: mkv.element(mkv.TRACKS), mkv.CLUSTER: CLUSTER * 1000}
    data = mkv.document(tags=TITLE, position_width=2, real=film)
    new = checked_write(data, "x" * 100)

    assert order(new) == ["seek", "void", "void", "media", "seek", "tags"]


def test_uncorrectable_entry_of_other_seek_head_blocks_write() -> None:
    film = {mkv.INFO: mkv.element(mkv.INFO), mkv.TRACKS: mkv.element(mkv.TRACKS), mkv.CLUSTER: CLUSTER * 1000}
    made = {"tags": TITLE, "listed": False, "real": film}
    wall = mkv.element(mkv.CHAPTERS, b"\xec\x80")
    second = mkv.element(mkv.SEEK_HEAD, mkv.seek(mkv.TAGS, 0, 2))
    blank = mkv.document(**made, back=second + wall)  # type: ignore[arg-type]
    position = offset_of(blank, mkv.TAGS) - mkv.level_1(blank)[0][1]
    data = blank.replace(mkv.seek(mkv.TAGS, 0, 2), mkv.seek(mkv.TAGS, position, 2))
    mkv.sound(data)

    assert mkv.refusal(data, "x" * 100).code == "no_strategy_yet"


def test_file_without_seek_head_gets_none() -> None:
    """A SeekHead would have to list all elements: mkvmerge would not search for others."""
    data = mkv.document(seek_head=False, seek_void=150)

    assert order(checked_write(data, "x" * 60)) == ["tags", "void", "media", "cues"]
    assert "no room" in mkv.refusal(data, "x" * 160).message


def test_tags_before_media_need_no_seek_head() -> None:
    new = checked_write(mkv.document(seek_head=False, tags=TITLE, after=300), "x" * 50)

    assert order(new) == ["tags", "void", "media", "cues"]


def test_unlisted_tags_are_listed_by_next_write() -> None:
    data = mkv.document(tags=mkv.tag(mkv.simple("COMMENT", "hidden")), place="back", listed=False, seek_void=80)
    new = checked_write(data, "hidden")

    assert mkv.targets(mkv.sound(new)[0][2])[-1] == mkv.TAGS


@pytest.mark.parametrize(("after", "front"), [(0, False), (400, True)])
def test_directory_after_dangling_entry_is_not_followed(after: int, front: bool) -> None:
    """FFmpeg stops at such an entry; tags before the media are read anyway."""
    listed = mkv.directory("info", "chapters", "tags", "cues")
    tagged = ("tags", mkv.element(mkv.TAGS, TITLE)), ("room", mkv.void(after))
    data = mkv.film(("seek", listed), *FRONT, *tagged, *mkv.clusters(mkv.TOY), ("cues", mkv.index(4)))

    if front:
        checked_write(data, "x" * 300, strays=1)
    else:
        assert mkv.refusal(data, "x" * 300).code == "no_strategy_yet"


@pytest.mark.parametrize(
    "data",
    [
        mkv.document(seek_head=False),
        mkv.document(seek_head=False, seek_void=400),
        mkv.document(tags=TITLE, size_width=2),
    ],
    ids=["no directory, no void", "void too small for the tags", "the segment's size field is too narrow"],
)
def test_no_room_is_refused(data: bytes) -> None:
    refusal = mkv.refusal(data, "x" * 17_000)

    assert (refusal.code, "no room" in refusal.message) == ("no_strategy_yet", True)


@pytest.mark.parametrize("width", [2, 3, 4, 8])
def test_segment_size_keeps_its_width(width: int) -> None:
    data = mkv.document(tags=TITLE, place="back", size_width=width)
    room = (1 << 7 * width) - 2 - (len(data) - len(mkv.header()) - 4 - width)
    new = checked_write(data, "x" * min(room - 40, 200_000))

    assert new[: len(mkv.header()) + 4] == data[: len(mkv.header()) + 4]
    assert offset_of(new, mkv.CLUSTER) == offset_of(data, mkv.CLUSTER)


def test_segment_size_of_all_ones_is_rejected() -> None:
    data = mkv.document(tags=TITLE, place="back", size_width=2)
    most = 16_382 - (len(data) - len(mkv.header()) - 6)
    grown = next(
        n
        for n in range(most)
        if len(mkv.element(mkv.TAGS, commented("x" * n))) - len(mkv.element(mkv.TAGS, TITLE)) == most
    )

    assert len(checked_write(data, "x" * grown)) == len(data) + most
    assert mkv.refusal(data, "x" * (grown + 1)).code == "no_strategy_yet"


def test_only_different_bytes_are_written() -> None:
    data = mkv.document(tags=commented("People: Ann Lee") + TRACK * 50, after=50)
    patch = mkv.patch(data, "People: Bob Ray")

    assert patch == Patch(writes=((data.index(b"Ann Lee"), b"Bob Ray"),), size=len(data))


def test_old_text_does_not_survive_in_void() -> None:
    data = mkv.document(tags=commented("People: Ann Lee"), seek_void=80)

    assert b"Ann Lee" not in checked_write(data, None)
    assert b"Ann Lee" not in checked_write(data, "x" * 500)


def test_same_comment_changes_nothing() -> None:
    assert mkv.patch(mkv.document(tags=commented("same"), before=9, after=20), "same").writes == ()


def test_empty_comment_is_none() -> None:
    assert mkv.comments(mkv.written(mkv.document(tags=commented("x")), "")) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (Change(field="camera", old=None, new="x"), "no_strategy_yet"),
        (Change(field="comment", old=None, new="x", where="stream"), "no_strategy_yet"),
        (Change(field="comment", old=None, new="a\0b"), "invalid_value"),
    ],
)
def test_unstorable_comment_is_rejected(change: Change, code: str) -> None:
    data = mkv.document(tags=TITLE)
    for strategy in FAMILY.strategies():
        refusal = strategy.plan(BytesReader(data), mkv.examine(data), [change], mkv.PLAIN)
        assert getattr(refusal, "code", "") == code


def test_census_names_what_changed() -> None:
    data = mkv.document(tags=TITLE + TRACK, extra=mkv.element(mkv.ATTACHMENTS, b"\xec\x82ab"))
    before = mkv.census(data)
    for old, new, name in (
        (b"\xae\x83\xd7\x81\x01", b"\xae\x83\xd7\x81\x02", "Segment/Tracks"),
        (b"\xec\x82ab", b"\xec\x82ac", "Segment/Attachments"),
        (b"At sea", b"At See", "Segment/Tags/Tag[1]/SimpleTag[2]"),
        (b"BPS", b"bps", "Segment/Tags/Tag[2]/SimpleTag[2]"),
        (b"matroska\x42\x87\x81\x04", b"matroska\x42\x87\x81\x02", "EBML"),
        (mkv.seek(mkv.CUES, 1)[:-4], mkv.seek(mkv.CHAPTERS, 1)[:-4], "SeekHead/"),
    ):
        changed = data.replace(old, new, 1)
        after = mkv.census(changed)
        assert changed != data
        assert {key.partition("@")[0] for key in before | after if before.get(key) != after.get(key)} >= {name} or any(
            key.startswith(name) for key in before | after if before.get(key) != after.get(key)
        )


def test_census_counts_media_without_reading_it() -> None:
    data = mkv.document(tags=TITLE)
    media = mkv.examine(data).payload[0]
    reader = Recorder(data)
    FAMILY.census(reader, mkv.examine(data))

    assert all(at + length <= media.offset or at >= media.end for at, length in reader.reads)
    assert mkv.census(data)["Segment/Clusters"] == f"3 in {media.length} bytes"


def test_census_counts_data_after_segment() -> None:
    data = mkv.document(tags=TITLE)

    assert mkv.census(data + b"\0junk") != mkv.census(data + b"\0jung") != mkv.census(data)


@pytest.mark.parametrize("title", ["TITLE", "SUBTITLE"])
def test_equal_tags_keep_reading_order(title: str) -> None:
    """Of two titles players show the one that they read last."""
    first = ("tags", mkv.element(mkv.TAGS, mkv.tag(mkv.simple("TITLE", "At sea"))))
    second = ("tags 2", mkv.element(mkv.TAGS, mkv.tag(mkv.simple(title, "On land"), mkv.simple("COMMENT", "old"))))
    listing = ("seek", mkv.directory("info", "tracks", "tags", "tags 2"))
    data = mkv.film(listing, ("room", mkv.void(900)), *FRONT, *mkv.clusters(mkv.TOY), first, second)
    new = checked_write(data, "x" * 500)
    titles = [b"On land" in content for content in mkv.read(new)]

    assert titles == ([False, True] if title == "TITLE" else [True, False])


def test_no_new_place_between_clusters_is_taken() -> None:
    film, gap = mkv.clusters(mkv.TOY), ("gap", mkv.void(4000))
    directory = ("seek", mkv.directory("info", "tracks")), ("room", mkv.void(40))
    data = mkv.film(*directory, *FRONT, *film[:2], gap, *film[2:])

    assert order(checked_write(data, "x" * 500)) == ["seek", "void", "media", "void", "tags"]


def test_no_size_field_is_wider_than_document_allows() -> None:
    narrow = mkv.header("matroska", b"\x42\xf3\x81\x01")
    parts = [("room", mkv.void(120)), *FRONT, ("cluster", mkv.element(mkv.CLUSTER, b"\xe7\x81\0"))]
    data = mkv.film(*parts, head=narrow, size_width=2)

    assert mkv.comments(mkv.written(data, "x" * 80)) == ["x" * 80]
    assert (
        "no room"
        in mkv.refusal(mkv.film(("more", mkv.void(120)), *parts, head=narrow, size_width=2), "x" * 130).message
    )


def test_large_attachment_is_counted_by_windows() -> None:
    film = mkv.element(mkv.ATTACHMENTS, bytes(9 << 20))
    data = mkv.document(extra=film)
    reader = Recorder(data)
    FAMILY.census(reader, mkv.examine(data))
    at = data.index(film)

    assert sum(length for _, length in reader.reads) < 2 << 20
    assert mkv.census(data[: at + 20] + b"\1" + data[at + 21 :]) != mkv.census(data)


def test_dangling_entries_of_others_do_not_change() -> None:
    stray = mkv.element(mkv.SEEK_HEAD, mkv.seek(mkv.CHAPTERS, 77))
    new = mkv.written(mkv.document(tags=TITLE, after=300, extra=stray), "x" * 40)

    assert stray in new
    assert mkv.census(new)["SeekHead/Chapters dangles"] == "1"


NO_COPY = Capabilities(replace=False)
DOCUMENTS = st.fixed_dictionaries(
    {
        "tags": st.sampled_from([b"", TITLE, TRACK, TITLE + TRACK, commented("x" * 30), TRACK + mkv.tag()]),
        "place": st.sampled_from(["front", "back"]),
        "before": st.sampled_from([0, 0, 2, 3, 30, 200]),
        "after": st.sampled_from([0, 0, 2, 9, 40, 300]),
        "seek_void": st.sampled_from([0, 2, 20, 80, 150, 400]),
        "seek_head": st.sampled_from([True, True, True, False]),
        "listed": st.booleans(),
        "position_width": st.sampled_from([2, 3, 4, 8]),
        "crc": st.booleans(),
        "clusters": st.sampled_from([0, 1, 3]),
        "back": st.sampled_from([b"", b"", mkv.void(2), mkv.void(60), mkv.element(mkv.CHAPTERS, b"\xec\x80")]),
    }
)
TEXTS = st.one_of(st.none(), st.integers(1, 400).map(lambda n: "x" * n), st.sampled_from(["People: زفاف 👪\r\n", "é"]))


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS, st.lists(TEXTS, min_size=1, max_size=4))
def test_any_history_of_writes_leaves_sound_document(made: dict[str, object], texts: list[str | None]) -> None:
    data = mkv.document(**made)  # type: ignore[arg-type]
    for text in texts:
        if isinstance(mkv.planned(data, text, NO_COPY), Refusal):
            assert not made["seek_head"], "a SeekHead always suffices"
            return
        data = checked_write(data, text, hidden=not (made["listed"] and made["seek_head"]))


@settings(max_examples=40, deadline=None)
@given(DOCUMENTS.filter(lambda made: made["seek_head"]), st.integers(1, 300), st.integers(1, 300))
def test_repeated_writes_reach_stable_layout(made: dict[str, object], first: int, second: int) -> None:
    """The space of the first write is used by later ones: the file stops growing after one round."""
    data = mkv.document(**made)  # type: ignore[arg-type]
    sizes = []
    for _ in range(4):
        for text in ("a" * first, None, "b" * second, "c" * max(first, second)):
            data = mkv.written(data, text)
        sizes.append(len(data))

    mkv.sound(data, hidden=True)
    assert sizes[1:] == sizes[1:2] * 3
    assert sizes[-1] - len(mkv.document(**made)) < 2 * max(first, second) + 700  # type: ignore[arg-type]


class Recorder:
    """A file that records the bytes that were read."""

    def __init__(self, data: bytes) -> None:
        self._reader: Reader = BytesReader(data)
        self.reads: list[tuple[int, int]] = []

    @property
    def size(self) -> int:
        return self._reader.size

    def read_at(self, offset: int, length: int) -> bytes:
        self.reads.append((offset, length))
        return self._reader.read_at(offset, length)
