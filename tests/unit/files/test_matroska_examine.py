"""Examination of a Matroska file: intact, damaged, or not certain enough for a write."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core.files.containers.matroska import FAMILY, walk
from indexium_core.files.reader import BytesReader
from indexium_core.model.files.media import Extent
from tests.support import mkv
from tests.support.cases import each_case
from tests.support.effort import effort

FILM = mkv.tag(mkv.simple("TITLE", "At sea"), mkv.simple("COMMENT", "People: Ann Lee"))
SOUND = mkv.document(tags=FILM, seek_void=80, back=mkv.void(9))


def test_intact_document_has_no_problem_and_all_facts() -> None:
    found = mkv.examine(SOUND)
    raw = {kind: (at, data) for kind, at, data in mkv.level_1(SOUND)}
    clusters = [(at, len(data)) for kind, at, data in mkv.level_1(SOUND) if kind == mkv.CLUSTER]

    assert found.problem is None
    assert (found.container, found.size, found.clusters) == ("matroska", len(SOUND), 3)
    assert found.payload == (Extent(clusters[0][0], sum(length for _, length in clusters)),)
    assert [(f.field, f.where, f.value) for f in found.fields] == [
        ("comment", "Segment/Tags/Tag[1]/SimpleTag[2]/COMMENT", "People: Ann Lee"),
        ("title", "Segment/Tags/Tag[1]/SimpleTag[1]/TITLE", "At sea"),
    ]
    assert found.named(mkv.CUES)[0].offset == raw[mkv.CUES][0]


def test_void_in_front_of_the_segment_is_no_problem() -> None:
    at = SOUND.index(b"\x18\x53\x80\x67")
    found = mkv.examine(SOUND[:at] + mkv.void(20) + SOUND[at:])
    assert (found.problem, found.clusters) == (None, 3)
    assert [(f.field, f.value) for f in found.fields] == [("comment", "People: Ann Lee"), ("title", "At sea")]


@effort.examples(120, 600)
@given(cut=st.integers(0, len(SOUND)), at=st.integers(0, len(SOUND) - 1), byte=st.integers(0, 255))
def test_clusters_of_known_size_are_found_as_one_by_one(cut: int, at: int, byte: int) -> None:
    data = (SOUND[:at] + bytes([byte]) + SOUND[at + 1 :])[:cut]
    found = FAMILY.examine(BytesReader(data))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walk._Walk, "_sized_clusters", lambda _, position: (position, 0))
        assert found == FAMILY.examine(BytesReader(data))


def test_doc_type_decides_between_webm_and_matroska() -> None:
    assert mkv.examine(mkv.document(doc_type="webm")).container == "webm"
    assert mkv.examine(mkv.document(doc_type="webm")).problem is None


def test_matroska_is_recognised_by_magic() -> None:
    assert FAMILY.recognises(SOUND[:64])
    assert not FAMILY.recognises(b"\0" * 64)
    assert not FAMILY.recognises(SOUND[1:65])


def test_file_without_media_has_no_payload() -> None:
    found = mkv.examine(mkv.document(clusters=0))

    assert found.payload == ()
    assert found.problem is None


def swapped(old: bytes, new: bytes) -> Callable[[], bytes]:
    return lambda: SOUND.replace(old, new, 1)


def resized(kind: int, size: bytes) -> Callable[[], bytes]:
    """The document with another size field in the first element of that kind; the field keeps its width."""

    def make() -> bytes:
        at = next(at for number, at, _ in mkv.level_1(SOUND) if number == kind)
        return SOUND[: at + 4] + size + SOUND[at + 4 + len(size) :]

    return make


def browser(*parts: tuple[str, mkv.Part], **options: Any) -> bytes:
    """A recording of a browser: neither the segment nor a cluster has a size."""
    front = (("info", mkv.TOY_INFO), ("tracks", mkv.TOY_TRACKS))
    return mkv.film(*front, *mkv.clusters(mkv.TOY, unsized=True), *parts, live=True, **options)


def cluster(content: bytes) -> tuple[str, bytes]:
    """A cluster of unknown size."""
    return "cluster", mkv.number(mkv.CLUSTER) + mkv.UNKNOWN + content


def live(content: bytes) -> bytes:
    """A recording of a single cluster."""
    return mkv.film(("info", mkv.TOY_INFO), ("tracks", mkv.TOY_TRACKS), cluster(content), live=True)


EBML_HEADER = mkv.header()
LIVE = browser()


@each_case(
    ("make", "code", "says"),
    [
        (lambda: SOUND[:-1], "corrupt", "cut short: 1 bytes are missing"),
        (lambda: SOUND[:300], "corrupt", "cut short"),
        (lambda: SOUND[:10], "corrupt", "ends inside"),
        (resized(mkv.INFO, b"\x4f\xfe"), "corrupt", "Info at byte .* reaches past the end"),
        (lambda: mkv.document(clusters=0, back=mkv.element(mkv.CLUSTER)[:-1] + b"\x85"), "corrupt", "Cluster at byte"),
        (lambda: mkv.document(back=b"\0\0\0\0" + mkv.TOY[0]), "corrupt", "there is none"),
        (swapped(FILM, b"\xff" * len(FILM)), "corrupt", "reserved ID"),
        (lambda: SOUND + SOUND, "no_strategy_yet", "several documents or segments"),
        (lambda: SOUND + mkv.number(mkv.SEGMENT) + b"\x80", "no_strategy_yet", "several documents or segments"),
        (lambda: SOUND + mkv.TOY[0], "no_strategy_yet", "Cluster follows the end .* is wrong"),
        (lambda: mkv.document(back=EBML_HEADER), "no_strategy_yet", "several documents"),
        (lambda: mkv.document(back=mkv.element(mkv.SEGMENT)), "no_strategy_yet", "several documents or segments"),
        (lambda: LIVE + LIVE, "no_strategy_yet", "several documents or segments"),
        (lambda: LIVE + b"\0junk" + mkv.TOY[0], "corrupt", "there is none"),
        (lambda: live(b"\xe7\x83\1\2\3")[:-1], "corrupt", "recording is cut short"),
        (
            lambda: browser(cluster(b"\xe7\x81\1\xa0\xff\xa1\x81\1")),
            "no_strategy_yet",
            "element of the cluster .* unknown size",
        ),
        (
            lambda: browser(cluster(b"\xe7\x81\1\xa3\xff\1")),
            "no_strategy_yet",
            "element of the cluster .* unknown size",
        ),
        (resized(mkv.CUES, b"\xff"), "no_strategy_yet", "Cues at byte .* unknown size"),
        (resized(mkv.CLUSTER, b"\xff"), "corrupt", "none"),
        (lambda: mkv.document(extra=mkv.element(mkv.CRC_32, b"abcd")), "no_strategy_yet", "checksum over the whole"),
        (lambda: mkv.document(extra=b"\xa3\x81\x00"), "no_strategy_yet", "0xA3 .* may not be directly"),
        (lambda: mkv.document(doc_type="cartoon"), "no_strategy_yet", "does not know"),
        (swapped(EBML_HEADER, mkv.header("matroska", b"\x42\xf2\x81\x05")), "no_strategy_yet", "does not know"),
        (swapped(EBML_HEADER, mkv.header("matroska", b"\x42\xf2\x81\x03")), "no_strategy_yet", "does not know"),
        (swapped(EBML_HEADER, mkv.header("matroska", b"\x42\xf3\x81\x00")), "no_strategy_yet", "does not know"),
        (swapped(EBML_HEADER, mkv.header("matroska", b"\x42\xf3\x81\x09")), "no_strategy_yet", "does not know"),
        (swapped(EBML_HEADER, mkv.header("matroska", b"\x42\xf7\x81\x02")), "no_strategy_yet", "does not know"),
        (swapped(b"\x42\x82\x88matroska", b"\x42\x82\xa8matroska"), "no_strategy_yet", "EBML header is damaged"),
        (swapped(mkv.number(mkv.SEGMENT), mkv.number(mkv.INFO)), "no_strategy_yet", "No segment"),
        (lambda: mkv.document(extra=mkv.element(mkv.SEEK_HEAD) * 17), "no_strategy_yet", "too many directories"),
        (lambda: mkv.document(tags=b"\xec\x80" * 70_000), "no_strategy_yet", "too many elements"),
        (lambda: mkv.document(extra=mkv.element(mkv.TAGS, mkv.void(6 << 20)) * 3), "no_strategy_yet", "too many Tags"),
        (lambda: mkv.document(tags=bytes([0xEC]) + mkv.vint(17 << 20) + bytes(17 << 20)), "no_strategy_yet", "17,8"),
    ],
)
def test_unsupported_structure_is_named(make: Callable[[], bytes], code: str, says: str) -> None:
    data = make()
    found = mkv.examine(data)
    assert found.problem is not None

    assert (found.problem.code, bool(re.search(says, found.problem.message))) == (code, True), found.problem
    assert mkv.planned(data, "People: Ann Lee") == found.problem


def test_strategy_reports_problem_of_damaged_file() -> None:
    data = SOUND[:-1]

    assert mkv.refusal(data, "x") == mkv.refusal(data, "x", anew=True) == mkv.examine(data).problem


def test_cut_at_any_byte_is_damage() -> None:
    """Mkvpropedit destroys truncated files: Indexium must detect this before a write."""
    for length in range(len(SOUND)):
        assert mkv.code_of(SOUND[:length]) == "corrupt", length


def test_truncated_file_has_comment_and_start_of_media() -> None:
    whole, cut = mkv.examine(SOUND), mkv.examine(SOUND[: mkv.examine(SOUND).payload[0].end - 5])

    assert cut.fields == whole.fields
    assert cut.payload[0].offset == whole.payload[0].offset
    assert cut.payload[0].end == cut.size


def test_unknown_end_of_clusters_makes_rest_media() -> None:
    found = mkv.examine(LIVE + b"\0junk" + mkv.TOY[0])

    assert found.payload[0].end == found.size


def test_every_comment_is_read_at_any_place() -> None:
    data = mkv.film(
        *(("info", mkv.TOY_INFO), ("tracks", mkv.TOY_TRACKS), ("tags", mkv.element(mkv.TAGS, FILM))),
        *mkv.clusters(mkv.TOY[:2]),
        ("between", mkv.element(mkv.TAGS, mkv.tag(mkv.simple("Comment", "between")))),
        *mkv.clusters(mkv.TOY[2:]),
        ("behind", mkv.element(mkv.TAGS, mkv.tag(mkv.simple("COMMENT", "behind"), level=None))),
        tail=b"junk",
    )
    assert mkv.examine(data).problem is None
    assert [(place.where, place.value) for place in mkv.comment_places(data)] == [
        ("Segment/Tags[1]/Tag[1]/SimpleTag[2]/COMMENT", "People: Ann Lee"),
        ("Segment/Tags[2]/Tag[1]/SimpleTag[1]/COMMENT", "between"),
        ("Segment/Tags[3]/Tag[1]/SimpleTag[1]/COMMENT", "behind"),
    ]


@pytest.mark.parametrize("unsized", [False, True])
def test_live_recording_extends_to_end_of_file(unsized: bool) -> None:
    film = mkv.clusters(mkv.TOY, unsized=unsized)
    data = mkv.film(("info", mkv.TOY_INFO), ("tracks", mkv.TOY_TRACKS), *film, live=True)
    found = mkv.examine(data)

    assert found.problem is None
    assert (found.live, found.end, found.clusters) == (True, len(data), 4)
    assert found.payload == (Extent(len(data) - sum(len(raw) for _, raw in film), sum(len(raw) for _, raw in film)),)


def test_cluster_of_unknown_size_ends_at_next_element() -> None:
    index = mkv.element(mkv.CUES, b"\xbb\x80")
    found = mkv.examine(browser(("void", mkv.void(9)), ("cues", index), ("room", mkv.void(40))))

    assert found.problem is None
    assert found.payload[0].end == found.named(mkv.CUES)[0].offset  # a Void is part of the cluster before it
    assert [element.id for element in found.elements][-2:] == [mkv.CUES, mkv.VOID]


@each_case("size", [0, 1, 126, 127, 128, 200, 16_382, 16_383, 16_384, 2_097_151, 2_097_152])
def test_blocks_of_any_size_are_hopped_over(size: int) -> None:
    blocks = [mkv.element(0xA3, bytes(size)), mkv.element(0xA0, bytes(size), width=8), mkv.element(0x5854, b"\xec\x80")]
    found = mkv.examine(browser(cluster(b"\xe7\x81\1" + b"".join(blocks)), cluster(b"\xe7\x80")))

    assert found.problem is None
    assert (found.clusters, found.payload[0].end) == (6, found.size)


def test_data_after_segment_is_not_part_of_it() -> None:
    found = mkv.examine(SOUND + b"\0junk")

    assert found.problem is None
    assert (found.end, found.size) == (len(SOUND), len(SOUND) + 5)
    assert found.payload == mkv.examine(SOUND).payload


def test_media_are_clusters_only() -> None:
    between = ("tags", mkv.element(mkv.TAGS, FILM))
    data = mkv.film(("info", mkv.TOY_INFO), *mkv.clusters(mkv.TOY[:1]), between, *mkv.clusters(mkv.TOY[1:]))
    found = mkv.examine(data)

    assert [(run.clusters, run.end - run.offset) for run in found.runs] == [
        (1, len(mkv.TOY[0])),
        (3, sum(map(len, mkv.TOY[1:]))),
    ]
    assert found.runs[0].end == found.named(mkv.TAGS)[0].offset


def test_sizes_may_be_shorter_than_eight_bytes() -> None:
    data = SOUND.replace(EBML_HEADER, mkv.header("matroska", b"\x42\xf3\x81\x04"))

    assert (mkv.examine(data).problem, mkv.examine(data).widest) == (None, 4)


@pytest.mark.parametrize("unsized", [False, True])
def test_known_media_are_not_read_again(unsized: bool) -> None:
    parts = [*mkv.clusters(mkv.TOY[:2], unsized=unsized), ("between", mkv.element(mkv.CHAPTERS, mkv.void(9)))]
    data = mkv.film(("info", mkv.TOY_INFO), *parts, *mkv.clusters(mkv.TOY[2:], unsized=unsized), live=True)
    known, reader = mkv.examine(data), Recorder(data)
    again = FAMILY.examine(reader, known=known)

    assert again == known
    assert not [at for at in reader.reads if any(run.offset < at < run.end for run in known.runs)]


def test_layout_before_moved_media_is_not_trusted() -> None:
    """
    After 40 additional bytes at the start, something else is at the old start of the media, or by chance the second
    cluster.
    """
    before = mkv.document(tags=FILM, clusters=3)
    size = len(mkv.TOY[0])
    for moved in (40, len(mkv.level_1(before)[-2][2]), size):
        after = mkv.document(tags=FILM, clusters=3, before=moved)
        known = mkv.examine(before)
        assert FAMILY.examine(BytesReader(after), known=known) == mkv.examine(after)


def test_changed_cluster_run_is_not_reused() -> None:
    between = ("between", mkv.element(mkv.CHAPTERS, mkv.void(9)))
    media = [*mkv.clusters(mkv.TOY[:1]), between, *mkv.clusters(mkv.TOY[1:])]
    before = mkv.film(("room", mkv.void(len(mkv.TOY[0]) + len(between[1]))), *media)
    after = mkv.film(*media)
    assert mkv.examine(before).runs[0].offset == mkv.examine(after).runs[1].offset

    assert FAMILY.examine(BytesReader(after), known=mkv.examine(before)) == mkv.examine(after)


class Recorder(BytesReader):
    """A file that records the places of reads."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.reads: list[int] = []

    def read_at(self, offset: int, length: int) -> bytes:
        self.reads.append(offset)
        return super().read_at(offset, length)


