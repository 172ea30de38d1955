"""A damaged end after intact clusters: writes before it keep it byte for byte, and never move it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core.files import fingerprint
from indexium_core.files.containers.matroska import FAMILY, walk
from indexium_core.files.reader import BytesReader
from indexium_core.model.files.media import Patch, Refusal
from tests.support import mkv
from tests.support.cases import each_case

FRONT = (("info", mkv.TOY_INFO), ("tracks", mkv.TOY_TRACKS))
OLD = mkv.element(mkv.TAGS, mkv.tag(mkv.simple("TITLE", "At sea"), mkv.simple("COMMENT", "old")))
ROOM = (("tags", OLD), ("room", mkv.void(900)))
CUT = "The last cluster is cut short: the recording ended within it."
LONG = "People: " + ", ".join(f"Somebody {number}" for number in range(30))


def live(
    *behind: tuple[str, mkv.Part], unsized: bool = False, room: bool = True, media: Sequence[bytes] = mkv.TOY
) -> bytes:
    """A recording of unknown size."""
    return mkv.film(*FRONT, *(ROOM if room else ()), *mkv.clusters(media, unsized=unsized), *behind, live=True)


def whole(*, unsized: bool = False) -> bytes:
    """The same without its last cluster."""
    return live(unsized=unsized, media=mkv.TOY[:-1])


def identity(data: bytes) -> str | None:
    return fingerprint.payload_hash(BytesReader(data), mkv.examine(data).payload)


def holds(data: bytes, damage: str, new: str = LONG) -> None:
    """The file can be written in place, before the damage, and nothing else changes."""
    found = mkv.examine(data)
    assert (found.problem, found.damage) == (None, damage)
    assert found.payload[-1].end == len(data)
    assert FAMILY.examine(BytesReader(data), known=found) == found
    for text in (new, None):
        edit = mkv.planned(data, text)
        assert isinstance(edit, Patch), edit
        after = mkv.apply(data, edit)
        assert len(after) == len(data)
        assert after[found.runs[0].offset :] == data[found.runs[0].offset :]
        assert mkv.comments(after) == ([text] if text else [])
        assert mkv.examine(after).damage == damage
        assert mkv.census(after) == mkv.census(data)
        assert identity(after) == identity(data) != identity(whole())
    refused = mkv.planned(data, new, anew=True)
    assert isinstance(refused, Refusal)
    assert "end is damaged" in refused.message


@pytest.mark.parametrize("unsized", [False, True])
def test_file_truncated_in_last_cluster_can_be_written(*, unsized: bool) -> None:
    data, begins = live(unsized=unsized), len(whole(unsized=unsized))
    told = set()
    for length in range(begins + 1, len(data)):
        found = mkv.examine(data[:length])
        if found.damage:  # a cluster of unknown size is complete if a block ends there
            holds(data[:length], found.damage)
        told.add(found.damage)
        assert found.problem is None
    assert told >= {CUT, "The last 3 bytes belong to no element."}
    assert ("" in told) == unsized


@each_case("unsized", [False, True])
@each_case(
    ("behind", "damage"),
    [
        (b"\0", "The last byte belongs to no element."),
        (b"\0junk of no kind" * 9, "The last 144 bytes belong to no element."),
        (b"\xff" * 40, "The last 40 bytes belong to no element."),
        (mkv.element(mkv.CUES, b"\xbb\x80" * 20)[:-7], "The last element (Cues) is cut short."),
        (mkv.element(mkv.CHAPTERS, bytes(200))[:30], "The last element (Chapters) is cut short."),
    ],
)
def test_stray_or_cut_last_element_is_damaged_end(behind: bytes, damage: str, *, unsized: bool) -> None:
    holds(live(("behind", behind), unsized=unsized), damage)


def test_whole_block_after_last_cluster_is_damaged_end() -> None:
    stray = mkv.element(0xA3, bytes(50))
    holds(live(("behind", stray)), "0xA3 behind the last cluster does not belong there.")


def test_index_behind_clusters_is_no_part_of_damage() -> None:
    index = mkv.index(4)
    data = live(("cues", index), ("behind", b"\0\0\0\0"))
    found = mkv.examine(data)
    assert [extent.length for extent in found.payload] == [sum(map(len, mkv.TOY)), 4]
    holds(data, "The last 4 bytes belong to no element.")


def test_segment_of_known_size_may_have_damaged_end() -> None:
    for behind, damage in (
        (b"\0\0\0\0", "The last 4 bytes belong to no element."),
        (mkv.element(mkv.CLUSTER)[:-1] + b"\x85", CUT),
    ):
        data = mkv.film(*FRONT, *ROOM, *mkv.clusters(mkv.TOY), ("behind", behind), tail=b"\0junk")
        found = mkv.examine(data)
        assert (found.problem, found.damage) == (None, damage)
        after = mkv.written(data, LONG)
        assert mkv.comments(after) == [LONG]
        assert mkv.census(after) == mkv.census(data)


def test_without_room_in_front_reason_is_damaged_end() -> None:
    data = live(room=False)[:-5]
    for anew in (False, True):
        refused = mkv.planned(data, LONG, anew=anew)
        assert isinstance(refused, Refusal)
        assert refused.code == "no_strategy_yet"
        assert refused.message == (
            "The file has no room for the tags in front of its media. Its end is damaged, so that nothing can be moved "
            "or added there."
        )


@pytest.mark.parametrize("unsized", [False, True])
def test_fixed_tags_get_second_tags_in_free_space(*, unsized: bool) -> None:
    """
    The state of an FFmpeg recording after a kill: space for a directory at the start, tags directly before the media.
    """
    titled = mkv.element(mkv.TAGS, mkv.tag(mkv.simple("ENCODER", "Lavf"), mkv.simple("TITLE", "At sea " * 30)))
    front = (("room", mkv.void(161)), *FRONT, ("tags", titled))
    data = mkv.film(*front, *mkv.clusters(mkv.TOY, unsized=unsized), live=True)[:-5]
    assert mkv.comments(data) == []
    edit = mkv.planned(data, "People: Ann Lee, Zoë Öz")
    assert isinstance(edit, Patch), edit
    after = mkv.apply(data, edit)
    assert mkv.comments(after) == ["People: Ann Lee, Zoë Öz"]
    assert (len(after), after[data.index(titled) :]) == (len(data), data[data.index(titled) :])
    assert mkv.census(after) == mkv.census(data)
    assert mkv.comments(mkv.written(after, "People: Ann Lee")) == ["People: Ann Lee"]
    gone = mkv.written(after, None)
    assert (mkv.comments(gone), mkv.census(gone)) == ([], mkv.census(data))
    assert isinstance(mkv.planned(data, LONG), Refusal)


def test_track_tags_shown_as_film_get_no_second_tags() -> None:
    of_track = mkv.element(mkv.TAGS, mkv.tag(mkv.simple("COMMENT", "of a track " * 20), level=None, track=1))
    front = (("room", mkv.void(161)), *FRONT, ("tags", of_track))
    refused = mkv.planned(mkv.film(*front, *mkv.clusters(mkv.TOY), live=True)[:-5], "People: Ann Lee")
    assert isinstance(refused, Refusal)
    assert "end is damaged" in refused.message


def test_space_before_damage_is_used_if_directory_reaches_it() -> None:
    parts = (("seek", mkv.directory("info", "tracks", "cues")), *FRONT, *mkv.clusters(mkv.TOY), ("cues", mkv.index(4)))
    data = mkv.film(*parts, ("room", mkv.void(3000)), ("junk", b"\0junk"), live=True)
    edit = mkv.planned(data, LONG)
    if isinstance(edit, Patch):
        after = mkv.apply(data, edit)
        assert (len(after), after[-5:]) == (len(data), b"\0junk")


@pytest.mark.parametrize(
    "make",
    [
        lambda: whole()[: mkv.examine(whole()).runs[0].offset + 20],  # no complete cluster
        lambda: live(("stray", b"\0junk"), ("more", mkv.TOY[0])),  # the film continues after the damage
        lambda: live(("stray", b"\0junk"), ("tags", OLD)),
        lambda: live(("tags", OLD[:-3])),
        lambda: live(("stray", b"\0junk"), ("seek", mkv.element(mkv.SEEK_HEAD, bytes(9)))),
        lambda: mkv.film(*FRONT, *ROOM, *mkv.clusters(mkv.TOY))[:-5],  # an incomplete copy: the size is known
        lambda: live()[:-5].replace(mkv.TOY_INFO, mkv.TOY_INFO[:-3]),  # other damage before it
    ],
)
def test_other_damage_is_reported(make: Callable[[], bytes]) -> None:
    found = mkv.examine(make())
    assert found.problem is not None
    assert found.damage == ""


def test_end_listed_in_directory_is_damage() -> None:
    """Players search the elements in the directory; their reaction to an incomplete one is unknown."""
    chapters = mkv.element(mkv.CHAPTERS, mkv.void(200))
    seek = ("seek", mkv.directory("info", "chapters"))
    data = mkv.film(seek, *FRONT, *ROOM, *mkv.clusters(mkv.TOY), ("chapters", chapters), live=True)
    assert mkv.examine(data).problem is None
    assert mkv.code_of(data[:-9]) == "corrupt"
    index = mkv.element(mkv.CUES, b"\xbb\x80" * 20)
    named = mkv.film(
        ("seek", mkv.directory("info", "cues")), *FRONT, *ROOM, *mkv.clusters(mkv.TOY), ("cues", index), live=True
    )
    holds(named[:-9], "The last element (Cues) is cut short.")


def test_end_of_many_megabytes_is_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "MAX_LENGTH", 60)
    assert mkv.examine(live(("junk", bytes(60)))).problem is None
    assert mkv.code_of(live(("junk", bytes(61)))) == "corrupt"


def test_element_across_two_reads_of_end_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "_CHUNK", 16)
    for before in range(40):
        assert mkv.code_of(live(("junk", b"\0" * (before + 1)), ("more", mkv.TOY[0]))) == "corrupt"


def test_element_without_size_is_no_damage() -> None:
    data = live(("more", mkv.number(mkv.CLUSTER) + mkv.UNKNOWN + b"\xe7\x81\1\xa0\xff\xa1\x81\1"))
    assert mkv.code_of(data) == "no_strategy_yet"


@given(st.binary(max_size=60), st.booleans())
def test_any_data_after_clusters_is_accepted(junk: bytes, unsized: bool) -> None:
    data = live(("junk", junk), unsized=unsized)
    mkv.survives(data)
    found = mkv.examine(data)
    if found.damage:
        assert (
            mkv.apply(data, edit)[-len(junk) :] == junk if isinstance(edit := mkv.planned(data, "x"), Patch) else True
        )


def test_whole_files_keep_their_identity() -> None:
    assert mkv.examine(live()).damage == mkv.examine(whole(unsized=True)).damage == ""
    assert walk.examine(BytesReader(live())).payload == mkv.examine(live()).payload
    assert len(mkv.examine(live()).payload) == 1


def test_changed_byte_of_damaged_end_is_noticed() -> None:
    data = live()[:-5]
    changed = data[:-1] + bytes([data[-1] ^ 1])
    assert identity(changed) != identity(data)
    assert mkv.census(changed) != mkv.census(data)
