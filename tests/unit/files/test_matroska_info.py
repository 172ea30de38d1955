"""Fields of Matroska files in Info and in tags of other levels: their places, values, and refusals."""

from __future__ import annotations

import pytest

from indexium_core.files.containers.matroska import FAMILY, MatroskaCopy, MatroskaInPlace
from indexium_core.files.reader import BytesReader
from indexium_core.model.files.media import Change, Patch, Rebuild, Refusal
from tests.support import mkv
from tests.support.cases import each_case

TITLE, DATE_UTC = 0x7BA9, 0x4461
SCALE = mkv.element(0x2AD7B1, mkv.number(1_000_000))
COMMENT = mkv.tag(mkv.simple("COMMENT", "People: Ann Lee"))
UNTYPED = mkv.tag(mkv.simple("TITLE", "A series"), level=70)


def info(*parts: bytes) -> bytes:
    return mkv.element(mkv.INFO, SCALE, *parts)


def document(made: bytes | None = None, *, tags: bytes = COMMENT, extra: bytes = b"", **kind: int) -> bytes:
    real = {mkv.INFO: info() if made is None else made, mkv.TRACKS: mkv.TOY_TRACKS, mkv.CLUSTER: b"".join(mkv.TOY)}
    return mkv.document(tags=tags, real=real, extra=extra, **kind)  # type: ignore[arg-type]


def changed(**values: str | None) -> list[Change]:
    return [Change(field=key, old=None, new=value) for key, value in values.items()]


def in_place(data: bytes, **values: str | None) -> Patch | Refusal:
    return MatroskaInPlace().plan(BytesReader(data), mkv.examine(data), changed(**values), mkv.PLAIN)


def anew(data: bytes, **values: str | None) -> Rebuild | Refusal:
    return MatroskaCopy().plan(BytesReader(data), mkv.examine(data), changed(**values), mkv.PLAIN)


def written(data: bytes, edit: Patch | Rebuild | Refusal, *fields: str) -> bytes:
    """The document after an edit, which changes nothing but these fields."""
    assert not isinstance(edit, Refusal), edit
    new = mkv.apply(data, edit)
    mkv.sound(new)
    censuses = [
        FAMILY.census(BytesReader(each), mkv.examine(each), edited={"comment", *fields}) for each in (data, new)
    ]
    assert censuses[0] == censuses[1]
    return new


