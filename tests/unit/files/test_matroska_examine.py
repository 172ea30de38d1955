"""What a Matroska file is found to be: whole, damaged, or not certain enough to be written."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.files.containers.matroska import FAMILY, InPlace, layout
from indexium_core.files.reader import BytesReader
from indexium_core.model.media import Change, Extent
from tests.support import mkv

FILM = mkv.tag(mkv.simple("TITLE", "At sea"), mkv.simple("COMMENT", "People: Ann Lee"))
SOUND = mkv.document(tags=FILM, seek_void=80, back=mkv.void(9))


def test_a_sound_document_has_no_problem_and_says_everything() -> None:
    found = mkv.examine(SOUND)
    raw = {kind: (at, data) for kind, at, data in mkv.level_1(SOUND)}
    clusters = [(at, len(data)) for kind, at, data in mkv.level_1(SOUND) if kind == mkv.CLUSTER]

    assert found.problem is None
    assert (found.container, found.size, found.clusters) == ("matroska", len(SOUND), 3)
    assert found.payload == (Extent(clusters[0][0], sum(length for _, length in clusters)),)
    assert [(f.field, f.where, f.value) for f in found.fields] == [
        ("comment", "Segment/Tags/Tag[1]/SimpleTag[2]/COMMENT", "People: Ann Lee")
    ]
    assert found.named(mkv.CUES)[0].offset == raw[mkv.CUES][0]


def test_the_doc_type_decides_between_webm_and_matroska() -> None:
    assert mkv.examine(mkv.document(doc_type="webm")).container == "webm"
    assert mkv.examine(mkv.document(doc_type="webm")).problem is None


def test_it_is_recognised_by_its_magic_alone() -> None:
    assert FAMILY.recognises(SOUND[:64])
    assert not FAMILY.recognises(b"\0" * 64)
    assert not FAMILY.recognises(SOUND[1:65])


def test_a_file_without_media_has_no_payload() -> None:
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


def unsized() -> bytes:
    at = SOUND.index(mkv.number(mkv.SEGMENT)) + 4
    return SOUND[:at] + mkv.UNKNOWN + SOUND[at + 8 :]


def dangling() -> bytes:
    """The SeekHead's entry for the tags points one byte too far."""
    at = SOUND.index(mkv.element(mkv.SEEK_ID, mkv.number(mkv.TAGS))) + 13
    return SOUND[:at] + bytes([SOUND[at] + 1]) + SOUND[at + 1 :]


EBML_HEADER = mkv.header()
TWO_TAGS = mkv.document(tags=FILM, back=mkv.element(mkv.TAGS, FILM))
BETWEEN = mkv.document(clusters=1, tags=FILM, place="back", back=mkv.element(mkv.CLUSTER, b"\xe7\x81\x07"))


@pytest.mark.parametrize(
    ("make", "code", "says"),
    [
        (lambda: SOUND[:-1], "corrupt", "cut off: 1 bytes are missing"),
        (lambda: SOUND[:300], "corrupt", "cut off"),
        (lambda: SOUND[:10], "corrupt", "ends inside"),
        (resized(mkv.CUES, b"\xfe"), "corrupt", "Cues at byte .* reaches past the end"),
        (lambda: mkv.document(back=mkv.element(mkv.CLUSTER)[:-1] + b"\x85"), "corrupt", "Cluster at byte"),
        (lambda: mkv.document(back=b"\0\0\0\0"), "corrupt", "no element"),
        (swapped(FILM, b"\xff" * len(FILM)), "corrupt", "reserved ID"),
        (lambda: SOUND + b"junk", "no_strategy_yet", "4 bytes .* follow the segment"),
        (lambda: SOUND + SOUND, "no_strategy_yet", "follow the segment"),
        (lambda: mkv.document(back=EBML_HEADER), "no_strategy_yet", "several documents"),
        (lambda: mkv.document(back=mkv.element(mkv.SEGMENT)), "no_strategy_yet", "several documents or segments"),
        (unsized, "no_strategy_yet", "live recording"),
        (resized(mkv.CLUSTER, b"\xff"), "no_strategy_yet", "live recording: Cluster"),
        (resized(mkv.CUES, b"\xff"), "no_strategy_yet", "Cues at byte .* does not know its size"),
        (lambda: TWO_TAGS, "no_strategy_yet", "several Tags"),
        (lambda: BETWEEN, "no_strategy_yet", "between the media clusters"),
        (lambda: mkv.document(extra=mkv.element(mkv.CRC_32, b"abcd")), "no_strategy_yet", "checksum over the whole"),
        (lambda: mkv.document(extra=b"\xa3\x81\x00"), "no_strategy_yet", "0xA3 .* does not belong"),
        (lambda: mkv.document(doc_type="cartoon"), "no_strategy_yet", "does not know"),
        (swapped(EBML_HEADER, mkv.header("matroska", b"\x42\xf2\x81\x05")), "no_strategy_yet", "does not know"),
        (swapped(EBML_HEADER, mkv.header("matroska", b"\x42\xf3\x81\x04")), "no_strategy_yet", "does not know"),
        (swapped(EBML_HEADER, mkv.header("matroska", b"\x42\xf7\x81\x02")), "no_strategy_yet", "does not know"),
        (swapped(b"\x42\x82\x88matroska", b"\x42\x82\xa8matroska"), "no_strategy_yet", "EBML header is damaged"),
        (swapped(mkv.number(mkv.SEGMENT), mkv.number(mkv.INFO)), "no_strategy_yet", "No segment"),
        (dangling, "no_strategy_yet", "tags that are not there"),
        (
            lambda: mkv.document(extra=mkv.element(mkv.SEEK_HEAD, mkv.seek(mkv.TAGS, 500))),
            "no_strategy_yet",
            "tags that are not there",
        ),
        (lambda: mkv.document(extra=mkv.element(mkv.SEEK_HEAD) * 17), "no_strategy_yet", "more directories"),
        (lambda: mkv.document(tags=b"\xec\x80" * 70_000), "no_strategy_yet", "more parts"),
        (lambda: mkv.document(tags=bytes([0xEC]) + mkv.vint(17 << 20) + bytes(17 << 20)), "no_strategy_yet", "17,8"),
    ],
)
def test_what_may_not_be_written_is_named(make: Callable[[], bytes], code: str, says: str) -> None:
    data = make()
    found = mkv.examine(data)
    assert found.problem is not None

    assert (found.problem.code, bool(re.search(says, found.problem.message))) == (code, True), found.problem
    with pytest.raises(errors.RefusedError):
        mkv.patch(data, "People: Ann Lee")


