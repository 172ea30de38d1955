"""The fields beside the comment in an MP4, MOV or 3GP: their places, their forms, and their writes."""

from __future__ import annotations

import struct
from collections.abc import Mapping

import pytest

from indexium_core.files.containers import Capabilities
from indexium_core.files.containers.bmff import FAMILY, BmffLayout
from indexium_core.files.containers.bmff.tags import field_map
from indexium_core.files.reader import BytesReader
from indexium_core.model.fields.table import EDITABLE
from indexium_core.model.files.media import Change, Patch, Rebuild, Refusal
from tests.support import mp4, own_fields
from tests.support.cases import each_case
from tests.support.mp4 import box, full
from tests.support.tag_forms import FORMS

EVERYTHING = Capabilities(block=4096, reflink=True, keep_faststart=False, replace=True)
TITLE = box(b"\xa9nam", mp4.data("A title"))
VALUES = {
    "text": "Zoë 李雷",
    "integer": "12",
    "rating": "4",
    "date": "2019-07-31",
    "datetime": "2019-07-31T18:30:00Z",
    "list": "beach; sea",
}
NEW = {each.key: VALUES[each.type] for each in EDITABLE} | {"location": "+48.1374+011.5755/"}
BRANDS = {"mp4": b"isom", "mov": b"qt  ", "3gp": b"3gp6"}
LAYOUTS = {
    "nothing": b"",
    "empty udta": box(b"udta"),
    "udta with terminator": box(b"udta", bytes(4)),
    "iTunes' tags": box(b"udta", mp4.tags(TITLE)),
    "tags and padding": box(b"udta", mp4.meta(box(b"ilst", TITLE), mp4.free(200)), mp4.free(64)) + mp4.free(900),
    "strings": box(b"udta", box(b"\xa9nam", mp4.string("A title")), box(b"\xa9cmt", mp4.string("old")), bytes(4)),
    "keys": mp4.keyed([("com.apple.quicktime.make", "Apple"), ("x", "y")], plain=True),
    "keys in udta": box(b"udta", mp4.keyed([("title", "A title"), ("make", "x")])),
    "tags and keys": box(b"udta", mp4.tags(TITLE, mp4.cmt("old"))) + mp4.keyed([("make", "Apple")], plain=True),
}


def examined(content: bytes) -> BmffLayout:
    return FAMILY.examine(BytesReader(content))


def values(content: bytes) -> dict[str, str]:
    """The value of each field: the first that a write would replace."""
    found: dict[str, str] = {}
    for text in examined(content).fields:
        if text.takes_value:
            found.setdefault(text.field, text.value)
    return found


def planned(content: bytes, wanted: Mapping[str, str | None], name: str = "mp4_in_place") -> Patch | Rebuild | Refusal:
    strategy = next(each for each in FAMILY.strategies() if each.name == name)
    changes = [Change(field=key, old=None, new=value) for key, value in wanted.items()]
    outcome = strategy.plan(BytesReader(content), examined(content), changes, EVERYTHING)
    assert isinstance(outcome, Patch | Rebuild | Refusal)
    return outcome


def written(content: bytes, wanted: Mapping[str, str | None], name: str = "mp4_in_place") -> bytes:
    """Return the file after a write of some fields, with all checks of a write."""
    outcome = planned(content, wanted, name)
    assert not isinstance(outcome, Refusal), outcome
    result = mp4.apply(outcome, content)
    before, after = examined(content), examined(result)
    assert after.problem is None
    for key, value in wanted.items():
        assert {text.value for text in after.fields if text.field == key} == ({value} if value else set())
    others = [[text for text in each.fields if text.field not in wanted] for each in (before, after)]
    assert [(text.field, text.value) for text in others[0]] == [(text.field, text.value) for text in others[1]]
    censuses = [dict(FAMILY.census(BytesReader(each), examined(each), edited=[*wanted])) for each in (content, result)]
    assert censuses[0] == censuses[1]
    assert dict(mp4.tree(result))
    return result


def refused(content: bytes, **wanted: str | None) -> str:
    outcome = planned(content, wanted)
    assert isinstance(outcome, Refusal), outcome
    return f"{outcome.code}: {outcome.message}"


def known(container: str, name: str) -> dict[str, str]:
    """The fields that a container and its tags can hold: with keys in `udta` there is no list of items."""
    fields = [each for each in EDITABLE if container in each.places]
    if name == "keys in udta":
        fields = [each for each in fields if not is_listed(each.key)]
    return {each.key: NEW[each.key] for each in fields}


def is_listed(key: str) -> bool:
    """Return whether a field has only an item of a list."""
    has_item = field_map.new_item(key) is not None or field_map.freeform_name(key) is not None
    return has_item and field_map.new_string(key) is None and field_map.new_key(key) is None