def test_walk_over_endless_small_parts_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "HOPS_MAX", 50)
    monkeypatch.setattr(walk, "_ELEMENTS_MAX", 30)
    monkeypatch.setattr(walk, "_RUNS_MAX", 7)
    beside, hops = (mkv.examine(mkv.document(clusters=n, back=b"\xec\x80" * m)).problem for n, m in ((1, 40), (60, 0)))
    blocks = mkv.examine(browser(cluster(b"\xa3\x80" * 60)))
    runs = mkv.examine(mkv.film(*[("", part) for part in [mkv.TOY[0], mkv.void(2)] * 9]))

    assert "beside its clusters" in getattr(beside, "message", "")
    assert "too many elements" in getattr(hops, "message", "")
    assert "too many elements" in getattr(blocks.problem, "message", "")
    assert "with other elements between them" in getattr(runs.problem, "message", "")
    assert (len(runs.payload), runs.payload[0].end) == (1, runs.size)


@given(st.binary(max_size=300))
def test_random_bytes_are_survived(data: bytes) -> None:
    mkv.survives(data)
    mkv.survives(walk.MAGIC + data)
    mkv.survives(SOUND[:60] + data)


@effort.examples(80, 200)
@given(st.data())
def test_mutations_of_sound_file_are_survived(data: st.DataObject) -> None:
    checked = mkv.document(tags=FILM, place="back", crc=True, before=20)
    original = data.draw(st.sampled_from([SOUND, checked, LIVE, browser(("cues", mkv.index(4)), tail=b"")]))
    mkv.survives(data.draw(mkv.mutations(original, range(len(original)))))


