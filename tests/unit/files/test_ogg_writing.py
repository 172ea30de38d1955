"""Comments written into the comment headers of Ogg streams: all other packets and pages keep their bytes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from indexium_core.files.containers import Capabilities, registry
from indexium_core.files.containers.ogg import editing, structure
from indexium_core.files.containers.ogg import pages as ogg_pages
from indexium_core.files.reader import BytesReader
from indexium_core.model.files.media import Extent, Patch, Rebuild, Refusal
from tests.support import lossless, ogg, sabotage
from tests.support.cases import each_case
from tests.support.lossless import ANN, HERE, LONG, kept, planned, refusal, said, set_to, written, written_together

COPY, PLACE = "ogg_copy", "ogg_in_place"
KINDS = {"theora": ogg.theora, "vorbis": ogg.vorbis, "opus": ogg.opus, "speex": ogg.speex, "flac": ogg.flac}
FIELDS = sorted(set(structure.FIELDS.values()))
PADDED = [name for name in KINDS if name != "flac"]  # a block of FLAC has its length
PICTURE = b"METADATA_BLOCK_PICTURE=" + b"iVBORw0KGgo" * 9000
OTHERS = (b"TITLE=At sea", b"artist=Zo\xeb", b"ARTIST=b", b"EMPTY=", b"=x", b"no sign", b"COMMENT=", b"X=a\0b")


def comments(data: bytes, serial: int = 1) -> list[bytes]:
    return ogg.texts(ogg.packets(data)[serial][1])


def rest(data: bytes) -> dict[int, list[bytes]]:
    """Return all packets except the comment headers."""
    return {serial: [*found[:1], *found[2:]] for serial, found in ogg.packets(data).items()}


def layout(data: bytes) -> list[tuple[int, int, int, int]]:
    """Every page without its content."""
    return [(page.serial, page.number, page.flags, page.position) for page in ogg.pages(data)]


# Pages


@given(st.binary(max_size=600))
def test_checksum_follows_specification(data: bytes) -> None:
    assert ogg_pages.checksum(data) == ogg.crc(data) == ogg.quick_crc(data)


@given(st.binary(max_size=2000), st.integers(0, 0xFFFFFFFF), st.integers(-300, 300))
def test_page_is_renumbered_without_reading_body(body: bytes, number: int, by: int) -> None:
    raw = ogg.Page(7, number, 0, 5, ogg.laced(body), body).raw
    page = next(ogg_pages.pages(BytesReader(raw), 0, 1))
    new = ogg.Page(7, number + by & 0xFFFFFFFF, 0, 5, ogg.laced(body), body).raw
    assert raw[:18] + ogg_pages.renumbered_field(page, by) + raw[26:] == new


@given(st.lists(st.integers(1, 255), min_size=1, max_size=9), st.data())
def test_pages_have_valid_segment_counts_and_keep_their_number(counts: list[int], data: st.DataObject) -> None:
    old = [sum(counts[: index + 1]) for index in range(len(counts))]
    before = data.draw(st.integers(1, old[-1]))
    after = data.draw(st.one_of(st.integers(1, 3000), st.sampled_from([before, before + 1, max(1, before - 1)])))
    new = ogg_pages.page_ends(old, before, after)
    total = old[-1] - before + after

    assert new[-1] == total
    assert all(1 <= end - start <= 255 for start, end in zip([0, *new], new, strict=False))
    if len(old) <= total <= 255 * len(old):
        assert len(new) == len(old)
    if after == before:
        assert new == old


# Any file


@settings(deadline=None, max_examples=60)
@given(
    ogg.films(),
    st.sampled_from([ANN, LONG, "x" * 254, "x" * 70_000, None]),
    st.one_of(st.just("comment"), st.sampled_from(FIELDS)),
    st.booleans(),
)
def test_any_file_changes_only_the_field(data: bytes, text: str | None, field: str, reflink: bool) -> None:
    change = set_to(field, text)
    edit = planned(data, change, COPY, Capabilities(reflink=reflink))
    assert isinstance(edit, Rebuild)
    after = sabotage.edited(data, edit)

    assert rest(after) == rest(data)
    assert set(said(after, field)) == ({text} if text else set())
    assert lossless.census(after, [field]) == lossless.census(data, [field])
    assert editing.media_census(BytesReader(after)) == editing.media_census(BytesReader(data))
    if not edit.renumbered:
        assert written(data, change, COPY, Capabilities(reflink=reflink)) == after
    more = set_to(field, f"{text}!")
    again = planned(after, more, PLACE)
    if isinstance(again, Patch):
        assert rest(written(after, more, PLACE)) == rest(data)


@settings(deadline=None, max_examples=40)
@given(ogg.films())
def test_preserve_mode_keeps_every_text_of_any_file(data: bytes) -> None:
    after = preserved(data)
    for serial in ogg.packets(data):
        old, new = comments(data, serial), comments(after, serial)
        assert [
            text.removesuffix(b"\nPeople: Ann Lee") for text in new if text != b"DESCRIPTION=People: Ann Lee"
        ] == old
    assert any(text.endswith(b"People: Ann Lee") for serial in ogg.packets(after) for text in comments(after, serial))


@settings(deadline=None, max_examples=40)
@given(ogg.films(), st.sampled_from([ANN, LONG, None]))
def test_edit_in_place_moves_no_page(data: bytes, text: str | None) -> None:
    edit = planned(data, text, PLACE)
    assume(isinstance(edit, Patch))
    after = written(data, text, PLACE)
    assert layout(after) == layout(data)
    assert len(after) == len(data)
    assert rest(after) == rest(data)


# Each kind of stream


@each_case("kind", KINDS)
@each_case("text", [ANN, LONG, None])
def test_all_other_texts_keep_their_bytes_and_order(kind: str, text: str | None) -> None:
    data = ogg.film(KINDS[kind](*OTHERS[:3], b"DESCRIPTION=old", *OTHERS[3:]))
    after = written(data, text, COPY)
    new = [] if text is None else [b"DESCRIPTION=" + text.encode()]
    assert comments(after) == [*OTHERS[:3], *new, *OTHERS[3:]]
    assert ogg.VENDOR in ogg.packets(after)[1][1]
    assert layout(after) == layout(data)


@pytest.mark.parametrize("kind", KINDS)
def test_new_comment_follows_other_texts(kind: str) -> None:
    after = written(ogg.film(KINDS[kind](*OTHERS)), ANN, COPY)
    assert comments(after) == [*OTHERS, b"DESCRIPTION=" + ANN.encode()]


@each_case("field", FIELDS)
@each_case("kind", KINDS)
def test_other_texts_keep_their_bytes_and_order(kind: str, field: str) -> None:
    name = "DESCRIPTION" if field == "comment" else field.upper()
    others = [text for text in OTHERS if not text.upper().startswith((f"{name}=".encode(), b"COMMENT="))]
    data = ogg.film(KINDS[kind](*others[:2], f"{name}=old".encode(), *others[2:]))
    after = written(data, set_to(field, ANN), COPY)
    assert comments(after) == [*others[:2], f"{name}={ANN}".encode(), *others[2:]]
    assert comments(written(after, set_to(field, None), COPY)) == others
    assert comments(written(ogg.film(KINDS[kind](*others)), set_to(field, ANN), COPY))[-1] == f"{name}={ANN}".encode()


def test_repeated_texts_of_a_field_become_one() -> None:
    data = ogg.film(ogg.theora(b"Artist=Ann", b"TITLE=a", b"ARTIST=Bob"), ogg.vorbis(b"artist=Cy"))
    assert said(data, "artist") == ["Ann;Bob", "Cy"]
    after = written(data, set_to("artist", "Dan"), COPY)
    assert (comments(after, 1), comments(after, 2)) == ([b"Artist=Dan", b"TITLE=a"], [b"artist=Dan"])


def test_several_fields_need_one_edit() -> None:
    data = ogg.film(ogg.theora(b"TITLE=a", b"DATE=2018"), ogg.vorbis(b"COMMENT=old", b"GENRE=b"))
    changes = [set_to("comment", ANN), set_to("title", "b"), set_to("genre", None), set_to("location", "Rome")]
    after = written_together(data, changes, COPY)
    assert comments(after, 1) == [b"TITLE=b", b"DATE=2018", b"LOCATION=Rome"]
    assert comments(after, 2) == [b"COMMENT=" + ANN.encode()]
    again = written_together(after, [set_to("title", LONG), set_to("location", None)], PLACE)
    assert layout(again) == layout(after)


@each_case("field", ["comment", "title"])
@each_case("kind", PADDED)
def test_next_edit_is_in_place(kind: str, field: str) -> None:
    after = written(ogg.film(KINDS[kind](*OTHERS)), set_to(field, ANN), COPY)
    for text in (LONG, None, ANN, "x" * 3000):
        after = written(after, set_to(field, text), PLACE)
    assert "no room" in refusal(after, set_to(field, "x" * 5000), PLACE)


@pytest.mark.parametrize("kind", KINDS)
def test_comment_of_same_length_is_written_in_place(kind: str) -> None:
    data = ogg.film(KINDS[kind](b"COMMENT=" + b"x" * len(ANN.encode())))
    assert comments(written(data, ANN, PLACE)) == [b"COMMENT=" + ANN.encode()]


def test_flac_block_has_new_length() -> None:
    after = written(ogg.film(ogg.flac(*OTHERS)), LONG, COPY)
    packet = ogg.packets(after)[1][1]
    assert packet[:1] == b"\x84"
    assert int.from_bytes(packet[1:4], "big") == len(packet) - 4


def test_too_long_comments_are_rejected() -> None:
    assert "would be too long" in refusal(ogg.film(ogg.opus(b"A=" + b"a" * 0xFFFF00)), LONG, COPY)
    assert "longer than FLAC" in refusal(ogg.film(ogg.flac(b"A=" + b"a" * 0xFFFF00)), LONG, COPY)


def test_data_after_opus_texts_stays() -> None:
    """RFC 7845, section 5.2: data after the comments is kept, not padding, if the lowest bit of its first byte is 1."""
    data = ogg.film(ogg.opus(b"COMMENT=old", rest=b"\x01kept"))
    after = written(data, ANN, COPY)
    assert ogg.packets(after)[1][1].endswith(ANN.encode() + b"\x01kept")
    assert "no room" in refusal(data, ANN, PLACE)


@pytest.mark.parametrize("rest", [b"\0\0\1", b"\x01" + bytes(100)])
def test_only_noughts_are_padding(rest: bytes) -> None:
    after = written(ogg.film(ogg.speex(b"COMMENT=old", rest=rest)), ANN, COPY)
    assert ogg.packets(after)[1][1].endswith(rest)


# Several comments


def test_every_stream_with_comment_gets_new_one() -> None:
    data = ogg.film(ogg.theora(b"DESCRIPTION=a"), ogg.vorbis(b"Comment=b"), ogg.vorbis(b"TITLE=c"))
    after = written(data, ANN, COPY)
    assert comments(after, 1) == [b"DESCRIPTION=" + ANN.encode()]
    assert comments(after, 2) == [b"Comment=" + ANN.encode()]
    assert comments(after, 3) == [b"TITLE=c"]
    assert len(said(written(after, LONG, PLACE))) == 2


def test_repeated_comments_are_reduced_to_one() -> None:
    data = ogg.film(ogg.vorbis(b"COMMENT=a", b"DESCRIPTION=b", b"comment=c"))
    assert comments(written(data, ANN, COPY)) == [b"COMMENT=" + ANN.encode(), b"DESCRIPTION=" + ANN.encode()]


PEOPLE = "People: Ann Lee"


def preserved(data: bytes, segment: str = PEOPLE, strategy: str = COPY) -> bytes:
    """Write in preserve mode."""
    edit = planned(data, kept(segment), strategy)
    assert not isinstance(edit, Refusal), edit.message
    after = sabotage.edited(data, edit)
    assert lossless.census(after) == lossless.census(data)
    assert rest(after) == rest(data)
    return after


def test_preserve_mode_keeps_every_byte_of_every_other_text() -> None:
    latin, russian = "Zoë".encode("latin-1"), "Снято папой".encode("cp1251")
    data = ogg.film(
        ogg.theora(b"DESCRIPTION=" + latin + b" People: Bob; \xff", b"TITLE=a"),
        ogg.vorbis(b"COMMENT=" + russian + b"\0behind", b"Description=\r\n"),
    )
    after = preserved(data)
    assert comments(after, 1) == [b"DESCRIPTION=" + latin + b" People: Bob; \xff\nPeople: Ann Lee", b"TITLE=a"]
    assert comments(after, 2) == [
        b"COMMENT=" + russian + b"\nPeople: Ann Lee\0behind",
        b"Description=\r\nPeople: Ann Lee",
    ]
    assert comments(preserved(after, ""), 1)[0] == b"DESCRIPTION=" + latin + b" People: Bob; \xff"


def test_preserve_mode_writes_people_into_one_repeated_comment() -> None:
    """Players join them: so the segment is at the same place in the joined text as in one text."""
    after = preserved(ogg.film(ogg.vorbis(b"COMMENT=a", b"COMMENT=b")))
    assert comments(after) == [b"COMMENT=a", b"COMMENT=b\nPeople: Ann Lee"]
    after = preserved(ogg.film(ogg.vorbis(b"COMMENT=People: Bob", b"COMMENT=b")))
    assert comments(after) == [b"COMMENT=People: Ann Lee", b"COMMENT=b"]
    twice = ogg.film(ogg.vorbis(b"COMMENT=People: Bob", b"COMMENT=People: Cy"))
    assert comments(preserved(twice)) == [b"COMMENT=People: Ann Lee"]
    assert comments(preserved(twice, "")) == []
    parts = ogg.film(ogg.vorbis(b"COMMENT=a\nPeople: Bob", b"COMMENT=People: Cy;x", b"COMMENT=y"))
    assert comments(preserved(parts)) == [b"COMMENT=a\nPeople: Ann Lee", b"COMMENT=x", b"COMMENT=y"]
    behind = ogg.film(ogg.vorbis(b"COMMENT=a\0x", b"COMMENT=y"))
    assert "players would join" in refusal(behind, kept(PEOPLE), COPY)


def test_preserve_mode_adds_missing_and_removes_empty_comment() -> None:
    after = preserved(ogg.film(ogg.vorbis(b"TITLE=a")))
    assert comments(after) == [b"TITLE=a", b"DESCRIPTION=People: Ann Lee"]
    assert comments(preserved(after, "", PLACE)) == [b"TITLE=a"]


def test_new_comment_is_visible_to_all_programs() -> None:
    streams = ogg.vorbis(b"TITLE=a"), ogg.theora(b"TITLE=b")
    assert comments(written(ogg.film(*streams), ANN, COPY), 2)[-1] == b"DESCRIPTION=" + ANN.encode()


# Headers over several pages


def test_picture_and_later_page_numbers_stay() -> None:
    data = ogg.film(ogg.theora(b"TITLE=a"), ogg.vorbis(PICTURE, b"COMMENT=old"))
    for text in (ANN, LONG, None):
        after = written(data, text, COPY)
        assert layout(after) == layout(data)
        assert PICTURE in comments(after, 2)


def full(more: int = 0) -> bytes:
    """A file whose page of headers has 255 segments, `more` bytes less than the maximum."""
    room = 255 * 255 - 1 - len(ogg.opus(b"A=")[1]) - more
    return ogg.film(ogg.opus(b"A=" + b"a" * room), ogg.theora(b"TITLE=a"))


def test_padding_shrinks_without_room() -> None:
    room = len(b"DESCRIPTION=") + 4 + len(ANN.encode())
    for spare in (0, 1, 300):
        edit = planned(full(room + spare), ANN, COPY)
        assert isinstance(edit, Rebuild)
        after = written(full(room + spare), ANN, COPY)
        assert layout(after) == layout(full(room + spare))


def overfull() -> bytes:
    """A file whose comment needs an additional page, because its page of headers is full."""
    data = ogg.film(ogg.opus(b"COMMENT=old"), ogg.vorbis(b"TITLE=a"))
    texts = b"COMMENT=old", b"A=" + b"a" * (255 * 255 - 1 - len(ogg.opus(b"COMMENT=old", b"A=")[1]))
    assert len(ogg.opus(*texts)[1]) == 255 * 255 - 1
    made = ogg.film(ogg.opus(*texts), ogg.vorbis(b"TITLE=a"))
    assert len(ogg.pages(made)) == len(ogg.pages(data))
    return made


def test_extra_page_changes_only_numbers_and_checksums() -> None:
    data = overfull()
    edit = planned(data, ANN, COPY)
    assert isinstance(edit, Rebuild)
    assert edit.renumbered
    after = sabotage.edited(data, edit)

    assert ogg.packets(after).keys() == ogg.packets(data).keys()
    assert rest(after) == rest(data)
    assert [page.raw for page in ogg.pages(after) if page.serial == 2] == [
        page.raw for page in ogg.pages(data) if page.serial == 2
    ]
    assert editing.media_census(BytesReader(after)) == editing.media_census(BytesReader(data))
    assert lossless.census(after) == lossless.census(data)
    taken = sum(piece.length for piece in edit.pieces if isinstance(piece, Extent))
    assert taken > len(data) - 70_000


# Other content of a file


def test_unknown_stream_is_kept() -> None:
    unknown = [b"\x80kate\0\0\0" + bytes(56), b"\x81kate\0\0\0COMMENT=its own"]
    data = ogg.film(unknown, ogg.vorbis(b"COMMENT=old"))
    after = written(data, ANN, COPY)
    assert ogg.packets(after)[1] == ogg.packets(data)[1]
    assert "None of its streams" in refusal(ogg.film(unknown), ANN, COPY)


def test_visible_comment_of_unknown_stream_is_rejected() -> None:
    """OGM: FFmpeg reads the comments of its own kinds of streams, too."""
    video = [b"\x01video\0\0\0DIVX" + bytes(40), b"\x03vorbis" + ogg.comments(b"COMMENT=its own", rest=b"\x01")]
    assert "its own comment" in refusal(ogg.film(video, ogg.vorbis(b"COMMENT=old")), ANN, COPY)


@pytest.mark.parametrize("text", [ANN, LONG, None])
def test_places_in_index_of_skeleton_move_with_media(text: str | None) -> None:
    data = ogg.skeleton(ogg.film(ogg.theora(b"COMMENT=old"), ogg.vorbis(b"TITLE=a")))
    after = written(data, text, COPY)
    head, _, index, _ = ogg.packets(after)[99]
    media = ogg.pages(after)
    first = next(page.raw for page in media if page.position not in {0, ogg.NOWHERE})
    assert int.from_bytes(head[64:72], "little") == len(after)
    assert int.from_bytes(head[72:80], "little") == after.index(first)
    assert index[42:].startswith(ogg.number(after.index(first)))
    assert rest(after).keys() == rest(data).keys()
    written(after, ANN, PLACE)


def test_skeleton_without_index_does_not_change() -> None:
    data = ogg.skeleton(ogg.film(ogg.theora(b"COMMENT=old")), version=3)
    assert ogg.packets(written(data, ANN, COPY))[99] == ogg.packets(data)[99]


def test_index_with_too_small_offsets_is_rejected() -> None:
    data = ogg.skeleton(ogg.film(ogg.theora(b"COMMENT=old", b"A=" + b"a" * 12_000)))
    assert "cannot hold larger offsets" in refusal(data, ANN, COPY)


def test_skeleton_of_unknown_kind_is_edited_in_place_only() -> None:
    data = ogg.skeleton(ogg.film(ogg.theora(b"COMMENT=old" + b"x" * 50)))
    pages = ogg.pages(data)
    pages[0] = replace(pages[0], body=pages[0].body[:8] + b"\5\0\0\0" + pages[0].body[12:])
    odd = b"".join(page.raw for page in pages)
    assert "an unknown version" in refusal(odd, ANN, COPY)
    written(odd, ANN, PLACE)


def test_first_film_of_chained_file_gets_comment() -> None:
    first = ogg.film(ogg.vorbis(b"COMMENT=old"))
    for second in (first, first.replace(b"old", b"new")):
        data = first + second
        after = planned(data, ANN, COPY)
        assert isinstance(after, Rebuild)
        made = sabotage.edited(data, after)
        assert made.endswith(second) or second == first
        assert said(made) == [ANN]
        assert lossless.census(made) == lossless.census(data)


def test_chained_film_after_extra_page_keeps_numbers() -> None:
    second = ogg.film(ogg.opus(b"COMMENT=other"))
    edit = planned(overfull() + second, ANN, COPY)
    assert isinstance(edit, Rebuild)
    assert edit.renumbered
    assert sabotage.edited(overfull() + second, edit).endswith(second)


@pytest.mark.parametrize("behind", [b"TAG" + bytes(125), bytes(5000), b"x", b"Ogg is not what follows"])
def test_data_after_last_page_stays(behind: bytes) -> None:
    data = ogg.film(ogg.theora(b"COMMENT=old"), ogg.vorbis(b"TITLE=a")) + behind
    after = written(data, ANN, COPY)
    assert after.endswith(behind)
    edit = planned(overfull() + behind, ANN, COPY)
    assert isinstance(edit, Rebuild)
    assert sabotage.edited(overfull() + behind, edit).endswith(behind)


@pytest.mark.parametrize("keep", [-1, -30, -100, -700])
def test_truncated_last_page_is_damage(keep: int) -> None:
    assert lossless.problem(ogg.film(ogg.theora(b"COMMENT=old"))[:keep]) == "corrupt"


def test_wrong_checksum_or_hole_in_media_stays() -> None:
    data = ogg.film(ogg.theora(b"COMMENT=old"), ogg.vorbis(b"TITLE=a"))
    damaged = bytearray(data)
    damaged[data.rindex(b"OggS") - 3] ^= 1
    assert said(written(bytes(damaged), ANN, COPY)) == [ANN]
    pages = ogg.pages(data)
    holed = b"".join(page.raw for page in pages[:-5] + pages[-3:])
    edit = planned(holed, ANN, COPY)
    assert isinstance(edit, Rebuild)
    assert edit.pieces[-1] == Extent(len(holed) - edit.pieces[-1].length, edit.pieces[-1].length)  # type: ignore[union-attr]


def test_wrong_checksum_of_renumbered_page_stays_wrong() -> None:
    damaged = bytearray(overfull())
    damaged[-3] ^= 1
    edit = planned(bytes(damaged), ANN, COPY)
    assert isinstance(edit, Rebuild)
    after = bytearray(sabotage.edited(bytes(damaged), edit))
    after[-3] ^= 1
    assert ogg.packets(bytes(after))


def changed(data: bytes, index: int, **facts: int) -> bytes:
    """A file with one changed page and a correct checksum."""
    pages = ogg.pages(data)
    pages[index] = replace(pages[index], **facts)  # type: ignore[arg-type]
    return b"".join(page.raw for page in pages)


def unsound() -> dict[str, tuple[bytes, str]]:
    data = ogg.film(ogg.vorbis(b"COMMENT=old"), most=7)
    pages = ogg.pages(data)
    flipped = bytearray(data)
    flipped[data.index(b"COMMENT=old")] ^= 0x20
    shared = ogg.film([*ogg.opus(b"COMMENT=old"), b"media"])
    packets = ogg.vorbis(b"COMMENT=old")
    cut = packets[1][:-1]
    return {
        "checksum": (bytes(flipped), "checksum is wrong"),
        "hole": (b"".join(page.raw for page in [*pages[:2], *pages[3:]]), ""),
        "numbers": (changed(data, 2, number=7), "not in order"),
        "continued": (changed(data, 2, flags=0), "not in order"),
        "ends": (changed(data, 1, flags=4), "not in order"),
        "position": (ogg.with_positions(data), "not understood"),
        "shared": (shared, "shares a page with its media"),
        "no end of the texts": (ogg.film([packets[0], cut, packets[2]]), "a form that is not understood"),
        "another lead": (
            ogg.film([packets[0], b"\x03vorbiS" + packets[1][7:], packets[2]]),
            "a form that is not understood",
        ),
        "a block of another length": (
            ogg.film([ogg.FLAC, b"\x84\0\0\1" + ogg.comments(b"COMMENT=old")]),
            "a form that is not understood",
        ),
        "too many comments": (ogg.film(ogg.opus(*[b"COMMENT=a"] * 101)), "too many texts"),
    }


@each_case("name", unsound())
@each_case("strategy", [PLACE, COPY])
def test_unknown_structure_is_refused(name: str, strategy: str) -> None:
    data, sentence = unsound()[name]
    reader = BytesReader(data)
    family, found = registry.examine(reader)
    assert family is not None
    if found.problem is None:
        assert sentence in refusal(data, ANN, strategy)


def test_file_without_replacement_needs_padding() -> None:
    assert isinstance(planned(ogg.film(ogg.vorbis(b"COMMENT=old")), ANN, COPY, HERE), Refusal)
    roomy = ogg.film(ogg.vorbis(b"COMMENT=old", rest=b"\x01" + bytes(200)))
    assert said(written(roomy, ANN, PLACE, HERE)) == [ANN]


@pytest.mark.parametrize("kind", PADDED)
def test_media_alignment_allows_shared_blocks(kind: str) -> None:
    data = ogg.film(KINDS[kind](b"COMMENT=old"), ogg.flac(b"TITLE=a"))
    edit = planned(data, ANN, COPY, Capabilities(reflink=True))
    assert isinstance(edit, Rebuild)
    assert edit.cloned
    assert (edit.size - len(data)) % 4096 == 0