def test_a_strategy_answers_for_a_damaged_file_with_its_problem() -> None:
    data = SOUND[:-1]
    change = Change(field="comment", old=None, new="x")

    assert InPlace().eligible(BytesReader(data), mkv.examine(data), [change]) == mkv.examine(data).problem


def test_a_cut_at_any_byte_is_damage() -> None:
    """Mkvpropedit destroys files that are cut off: this must be seen before anything is written."""
    for length in range(len(SOUND)):
        assert mkv.code_of(SOUND[:length]) == "corrupt", length


def test_a_cut_file_still_tells_its_comment_and_where_its_media_begins() -> None:
    whole, cut = mkv.examine(SOUND), mkv.examine(SOUND[: mkv.examine(SOUND).payload[0].end - 5])

    assert cut.fields == whole.fields
    assert cut.payload[0].offset == whole.payload[0].offset
    assert cut.payload[0].end == cut.size


def test_the_media_of_a_live_recording_runs_to_the_end() -> None:
    found = mkv.examine(resized(mkv.CLUSTER, b"\xff")())

    assert found.payload[0].end == found.size == len(SOUND)


def test_several_tags_elements_are_all_read() -> None:
    assert [field.where for field in mkv.examine(TWO_TAGS).fields] == [
        "Segment/Tags[1]/Tag[1]/SimpleTag[2]/COMMENT",
        "Segment/Tags[2]/Tag[1]/SimpleTag[2]/COMMENT",
    ]


def test_a_walk_over_endless_small_parts_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "_HOPS_MAX", 50)
    monkeypatch.setattr(layout, "_ELEMENTS_MAX", 30)
    beside, hops = (mkv.examine(mkv.document(clusters=n, back=b"\xec\x80" * m)).problem for n, m in ((1, 40), (60, 0)))

    assert "beside its clusters" in getattr(beside, "message", "")
    assert "more than 50 parts" in getattr(hops, "message", "")


@given(st.binary(max_size=300))
def test_random_bytes_are_survived(data: bytes) -> None:
    mkv.survives(data)
    mkv.survives(layout.MAGIC + data)
    mkv.survives(SOUND[:60] + data)


@settings(max_examples=200)
@given(st.data())
def test_mutations_of_a_sound_file_are_survived(data: st.DataObject) -> None:
    original = data.draw(st.sampled_from([SOUND, mkv.document(tags=FILM, place="back", crc=True, before=20)]))
    mkv.survives(data.draw(mkv.mutations(original, range(len(original)))))


@pytest.mark.parametrize("width", [1, 2, 4, 8])
def test_huge_claims_cost_nothing(width: int) -> None:
    """A size field of up to 2^56 must never become an allocation or a loop."""
    claim = ((1 << 7 * width + 1) - 2).to_bytes(width, "big")
    for kind in (mkv.TAGS, mkv.SEEK_HEAD, mkv.CLUSTER, mkv.INFO):
        body = struct.pack(">I", kind) + claim
        data = mkv.header() + mkv.number(mkv.SEGMENT) + mkv.vint(len(body), 8) + body
        assert mkv.code_of(data) == "corrupt"