@pytest.mark.parametrize("width", [1, 2, 4, 8])
def test_huge_declared_sizes_allocate_nothing(width: int) -> None:
    """A size field of up to 2^56 must never lead to an allocation or a loop."""
    claim = ((1 << 7 * width + 1) - 2).to_bytes(width, "big")
    for kind in (mkv.TAGS, mkv.SEEK_HEAD, mkv.CLUSTER, mkv.INFO):
        body = struct.pack(">I", kind) + claim
        head = mkv.header() + mkv.number(mkv.SEGMENT)
        assert mkv.code_of(head + mkv.vint(len(body), 8) + body) == "corrupt"
        assert mkv.code_of(head + mkv.UNKNOWN + body) == "corrupt"
    nested = mkv.element(mkv.TAGS, mkv.number(mkv.TAG) + claim)
    assert mkv.code_of(mkv.document(back=nested)) == "corrupt"


def test_tags_nested_deeper_than_any_stack_are_read() -> None:
    bomb = b""
    for _ in range(5000):
        bomb = mkv.element(mkv.SIMPLE_TAG, bomb)
    found = mkv.examine(mkv.document(tags=mkv.tag(mkv.simple("COMMENT", "x", bomb)), seek_void=80))

    assert [field.value for field in found.fields] == ["x"]
    assert mkv.comments(mkv.written(mkv.document(tags=mkv.tag(bomb), seek_void=80), "new")) == ["new"]


