"""Writes of the comment of an MP4 in place: every place of it, nothing else, and few bytes."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.files.containers import Capabilities, Layout, Strategy
from indexium_core.files.containers.bmff import FAMILY, BmffLayout, padding
from indexium_core.files.reader import BytesReader
from indexium_core.model.files.media import Change, Patch, Refusal
from tests.support import mp4
from tests.support.cases import each_case
from tests.support.effort import effort
from tests.support.mp4 import box

TITLE = box(b"\xa9nam", mp4.data("A title"))
COVER = box(b"covr", mp4.data(bytes(5000), flags=14))
IN_PLACE = FAMILY.strategies()[0]
EVERYTHING = Capabilities(block=4096, reflink=True, keep_faststart=False)
LONG = "Ünïcödé, שלום, 你好 🎬\r\n" * 4000


def change(text: str | None, *, old: str | None = None) -> list[Change]:
    return [Change(field="comment", old=old, new=text)]


def planned(content: bytes, text: str | None) -> Patch | Refusal:
    reader = BytesReader(content)
    return IN_PLACE.plan(reader, FAMILY.examine(reader), change(text), Capabilities())


def written(content: bytes, text: str | None) -> bytes:
    """Return the file after a write of `text`, with all checks of a write."""
    outcome = planned(content, text)
    assert isinstance(outcome, Patch), outcome
    result = mp4.apply(outcome, content)
    before, after = (FAMILY.examine(BytesReader(each)) for each in (content, result))
    assert after.problem is None
    assert {field.value for field in mp4.comments(after)} == ({text} if text else set())
    assert (mp4.comments(after) != []) == bool(text)
    assert after.payload == before.payload
    assert all(content[extent.offset : extent.end] == result[extent.offset : extent.end] for extent in before.payload)
    for offset, new in outcome.writes:
        assert all(offset + len(new) <= extent.offset or extent.end <= offset for extent in before.payload)
    assert FAMILY.census(BytesReader(result), after) == FAMILY.census(BytesReader(content), before)
    assert dict(mp4.tree(result[: after.junk.offset] if after.junk else result))
    assert planned(result, text) == Patch(writes=(), size=len(result))
    return result


def udta(*children: bytes, end: bytes = b"") -> bytes:
    return box(b"udta", *children, end)


# Layouts of a file without a comment, or with one or more.
TAGS = {
    "nothing": b"",
    "empty udta": udta(),
    "udta with terminator": udta(end=bytes(4)),
    "udta without meta": udta(box(b"\xa9nam", mp4.string("A title"))),
    "udta without meta, with terminator": udta(box(b"\xa9nam", mp4.string("A title")), end=bytes(4)),
    "meta without ilst": udta(mp4.meta()),
    "empty ilst": udta(mp4.tags()),
    "ilst with others": udta(mp4.tags(TITLE, COVER)),
    "QuickTime's meta": udta(mp4.tags(TITLE, plain=True)),
    "padding in meta": udta(mp4.meta(box(b"ilst", TITLE), mp4.free(200))),
    "padding in udta": udta(mp4.tags(TITLE), mp4.free(64)),
    "padding in moov": udta(mp4.tags(TITLE)) + mp4.free(1000, kind=b"skip"),
    "comment": udta(mp4.tags(TITLE, mp4.cmt("old comment"), COVER)),
    "empty comment": udta(mp4.tags(mp4.cmt(""))),
    "item without data": udta(mp4.tags(mp4.cmt(), TITLE)),
    "several comments": udta(mp4.tags(mp4.cmt("one"), TITLE, mp4.cmt("two"), mp4.cmt("three", "four"))),
    "wrong type": udta(mp4.tags(box(b"\xa9cmt", mp4.data(b"\xff\xfea", flags=13, locale=7)))),
    "string": udta(box(b"\xa9cmt", mp4.string("old", language=0x15C7)), end=bytes(4)),
    "strings": udta(box(b"\xa9cmt", mp4.string("one", language=0), mp4.string("zwei", language=0x15C7))),
    "string and item": udta(box(b"\xa9cmt", mp4.string("one")), mp4.tags(mp4.cmt("two"))),
    "keys": mp4.keyed([("title", "A title"), ("comment", "old")]),
    "keys of Apple": udta(mp4.tags(TITLE))
    + mp4.keyed([("com.apple.quicktime.comment", "old"), ("x", "y")], plain=True),
    "keys without comment": mp4.keyed([("com.apple.quicktime.make", "Apple")], plain=True),
    "keys in udta": udta(mp4.keyed([("comment", "old"), ("make", "x")])),
    "padding everywhere": mp4.free(8)
    + udta(mp4.free(12), mp4.meta(mp4.free(9), box(b"ilst", mp4.cmt("one")), mp4.free(16)), mp4.free(40))
    + mp4.free(31),
    "64-bit headers": box(b"udta", mp4.tags(mp4.cmt("old")), large=True),
}
TEXTS = ["People: Ann Lee", "x", "Grüße, 你好 🎬\nשלום\r\n;| \t", "People: " + "Ann Lee, " * 300]


@each_case("name", TAGS)
@each_case("early", [False, True])
def test_comment_is_added_to_and_removed_from_every_layout(name: str, early: bool) -> None:
    content = mp4.film(early=TAGS[name]) if early else mp4.film(TAGS[name])

    for text in TEXTS:
        once = written(content, text)
        again = written(once, text + " and more")
        written(written(again, "s"), None)
    gone = written(content, None)
    assert b"cmt" not in gone
    assert b"People" not in written(written(content, TEXTS[0]), None)


@each_case("name", TAGS)
def test_every_start_works_with_room_in_front(name: str) -> None:
    content = mp4.film(TAGS[name], front=True, after=mp4.free(16384))

    for text in TEXTS:
        result = written(written(content, text), text * 2 if len(text) < 100 else "short")
        assert len(result) == len(content)
    assert len(written(content, None)) == len(content)


def test_comment_of_65600_characters_round_trips() -> None:
    text = LONG[:65_600]
    content = mp4.film(udta(mp4.tags(TITLE)))

    assert len(text) == 65_600
    assert len(written(content, text)) == len(content) + 24 + len(text.encode())
    assert written(written(content, text), "x") == written(content, "x")


def test_undecodable_bytes_are_restored() -> None:
    content = mp4.film(udta(mp4.tags(box(b"\xa9cmt", mp4.data(b"caf\xe9")))))
    (found,) = mp4.comments(FAMILY.examine(BytesReader(content)))

    assert b"caf\xe9\nPeople: A" in written(content, f"{found.value}\nPeople: A")


def test_item_gets_one_utf8_text_and_keeps_its_locale() -> None:
    assert box(b"\xa9cmt", mp4.data("new", locale=7)) in written(mp4.film(TAGS["wrong type"]), "new")
    assert written(mp4.film(TAGS["several comments"]), "new").count(mp4.cmt("new")) == 3


def test_other_boxes_of_item_are_kept() -> None:
    item = box(b"\xa9cmt", mp4.full(b"name", b"n"), mp4.data("old"), box(b"itif", b"i"), mp4.data("older"))
    new = box(b"\xa9cmt", mp4.full(b"name", b"n"), mp4.data("new"), box(b"itif", b"i"))

    assert new in written(mp4.film(udta(mp4.tags(item))), "new")


def test_empty_text_removes_comment() -> None:
    content = mp4.film(TAGS["comment"])

    assert planned(content, "") == planned(content, None)


# Number of written bytes


def test_index_at_end_writes_only_changes() -> None:
    long_index = mp4.free(8) + mp4.track(list(range(60, 400)) * 300)
    content = mp4.film(udta(mp4.tags(TITLE)), early=long_index)
    outcome = planned(content, "People: Ann Lee")

    assert isinstance(outcome, Patch)
    assert len(content) > 400_000
    assert sum(len(new) for _, new in outcome.writes) < 64
    assert len(outcome.writes) <= 5


def test_early_comment_moves_megabytes() -> None:
    more = mp4.full(b"iods", bytes(range(251)) * 13_000)
    content = mp4.film(more, early=udta(mp4.tags(mp4.cmt("one"))))

    assert len(content) > 3 << 20
    written(content, "a longer one")
    written(content, "1")


def test_equal_text_writes_nothing() -> None:
    content = mp4.film(TAGS["comment"])

    assert planned(content, "old comment") == Patch(writes=(), size=len(content))


def test_nearest_padding_is_used() -> None:
    tags = udta(mp4.meta(box(b"ilst", mp4.cmt("one")), mp4.free(100)))
    content = mp4.film(tags, mp4.full(b"iods", bytes(9)))
    result = written(content, "a longer one")

    assert len(result) == len(content)
    assert result.endswith(mp4.free(91) + mp4.full(b"iods", bytes(9)))


def test_shrinking_at_end_truncates() -> None:
    content = mp4.film(TAGS["comment"])
    outcome = planned(content, "o")

    assert isinstance(outcome, Patch)
    assert outcome.size == len(content) - 10


def test_padding_after_last_moov_is_used_first() -> None:
    content = mp4.film(TAGS["nothing"], after=mp4.free(300))

    assert len(written(content, "x")) == len(content)
    assert len(written(content, "x" * 1000)) > len(content)
    assert len(written(mp4.film(TAGS["comment"], after=mp4.free(300)), None)) == len(mp4.film(TAGS["comment"])) + 300


@each_case("remainder", range(-3, 20))
def test_padding_after_last_moov_may_have_any_end(remainder: int) -> None:
    content = mp4.film(udta(mp4.tags(mp4.cmt("abc"))), after=mp4.free(60))
    result = written(content, "abc" + "x" * (60 - remainder))

    assert len(result) - len(content) == max(-remainder, 0) + (8 - remainder if 0 < remainder < 8 else 0)


def test_freed_bytes_are_zeroed() -> None:
    content = mp4.film(udta(mp4.tags(mp4.cmt("secret words " * 20))), front=True, after=mp4.free(16))

    assert b"secret" not in written(content, None)
    assert b"secret" not in written(content, "x")


# Free space before the media


def fits(content: bytes, text: str | None) -> bool:
    outcome = planned(content, text)
    if isinstance(outcome, Refusal):
        assert outcome.code == "no_strategy_yet"
        assert "no room" in outcome.message
        return False
    written(content, text)
    return True


@each_case("remainder", [*range(18), 63, 64, 65, 71, 72, 73, 80])
def test_padding_is_used_up_or_keeps_header(remainder: int) -> None:
    """A box has 8 bytes at least: 1 to 7 are impossible."""
    content = mp4.film(udta(mp4.tags(mp4.cmt("abc"))), front=True, after=mp4.free(100))

    assert fits(content, "abc" + "x" * (100 - remainder)) == (remainder not in range(1, 8))


@each_case("less", range(18))
def test_shrinking_creates_padding(less: int) -> None:
    content = mp4.film(udta(mp4.tags(mp4.cmt("x" * 40))), front=True)

    assert fits(content, "x" * (40 - less)) == (less == 0 or less >= 8)


@pytest.mark.parametrize("size", [0, 8, 30])
def test_insufficient_padding_is_refused(size: int) -> None:
    assert not fits(mp4.film(front=True, after=mp4.free(size)), "People: Ann Lee")


def test_paddings_are_joined() -> None:
    tags = udta(mp4.meta(box(b"ilst", mp4.cmt("one")), mp4.free(20)), mp4.free(30))
    content = mp4.film(tags, front=True, after=mp4.free(40) + mp4.free(10))

    reach = [more for more in range(110) if fits(content, "one" + "x" * more)]
    assert reach[-1] == 100
    assert set(range(93)) <= set(reach)
    assert padding.free_bytes(FAMILY.examine(BytesReader(content))) == 100


def test_free_box_with_camera_data_is_not_used() -> None:
    camera = box(b"free", b"GPS track of a dashcam" + bytes(4000))
    content = mp4.film(front=True, after=camera)

    assert not fits(content, "People: Ann Lee")
    at_end = mp4.film(after=camera)
    assert not fits(at_end, "People: Ann Lee")


class Sparse(BytesReader):
    """A file that ends with zeros only."""

    def __init__(self, content: bytes, *, size: int) -> None:
        super().__init__(content)
        self._size = size

    @property
    def size(self) -> int:
        return self._size

    def read_at(self, offset: int, length: int) -> bytes:
        wanted = max(0, min(length, self._size - offset))
        assert wanted < 1 << 20
        return super().read_at(offset, wanted).ljust(wanted, b"\0")


def test_padding_over_4_gib_is_not_used() -> None:
    """Its size would not fit into the written header."""
    content = mp4.film() + struct.pack(">I4sQ", 1, b"free", 1 << 40)
    reader = Sparse(content, size=len(mp4.film()) + (1 << 40))
    outcome = IN_PLACE.plan(reader, FAMILY.examine(reader), change("new"), Capabilities())

    assert isinstance(outcome, Refusal)
    assert outcome.code == "no_strategy_yet"


def test_padding_with_old_bytes_stays_padding() -> None:
    old = box(b"free", bytes(64) + b"leftovers of an older index" * 40)
    content = mp4.film(front=True, after=old)
    result = written(content, "x" * 300)

    assert result.count(b"leftovers") < 40
    written(result, "y" * 301)


def test_distant_padding_is_not_used() -> None:
    assert not fits(mp4.film(front=True, end=mp4.free(4000)), "People: Ann Lee")
    assert not fits(mp4.film(front=True, after=box(b"uuid", bytes(16)) + mp4.free(4000)), "People: Ann Lee")


def test_padding_of_track_is_not_used() -> None:
    assert not fits(mp4.film(front=True, trak=mp4.free(4000)), "People: Ann Lee")


def test_trailing_junk_stays() -> None:
    junk = b"\x8d\xb4-i\x4c\xcc\x41\x87 trailer"

    assert not fits(mp4.film(end=junk), "People: Ann Lee")
    assert written(mp4.film(front=True, after=mp4.free(500), end=junk), "People: Ann Lee").endswith(junk)


def test_mdat_without_size_blocks_appending() -> None:
    content = bytearray(mp4.film(front=True, after=mp4.free(500)))
    start = content.index(b"mdat") - 4
    content[start : start + 4] = bytes(4)

    assert len(written(bytes(content), "People: Ann Lee")) == len(content)


# Rejected files


@pytest.mark.parametrize(
    ("text", "code"),
    [("a\0b", "invalid_value"), ("\ud800", "invalid_value"), ("x" * (1 << 20) + "y", "invalid_value")],
)
def test_unreadable_texts_are_refused(text: str, code: str) -> None:
    outcome = planned(mp4.film(), text)

    assert isinstance(outcome, Refusal)
    assert outcome.code == code


@pytest.mark.parametrize("ours", FAMILY.strategies(), ids=lambda ours: ours.name)
def test_only_known_fields_of_own_layouts_are_written(ours: Strategy) -> None:
    reader = BytesReader(mp4.film(front=True))
    layout = FAMILY.examine(reader)
    other = Change(field="loudness", old=None, new="x")

    def refused(known: Layout, *changes: Change) -> bool:
        return isinstance(ours.plan(reader, known, changes, EVERYTHING), Refusal)

    for changes in ([], [other], [*change("x"), other], change("x") * 2):
        assert refused(layout, *changes)
    assert refused(Layout(container="mkv", size=1), *change("x"))
    assert refused(layout, *change("x")) == (ours is IN_PLACE)


@pytest.mark.parametrize("ours", FAMILY.strategies(), ids=lambda ours: ours.name)
def test_file_with_problem_is_refused(ours: Strategy) -> None:
    reader = BytesReader(mp4.film(box(b"cmov")))
    layout = FAMILY.examine(reader)

    assert layout.problem is not None
    assert ours.plan(reader, layout, change("x"), EVERYTHING) == layout.problem


def longer(content: bytes) -> bytes:
    return content.replace(struct.pack(">I4s", len(TAGS["comment"]), b"udta"), struct.pack(">I4s", 80, b"udta"))


@each_case("meddle", [longer, lambda content: content[:100]], ids=["other size", "shorter"])
@each_case("ours", FAMILY.strategies(), ids=lambda ours: ours.name)
def test_changed_layout_is_conflict(ours: Strategy, meddle: Callable[[bytes], bytes]) -> None:
    content = mp4.film(TAGS["comment"], front=ours is not IN_PLACE)
    layout = FAMILY.examine(BytesReader(content))

    with pytest.raises(errors.ConflictError):
        ours.plan(BytesReader(meddle(content)), layout, change("another"), EVERYTHING)


# Random files


paddings = st.sampled_from([b"", b"", mp4.free(8), mp4.free(12), mp4.free(90), mp4.free(700, kind=b"skip")])
items = st.lists(st.sampled_from([TITLE, COVER, mp4.cmt("one"), mp4.cmt("two", "three"), mp4.cmt("")]), max_size=4)
texts = st.one_of(st.none(), st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=200))


@st.composite
def films(draw: st.DrawFn) -> bytes:
    comment = draw(st.sampled_from([b"", b"", box(b"\xa9cmt", mp4.string("old")), TAGS["strings"][8:]]))
    inner = mp4.meta(draw(paddings), box(b"ilst", *draw(items)), draw(paddings), plain=draw(st.booleans()))
    end = draw(st.sampled_from([b"", bytes(4)]))
    own = udta(draw(paddings), comment, draw(paddings), draw(st.sampled_from([b"", inner])), draw(paddings), end=end)
    keys = mp4.keyed([("comment", "of keys"), ("x", "y")], plain=draw(st.booleans()))
    children = [draw(paddings), draw(st.sampled_from([b"", own])), draw(paddings), draw(st.sampled_from([b"", keys]))]
    early = draw(st.integers(0, 4))
    front = draw(st.booleans())
    return mp4.film(
        *children[early:],
        early=b"".join(children[:early]),
        front=front,
        after=draw(paddings) + draw(paddings),
        end=draw(
            st.sampled_from([b"", b"", mp4.free(50), box(b"uuid", bytes(16)), box(b"uuid", bytes(16)) + mp4.free(50)])
        ),
        wide=draw(st.booleans()),
        large=draw(st.booleans()),
    )


@effort.examples(100, 300)
@given(films(), st.lists(texts, min_size=1, max_size=4))
def test_any_file_accepts_any_texts(content: bytes, wanted: list[str | None]) -> None:
    assert FAMILY.examine(BytesReader(content)).problem is None
    for text in wanted:
        outcome = planned(content, text)
        if isinstance(outcome, Refusal):
            assert _is_in_front(content)
            continue
        content = written(content, text)


def _is_in_front(content: bytes) -> bool:
    layout = FAMILY.examine(BytesReader(content))
    assert isinstance(layout, BmffLayout)
    return not layout.moov_last