def values(data: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for place in mkv.examine(data).fields:
        found.setdefault(place.field, []).append(place.value)
    return found


def of_kind(data: bytes, wanted: int) -> list[tuple[int, bytes]]:
    return [(at, raw) for kind, at, raw in mkv.level_1(data) if kind == wanted]


ROOMS = {
    "beside the SeekHead": document(seek_void=90),
    "behind the tracks": document(extra=mkv.void(60)),
    "in front of the tags": document(before=60),
    "an entry of the SeekHead with few bytes": document(seek_void=60, position_width=1),
    "with checksums": document(mkv.checked(mkv.INFO, SCALE), seek_void=90, crc=True),
    "without a SeekHead": document(extra=mkv.void(60), seek_head=False),
}


@pytest.mark.parametrize("data", ROOMS.values(), ids=ROOMS)
def test_info_takes_room_in_front_of_media(data: bytes) -> None:
    new = written(data, in_place(data, title="At sea"), "title")

    assert len(new) == len(data)
    assert values(new) == {"comment": ["People: Ann Lee"], "title": ["At sea"]}
    [(place, raw)] = of_kind(new, mkv.INFO)
    assert (mkv.CRC_32 in dict(mkv.inside(raw))) is (mkv.CRC_32 in dict(mkv.inside(of_kind(data, mkv.INFO)[0][1])))
    for _, head in of_kind(new, mkv.SEEK_HEAD):
        assert dict(mkv.entries(head))[mkv.INFO] == place - mkv.segment_start(new)
    gone = written(new, in_place(new, title=None), "title")
    assert values(gone) == {"comment": ["People: Ann Lee"]}
    assert of_kind(gone, mkv.CLUSTER) == of_kind(data, mkv.CLUSTER)


def test_without_room_a_new_file_is_made() -> None:
    data = document()
    refusal = in_place(data, title="At sea")
    assert isinstance(refusal, Refusal)
    assert "no room" in refusal.message
    new = written(data, anew(data, title="At sea", creation_time="2019-07-31T18:30:00.5Z"), "title", "creation_time")
    assert values(new)["title"] == ["At sea"]
    assert values(new)["creation_time"] == ["2019-07-31T18:30:00.5Z"]


@each_case("length", range(1, 40))
def test_info_shrinks_and_grows_by_any_length(length: int) -> None:
    data = document(info(mkv.element(TITLE, b"x" * 20)), seek_void=40)
    new = written(data, in_place(data, title="y" * length), "title")
    assert values(new)["title"] == ["y" * length]


def test_several_fields_and_the_comment_change_in_one_write() -> None:
    data = document(info(mkv.element(TITLE, b"old")), tags=COMMENT + mkv.tag(mkv.simple("TITLE", "old")), seek_void=400)
    wanted = {"comment": "People: Bob Ray", "title": "At sea", "show": "A series", "season": "2", "episode": "7"}
    for edit in (in_place(data, **wanted), anew(data, **wanted)):
        new = written(data, edit, *wanted)
        assert values(new) == {key: [value, value] if key == "title" else [value] for key, value in wanted.items()}
        [tags] = mkv.read(new)
        assert tags.index(b"COLLECTION") < tags.index(b"SEASON") < tags.index(b"Bob Ray")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(document(info(), extra=info(mkv.element(TITLE, b"x"))), id="repeated"),
        pytest.param(document(mkv.element(mkv.INFO, SCALE, b"\x7b\xa9\x88x")), id="damaged"),
        pytest.param(document(info(mkv.element(TITLE, b"x"), mkv.element(TITLE, b"y"))), id="with two titles"),
    ],
)
def test_info_without_certainty_only_blocks_its_own_fields(data: bytes) -> None:
    assert values(data) == {"comment": ["People: Ann Lee"]}
    for edit in (in_place(data, title="At sea"), anew(data, creation_time="2019-07-31T18:30:00Z")):
        assert isinstance(edit, Refusal)
        assert edit.message.startswith("The element Info")
    assert values(written(data, anew(data, comment="new"))) == {"comment": ["new"]}


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "2001-01-01T00:00:00Z"),
        (1, "2001-01-01T00:00:00.000000001Z"),
        (-500_000_000, "2000-12-31T23:59:59.5Z"),
        (586_290_600 * 10**9, "2019-07-31T18:30:00Z"),
        (-(2**63), "1708-09-22T00:12:43.145224192Z"),
        (2**63 - 1, "2293-04-11T23:47:16.854775807Z"),
    ],
)
def test_creation_time_has_canonical_form(nanoseconds: int, text: str) -> None:
    data = document(info(mkv.element(DATE_UTC, nanoseconds.to_bytes(8, "big", signed=True))))
    assert values(data)["creation_time"] == [text]
    if len(text) <= len("2001-01-01T00:00:00.000000Z"):
        assert mkv.apply(data, in_place(data, creation_time=text)) == data  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2019-07-31T18:30:00", "for example 2019-07-31T18:30:00Z"),
        ("2019-07-31T18:30:00+02:00", "for example 2019-07-31T16:30:00Z"),
        ("2019-07-31T18:30:00.1234567Z", "six digits"),
        ("1600-01-01T00:00:00Z", "from 1708 to 2293"),
        ("2300-01-01T00:00:00Z", "from 1708 to 2293"),
    ],
)
def test_creation_time_that_does_not_fit_is_refused(value: str, reason: str) -> None:
    refusal = in_place(document(seek_void=90), creation_time=value)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "invalid_value"
    assert reason in refusal.message


def test_show_without_a_type_is_listed_and_not_edited() -> None:
    data = document(tags=COMMENT + UNTYPED, seek_void=90)
    assert values(data) == {"comment": ["People: Ann Lee"], "show": ["A series"]}
    refusal = in_place(data, show="Another")
    assert isinstance(refusal, Refusal)
    assert "TargetType COLLECTION" in refusal.message


def test_title_is_written_behind_a_show_that_players_take_for_it() -> None:
    data = document(tags=COMMENT + UNTYPED, seek_void=300)
    new = written(data, in_place(data, title="At sea"), "title")
    assert values(new)["title"] == ["At sea"]
    assert mkv.read(new)[0].endswith(mkv.tag(mkv.simple("TITLE", "At sea")))


def test_every_tag_of_a_date_gets_the_new_date() -> None:
    old = mkv.tag(mkv.simple("DATE_RECORDED", "2018"), mkv.simple("DATE", "2017"), mkv.simple("DATE_ENCODED", "2016"))
    data = document(tags=COMMENT + old, seek_void=90)
    new = written(data, in_place(data, date="2019-07"), "date")
    assert values(new)["date"] == ["2019-07", "2019-07"]
    assert b"2016" in new


def test_rating_and_keywords_have_the_forms_of_the_registry() -> None:
    old = mkv.tag(mkv.simple("RATING", "4.0"), mkv.simple("KEYWORDS", "sea,  boat"))
    data = document(tags=old, seek_void=300)
    assert values(data) == {"rating": ["4"], "keywords": ["sea; boat"]}
    new = written(data, in_place(data, keywords="sun; boat"), "keywords")
    assert b"sun, boat" in new
    assert b"4.0" in new