def test_tags_up_to_ten_megabytes_are_edited() -> None:
    cover = mkv.simple("COVER", "x" * (10 << 20))
    data = mkv.document(tags=mkv.tag(cover), after=100)

    assert mkv.comments(mkv.written(data, "new")) == ["new"]
    assert len(mkv.patch(data, "new").writes) == 2  # sizes at the start, the comment at the end; nothing between them


def listing(*counts: int, kind: int = mkv.CHAPTERS) -> bytes:
    """A film with several directories, each with a number of entries."""
    heads = [mkv.element(mkv.SEEK_HEAD, *[mkv.seek(kind, at) for at in range(count)]) for count in counts]
    return mkv.document(extra=b"".join(heads))


@pytest.mark.parametrize("counts", [(1001,), (501, 500)])
def test_oversized_directories_are_rejected_first(
    counts: tuple[int, ...],
) -> None:
    problem = mkv.examine(listing(*counts)).problem

    assert problem is not None
    assert problem.code == "no_strategy_yet"
    assert "too many entries" in problem.message


def test_directory_may_list_every_cluster_of_long_film() -> None:
    assert mkv.examine(listing(900)).problem is None
    assert mkv.examine(listing(5000, kind=mkv.CLUSTER)).problem is None


def test_segment_of_headers_only_is_rejected() -> None:
    problem = mkv.examine(mkv.document(extra=mkv.element(0x1A000001) * 20_001)).problem

    assert problem is not None
    assert "more than 20,000 elements" in problem.message