def udta(*children: bytes) -> bytes:
    return box(b"udta", *children)


# Every field


@each_case("container", BRANDS)
@each_case("name", LAYOUTS)
@each_case("front", [False, True])
def test_all_fields_are_written_at_once_and_removed(name: str, container: str, front: bool) -> None:
    content = mp4.film(LAYOUTS[name], brand=BRANDS[container], front=front)
    wanted = {"comment": "People: Ann", **known(container, name)}
    strategy = "mp4_reflink" if front else "mp4_in_place"

    result = written(content, wanted, strategy)
    assert {key: value for key, value in values(result).items() if key in wanted} == wanted
    paths = [path for path, _ in mp4.tree(result)]
    once = ["moov/udta", "moov/udta/meta", "moov/meta", "moov/udta/meta/ilst", "moov/meta/ilst"]
    assert [path for path in once if paths.count(path) > 1] == []
    assert planned(result, wanted) == Patch(writes=(), size=len(result))

    gone = written(result, dict.fromkeys(wanted), "mp4_in_place")
    assert not values(gone).keys() & wanted.keys()


@each_case("container", BRANDS)
def test_free_form_item_never_becomes_a_key(container: str) -> None:
    with own_fields.known():
        assert "no place for the own_text" in refused(
            mp4.film(LAYOUTS["keys in udta"], brand=BRANDS[container]), own_text="Video8"
        )
        result = written(mp4.film(LAYOUTS["keys"], brand=BRANDS[container]), {"own_text": "Video8"})
    assert [path for path, _ in mp4.tree(result)].count("moov/udta/meta/ilst/----") == 1


@each_case("container", BRANDS)
@each_case("key", NEW)
def test_field_is_written_alone(container: str, key: str) -> None:
    for name, children in LAYOUTS.items():
        content = mp4.film(children, brand=BRANDS[container])
        if key in known(container, name):
            again = written(written(content, {key: NEW[key]}), {key: None})
            assert written(again, {key: NEW[key]})


def test_census_of_another_field_counts_every_place() -> None:
    content = mp4.film(udta(mp4.tags(TITLE)))
    result = written(content, {"title": "Other", "rating": "3", "creation_time": NEW["creation_time"]})

    for edited in (["comment"], ["comment", "title"], ["title", "rating"], ["rating", "creation_time"]):
        first, second = (
            dict(FAMILY.census(BytesReader(each), examined(each), edited=edited)) for each in (content, result)
        )
        assert first != second


# Forms


@each_case("container", BRANDS)
@each_case("name", FORMS)
def test_existing_form_is_read_and_replaced(name: str, container: str) -> None:
    key, old, children, new = FORMS[name]
    content = mp4.film(children, brand=BRANDS[container])

    assert values(content)[key] == old
    result = written(content, {key: new})
    assert values(result)[key] == new
    assert mp4.data(b"\0\x12", flags=0) not in result  # the number of a genre
    assert b"kept" in result or b"kept" not in content
    assert any(place.shown for place in examined(result).places_of(key)), "players show it"
    assert key not in values(written(result, {key: None}))


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        (21, b"\3", mp4.data(b"\5", flags=21)),
        (22, b"\0\3", mp4.data(b"\0\5", flags=22)),
        (23, struct.pack(">f", 3), mp4.data(struct.pack(">f", 5), flags=23)),
        (65, b"\3", mp4.data(struct.pack(">f", 5), flags=23)),
        (24, struct.pack(">d", 3), mp4.data(struct.pack(">f", 5), flags=23)),
    ],
)
def test_rating_keeps_its_type(kind: int, value: bytes, kept: bytes) -> None:
    keyed = mp4.keyed([("com.apple.quicktime.rating.user", "?")], plain=True)
    old = mp4.data(value, flags=kind)
    item = box(struct.pack(">I", 1), mp4.data("?"))
    size = len(old) - len(mp4.data("?"))
    keyed = resized(keyed.replace(item, box(struct.pack(">I", 1), old)), size)
    content = mp4.film(keyed)

    assert values(content)["rating"] == "3"
    assert kept in written(content, {"rating": "5"})


def resized(meta: bytes, growth: int) -> bytes:
    """A `meta` whose last box, the list of items, has grown."""
    at = meta.index(b"ilst") - 4
    listed = struct.unpack_from(">I", meta, at)[0] + growth
    return struct.pack(">I", len(meta)) + meta[4:at] + struct.pack(">I", listed) + meta[at + 4 :]


