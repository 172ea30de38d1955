"""Edits of Tags elements: the comment of the film changes, and nothing else in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.files.containers.matroska import ebml
from indexium_core.files.containers.matroska.fields import tags, texts
from tests.support import mkv
from tests.support.cases import each_case

COMMENT = mkv.simple("COMMENT", "old")
NEW = mkv.simple("COMMENT", "new")
TITLE = mkv.simple("TITLE", "At sea")
FRENCH = mkv.simple("TITLE", "En mer", language="fre", default=0)
NESTED = mkv.simple("ACTOR", "Ann Lee", mkv.simple("CHARACTER", "Zoë"), mkv.simple("COMMENT", "nested"))
TRACK = mkv.tag(mkv.simple("COMMENT", "of a track"), mkv.simple("BPS", "1"), track=7)
CHAPTER = mkv.tag(mkv.simple("COMMENT", "of a chapter"), level=30, chapter=9)
FONT = mkv.tag(mkv.simple("COMMENT", "of a font"), attachment=3)
SERIES = mkv.tag(mkv.simple("COMMENT", "of a series"), level=70)
EDITION = mkv.tag(mkv.simple("COMMENT", "of an edition"), edition=5)


ONLY = ("comment",)
HOME = ebml.Element(id=mkv.TAGS, offset=0, data=0, size=0)


def edited(content: bytes, text: str | None) -> bytes:
    """The content of the only Tags element of a file with another comment in replace mode, or without one."""
    film, (change,) = texts.find_texts("comment", {HOME: tags.parse(content)}, [HOME]), mkv.change(text)
    new = film.text_to_add(change)
    added = {} if new is None else {"comment": new}
    return tags.with_texts(content, film.edits(change).get(HOME, {}), fields=ONLY, added=added)


def said(content: bytes) -> list[str]:
    return [field.value for field in texts.find_texts("comment", {HOME: tags.parse(content)}, [HOME]).fields]


@each_case(
    ("before", "after"),
    [
        pytest.param(b"", mkv.tag(NEW), id="no tags: a Tag of the film"),
        pytest.param(mkv.tag(COMMENT), mkv.tag(NEW), id="replaced where it stands"),
        pytest.param(
            mkv.tag(TITLE, COMMENT, FRENCH, NESTED), mkv.tag(TITLE, NEW, FRENCH, NESTED), id="its neighbours stay"
        ),
        pytest.param(mkv.tag(TITLE), mkv.tag(TITLE, NEW), id="joins the film's Tag"),
        pytest.param(
            mkv.tag(TITLE, level=None) + TRACK, mkv.tag(TITLE, NEW, level=None) + TRACK, id="no target is the film"
        ),
        pytest.param(
            mkv.element(mkv.TAG, TITLE), mkv.element(mkv.TAG, TITLE, NEW), id="without a Targets element, too"
        ),
        pytest.param(
            mkv.tag(TITLE, track=0), mkv.tag(TITLE, NEW, track=0), id="a target of 0 is none, as every reader has it"
        ),
        pytest.param(
            TRACK + CHAPTER + FONT, TRACK + CHAPTER + FONT + mkv.tag(NEW), id="other targets stay and are not the film"
        ),
        pytest.param(
            mkv.tag(mkv.simple("comment", "old")), mkv.tag(mkv.simple("comment", "new")), id="any letter case"
        ),
        pytest.param(
            mkv.tag(COMMENT, TITLE) + TRACK + mkv.tag(COMMENT), mkv.tag(TITLE) + TRACK + mkv.tag(NEW), id="one is left"
        ),
        pytest.param(mkv.tag(COMMENT, TITLE, COMMENT), mkv.tag(TITLE, NEW), id="one is left within a Tag"),
        pytest.param(
            mkv.tag(COMMENT, mkv.simple("COMMENT", "vieux", language="fre", default=0)),
            mkv.tag(NEW),
            id="a translation is a comment of the film, too",
        ),
        pytest.param(
            mkv.tag(mkv.simple("COMMENT", "old", language="und", default=0)),
            mkv.tag(NEW),
            id="the new one says nothing of a language",
        ),
        pytest.param(
            mkv.tag(mkv.simple("COMMENT", "old", mkv.simple("URL", "x"), language="eng", default=1)),
            mkv.tag(mkv.simple("COMMENT", "new", mkv.simple("URL", "x"))),
            id="nested tags of the comment stay, its language does not",
        ),
        pytest.param(
            mkv.tag(mkv.simple("COMMENT", "old", language="eng")),
            mkv.tag(NEW),
            id="FFmpeg hides a language that does not say that it is the default",
        ),
        pytest.param(
            mkv.tag(TITLE, COMMENT) + SERIES,
            mkv.tag(TITLE) + SERIES + mkv.tag(NEW),
            id="behind the comment of a series, which would hide it",
        ),
        pytest.param(
            mkv.tag(COMMENT) + EDITION + mkv.tag(TITLE),
            EDITION + mkv.tag(TITLE, NEW),
            id="behind that of an edition, into a Tag of the film that is there",
        ),
        pytest.param(SERIES + mkv.tag(COMMENT), SERIES + mkv.tag(NEW), id="not hidden, not moved"),
        pytest.param(
            mkv.tag(TITLE, COMMENT, kind="MOVIE"),
            mkv.tag(TITLE, kind="MOVIE") + mkv.tag(NEW),
            id="FFmpeg calls it MOVIE/COMMENT there: it moves to where it has its plain name",
        ),
        pytest.param(
            mkv.tag(COMMENT, level=None, kind="COLLECTION"),
            mkv.tag(COMMENT, level=None, kind="COLLECTION") + mkv.tag(NEW),
            id="a type without a number is taken at its word",
        ),
        pytest.param(
            mkv.void(9) + mkv.tag(mkv.void(5), COMMENT) + mkv.void(4), mkv.tag(NEW), id="padding inside is dropped"
        ),
    ],
)
def test_new_comment(before: bytes, after: bytes) -> None:
    assert edited(before, "new") == after
    assert edited(after, "new") == after
    assert said(after) == ["new"]
    assert tags.kept_content(after, ONLY) == tags.kept_content(before, ONLY)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(b"", b"", id="nothing to do"),
        pytest.param(mkv.tag(COMMENT), b"", id="an emptied Tag disappears, and the last one with it"),
        pytest.param(mkv.tag(COMMENT) + TRACK, TRACK, id="an emptied Tag disappears"),
        pytest.param(mkv.tag(TITLE, COMMENT, NESTED), mkv.tag(TITLE, NESTED), id="its neighbours stay"),
        pytest.param(mkv.tag(COMMENT, kind="MOVIE") + mkv.tag(COMMENT, TITLE), mkv.tag(TITLE), id="all of them"),
        pytest.param(
            mkv.tag(TITLE, COMMENT, mkv.simple("COMMENT", "vieux", language="fre", default=0)),
            mkv.tag(TITLE),
            id="a translation goes, too",
        ),
        pytest.param(TRACK + mkv.tag(), TRACK + mkv.tag(), id="an empty Tag that never had one is not ours"),
    ],
)
def test_no_comment(before: bytes, after: bytes) -> None:
    assert edited(before, None) == after
    assert said(after) == []
    assert tags.kept_content(after, ONLY) == [pair for pair in tags.kept_content(before, ONLY) if pair[1] != COMMENT]


@pytest.mark.parametrize(
    ("before", "value"),
    [
        (mkv.tag(mkv.simple("COMMENT", "old", mkv.simple("URL", "x"))), None),
        (mkv.tag(mkv.simple("COMMENT", "old", mkv.simple("URL", "x"))) + mkv.tag(COMMENT), "new"),
    ],
    ids=["removed", "one of two"],
)
def test_nested_tags_of_comment_are_kept(before: bytes, value: str | None) -> None:
    with pytest.raises(errors.RefusedError, match="further tags"):
        edited(before, value)


@pytest.mark.parametrize("parts", [(mkv.element(mkv.BINARY, b"\1\2"),), ()], ids=["binary", "empty"])
def test_binary_comment_keeps_every_byte(parts: tuple[bytes, ...]) -> None:
    """FFmpeg shows no comment at all if it is the last one."""
    other = mkv.element(mkv.SIMPLE_TAG, mkv.element(mkv.NAME, b"COMMENT"), *parts)

    assert said(mkv.tag(other)) == []
    assert edited(mkv.tag(other), "new") == mkv.tag(other) + mkv.tag(NEW)
    assert edited(mkv.tag(COMMENT, other), None) == mkv.tag(other)


def test_checksums_of_masters_are_updated() -> None:
    titled = mkv.checked(mkv.TAG, mkv.element(mkv.TARGETS), TITLE)
    both = mkv.checked(mkv.TAG, mkv.element(mkv.TARGETS), TITLE, COMMENT)
    stale = mkv.element(mkv.CRC_32, b"\0\0\0\0")

    assert edited(both, None) == titled
    assert edited(stale + both, "new") == mkv.inside_of(
        mkv.checked(mkv.TAGS, mkv.checked(mkv.TAG, mkv.element(mkv.TARGETS), TITLE, NEW))
    )


def test_checksum_of_comment_is_updated() -> None:
    name = mkv.element(mkv.NAME, b"COMMENT")
    old, new = (mkv.checked(mkv.SIMPLE_TAG, name, mkv.element(mkv.STRING, text)) for text in (b"old", b"new"))

    assert edited(mkv.tag(old), "new") == mkv.tag(new)


def test_last_of_repeated_values_counts_as_in_ffmpeg() -> None:
    twice = mkv.element(
        mkv.SIMPLE_TAG,
        mkv.element(mkv.NAME, b"TITLE"),
        mkv.element(mkv.NAME, b"COMMENT"),
        mkv.element(mkv.STRING, b"one"),
        mkv.element(mkv.STRING, b"two"),
    )

    assert said(mkv.tag(twice)) == ["two"]
    assert said(edited(mkv.tag(twice), "new")) == ["new"]


@pytest.mark.parametrize("text", ["People: زفاف, 李伟", "👨‍👩‍👧‍👦", "a\r\nb\n", " spaced ", "caf\udce9", "x" * 65_600])
def test_every_text_is_read_back_exactly(text: str) -> None:
    content = edited(mkv.tag(TITLE), text)

    assert said(content) == [text]
    assert text.encode("utf-8", "surrogateescape") in content


@given(st.binary(max_size=200), st.one_of(st.none(), st.text(max_size=10)))
def test_random_tags_end_in_edit_or_in_refusal(content: bytes, text: str | None) -> None:
    for parent in (content, mkv.element(mkv.TAG, content), mkv.tag(mkv.element(mkv.SIMPLE_TAG, content), COMMENT)):
        try:
            before, after = tags.kept_content(parent, ONLY), edited(parent, text)
        except (errors.CorruptFileError, errors.RefusedError):
            continue
        assert tags.kept_content(after, ONLY) == before
        assert edited(after, text) == after


SIMPLES = st.sampled_from([TITLE, FRENCH, NESTED, COMMENT, mkv.simple("comment", "x"), mkv.simple("COMMENT", "y")])
MORE = st.sampled_from(
    [
        mkv.simple("COMMENT", "fr", language="fre"),
        mkv.simple("COMMENT", "fr", language="fre", default=0),
        mkv.simple("COMMENT", "en", language="eng", default=1),
        mkv.simple("COMMENT", "bcp", bcp47="fr", default=0),
    ]
)
PIECES = st.lists(st.one_of(SIMPLES, MORE), max_size=4)
TARGETS = st.sampled_from(
    [
        {},
        {"level": None},
        {"level": 70},
        {"level": 30},
        {"track": 1},
        {"chapter": 2},
        {"edition": 3},
        {"attachment": 4},
        {"kind": "MOVIE"},
        {"kind": "COLLECTION", "level": None},
        {"track": 0},
    ]
)
TAGS = st.lists(st.builds(lambda pieces, target: mkv.tag(*pieces, **target), PIECES, TARGETS), max_size=5)


@given(TAGS, st.text(min_size=1, max_size=20).filter(lambda text: "\0" not in text))
def test_any_tags_show_one_comment_and_keep_rest(found: list[bytes], text: str) -> None:
    before = b"".join(found)
    after = edited(before, text)

    assert said(after) == [text]
    assert mkv.shown(after) == text
    assert tags.kept_content(after, ONLY) == tags.kept_content(before, ONLY)
    assert edited(after, text) == after
    assert len(after) <= len(edited(after, text + "x"))


@given(TAGS)
def test_removal_deletes_every_comment_of_film(found: list[bytes]) -> None:
    before = b"".join(found)
    after = edited(before, None)

    assert said(after) == []
    assert (mkv.shown(after) is None) == (
        not any(comment.hides for tag in tags.parse(before) for comment in tag.texts_of("comment"))
    )
    assert tags.kept_content(after, ONLY) == tags.kept_content(before, ONLY)