def test_new_key_is_behind_others_and_its_name_stays() -> None:
    content = mp4.film(mp4.keyed([("com.apple.quicktime.make", "Apple")], plain=True), brand=b"qt  ")
    result = written(content, {"rating": "4", "description": "A"})
    gone = written(result, {"rating": None, "description": None})

    names = next(inner for path, inner in mp4.tree(gone) if path == "moov/meta/keys")
    assert 0 < names.index(b"make") < names.index(b"rating.user")
    assert names.index(b"make") < names.index(b"description")
    assert len(written(gone, {"rating": "1"})) < len(result)


# Refusals


def test_field_that_players_would_not_show_is_refused_or_put_behind() -> None:
    iso = full(b"cprt", b"\x55\xc4", b"ISO\0")
    string = udta(box(b"\xa9cpy", mp4.string("old")), iso)

    for brand in BRANDS.values():
        result = written(mp4.film(string, brand=brand), {"copyright": "new"})
        assert any(place.shown for place in examined(result).places_of("copyright"))
        assert examined(written(result, {"copyright": None})).places_of("copyright") == []
    behind = mp4.film(udta(box(b"tvsh", mp4.string("x")), mp4.tags(box(b"tvsh", mp4.data("y")))))
    assert refused(behind, show=None).endswith(examined(behind).field_problems["-show"])
    assert "if this one were removed" in refused(behind, show=None)
    assert examined(written(behind, {"show": "z"})).field_problems == examined(behind).field_problems
    shown = mp4.film(udta(mp4.tags(TITLE), box(b"tvsh", mp4.string("x"))))
    assert "Players would show another show" in refused(shown, show="new")
    assert refused(shown, show="new").endswith(examined(shown).field_problems["show"])


@each_case("container", BRANDS)
@each_case("layout", LAYOUTS)
def test_problems_of_fields_are_those_of_their_edits(layout: str, container: str) -> None:
    content = mp4.film(LAYOUTS[layout], brand=BRANDS[container])
    found = {}
    for field in EDITABLE:
        outcome = planned(content, {field.key: NEW[field.key]}) if container in field.places else None
        found |= {field.key: outcome.message} if isinstance(outcome, Refusal) else {}
    writable = {each.key for each in EDITABLE if container in each.places}
    problems = examined(content).field_problems
    assert {key: each for key, each in problems.items() if key in writable} == found


@pytest.mark.parametrize("name", ["item", "string", "number", "two lists of names"])
def test_malformed_field_blocks_only_itself(name: str) -> None:
    key, children = {
        "item": ("title", udta(mp4.tags(box(b"\xa9nam", box(b"data", bytes(4)))))),
        "string": ("title", udta(box(b"\xa9nam", b"\xff\xff"))),
        "number": ("season", udta(mp4.tags(box(b"tvsn", mp4.data(b"", flags=21))))),
        "two lists of names": (
            "genre",
            udta(mp4.keyed([("mood", "x"), ("genre", "y")]), mp4.keyed([("genre", "z")])),
        ),
    }[name]
    content = mp4.film(children)

    assert key not in values(content)
    assert refused(content, **{key: NEW[key]}).startswith("no_strategy_yet")
    assert written(content, {"comment": "People: Ann", "date": "2019"})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("1969-12-31T23:59:59Z", "before 1970"),
        ("2040-02-06T06:28:16Z", "after 2040"),
        ("2019-07-31T18:30:00.5Z", "whole seconds"),
        ("2019-07-31T18:30:00+02:00", "enter 2019-07-31T16:30:00Z"),
        ("2019-07-31T18:30:00", "enter a zone, for example 2019-07-31T18:30:00Z"),
    ],
)
def test_creation_time_that_does_not_fit_is_refused(value: str, message: str) -> None:
    found = refused(mp4.film(), creation_time=value)

    assert found.startswith("invalid_value")
    assert message in found


def test_creation_time_of_tracks_follows_if_it_was_equal() -> None:
    content = bytearray(written(mp4.film(), {"creation_time": "2001-02-03T04:05:06Z"}))
    tkhd = bytes(content).index(b"tkhd") + 8
    assert content[tkhd : tkhd + 4] == content[bytes(content).index(b"mvhd") + 8 :][:4]
    content[tkhd : tkhd + 4] = b"\xd0\0\0\0"

    result = written(bytes(content), {"creation_time": "2019-07-31T18:30:00Z"})
    assert result[tkhd : tkhd + 4] == b"\xd0\0\0\0"
    assert result[result.index(b"mdhd") + 8 :][:4] == result[result.index(b"mvhd") + 8 :][:4]
    assert written(result, {"creation_time": None})
    assert "already" in refused(result, creation_time="2014-07-31T14:15:28Z")


def test_location_is_a_position() -> None:
    expected = "invalid_value: Location cannot be “Munich” in files of this kind: enter a position"
    assert refused(mp4.film(), location="Munich").startswith(expected)
