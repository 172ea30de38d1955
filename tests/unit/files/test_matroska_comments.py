"""The comments of the film in a Matroska file, their content after a write, and unchanged other texts."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, Refusal
from indexium_core.model.people import people_comment
from tests.support import mkv, mkv_tags
from tests.support.cases import each_case
from tests.support.effort import effort

SEGMENT = "People: Ann Lee"
PRESERVE = mkv.preserving(SEGMENT)
FILM = mkv.simple("COMMENT", "of the film")
SERIES = mkv.tag(mkv.simple("COMMENT", "of a series"), level=70)
ENGLISH = mkv.simple("COMMENT", "english", language="eng")
GERMAN = mkv.simple("COMMENT", "deutsch", language="ger", default=0)


def people_in(text: str, **said: object) -> bytes:
    return mkv.simple("COMMENT", f"{text}\n{SEGMENT}", **said)  # type: ignore[arg-type]


def written(tags: bytes, wanted: mkv.Wanted) -> bytes:
    """The content of the tags after a write."""
    data = mkv.written(mkv.document(tags=tags, after=2000), wanted)
    return b"".join(mkv.inside_of(raw) for kind, _, raw in mkv.level_1(data) if kind == mkv.TAGS)


@each_case(
    ("before", "after"),
    [
        pytest.param(mkv.tag(FILM), mkv.tag(people_in("of the film")), id="the only one"),
        pytest.param(
            mkv.tag(FILM, GERMAN), mkv.tag(people_in("of the film"), GERMAN), id="a translation keeps every byte"
        ),
        pytest.param(
            mkv.tag(GERMAN, FILM), mkv.tag(GERMAN, people_in("of the film")), id="the first in the default language"
        ),
        pytest.param(
            mkv.tag(FILM) + mkv.tag(mkv.simple("COMMENT", "later")),
            mkv.tag(people_in("of the film")) + mkv.tag(people_in("later")),
            id="the first, and the last, which players show",
        ),
        pytest.param(
            mkv.tag(FILM, mkv.simple("COMMENT", "between"), mkv.simple("COMMENT", "later")),
            mkv.tag(people_in("of the film"), mkv.simple("COMMENT", "between"), people_in("later")),
            id="none between them",
        ),
        pytest.param(
            mkv.tag(ENGLISH, GERMAN),
            mkv.tag(people_in("english", language="eng", default=1), GERMAN),
            id="a language that does not say that it is the default one says so from now on",
        ),
        pytest.param(
            mkv.tag(GERMAN),
            mkv.tag(people_in("deutsch", language="ger", default=1)),
            id="the only one becomes the default one",
        ),
        pytest.param(
            mkv.tag(FILM) + SERIES,
            mkv.tag(people_in("of the film")) + SERIES + mkv.tag(people_in("of the film")),
            id="behind the comment of a series, which players would show",
        ),
        pytest.param(
            mkv.tag(FILM, kind="MOVIE"),
            mkv.tag(people_in("of the film"), kind="MOVIE") + mkv.tag(people_in("of the film")),
            id="a type gives it another name",
        ),
        pytest.param(SERIES, SERIES + mkv.tag(mkv.simple("COMMENT", SEGMENT)), id="none of the film"),
        pytest.param(
            mkv.tag(mkv.simple("COMMENT", "old", mkv.simple("URL", "x"), language="eng", default=1)),
            mkv.tag(
                mkv.simple("COMMENT", f"old\n{SEGMENT}", mkv.simple("URL", "x"), language="eng", default=1),
            ),
            id="its language and nested tags stay",
        ),
        pytest.param(
            mkv.tag(mkv.simple("COMMENT", b"caf\xe9")),
            mkv.tag(mkv.simple("COMMENT", b"caf\xe9\n" + SEGMENT.encode())),
            id="bytes that are no UTF-8",
        ),
        pytest.param(
            mkv.tag(mkv.simple("COMMENT", b"text\0hidden")),
            mkv.tag(mkv.simple("COMMENT", b"text\n" + SEGMENT.encode() + b"\0hidden")),
            id="text behind a NUL",
        ),
        pytest.param(
            mkv.tag(mkv.simple("COMMENT", b"text\0\0")),
            mkv.tag(mkv.simple("COMMENT", b"text\n" + SEGMENT.encode() + b"\0\0")),
            id="NULs that fill the string",
        ),
    ],
)
def test_matroska_preserve_keeps_each_text(before: bytes, after: bytes) -> None:
    assert written(before, PRESERVE) == after
    assert written(after, PRESERVE) == after


@each_case(
    ("tags", "lost"),
    [
        pytest.param(mkv.tag(FILM, GERMAN), ["of the film", "deutsch"], id="a translation"),
        pytest.param(mkv.tag(ENGLISH, GERMAN), ["english", "deutsch"], id="two languages"),
        pytest.param(mkv.tag(FILM) + mkv.tag(mkv.simple("COMMENT", "x"), track=7), ["of the film"], id="not a track's"),
        pytest.param(SERIES + mkv.tag(FILM, level=None), ["of the film"], id="not a series'"),
        pytest.param(mkv.tag(FILM, level=30), [], id="not a chapter's"),
        pytest.param(mkv.tag(FILM, edition=5), [], id="not an edition's"),
        pytest.param(mkv.tag(mkv.simple("COMMENT", b"a\0b\0")), ["a\0b"], id="text behind a NUL"),
        pytest.param(mkv.tag(mkv.simple("COMMENT", b"caf\xe9")), ["caf\udce9"], id="bytes that are no UTF-8"),
    ],
)
def test_replace_lists_every_text_of_file(tags: bytes, lost: list[str]) -> None:
    found = mkv.comment_places(mkv.document(tags=tags))

    assert [place.value for place in found] == lost
    assert [place.takes_value for place in found].count(True) == min(1, len(lost))


@pytest.mark.parametrize("tags", [mkv.tag(FILM) + SERIES, SERIES])
@pytest.mark.parametrize("wanted", [None, mkv.preserving("")])
def test_removal_keeps_comment_of_series(tags: bytes, wanted: mkv.Wanted) -> None:
    after = written(tags, wanted)

    assert after == (SERIES if wanted is None else tags)


def test_first_and_last_read_tags_get_people() -> None:
    first, last = (mkv.element(mkv.TAGS, mkv.tag(mkv.simple("COMMENT", text))) for text in ("first", "last"))
    parts = (("info", mkv.TOY_INFO), ("tracks", mkv.TOY_TRACKS), *mkv.clusters(mkv.TOY))
    data = mkv.film(("seek", mkv.directory("tags 2")), ("tags", first), *parts, ("tags 2", last))
    edit = mkv.planned(data, PRESERVE)
    assert not isinstance(edit, Refusal)
    new = mkv.apply(data, edit)

    assert mkv.comments(new) == [f"first\n{SEGMENT}", f"last\n{SEGMENT}"]
    assert mkv.players_show(new) == f"last\n{SEGMENT}"


def test_checksums_are_updated_and_none_is_added() -> None:
    inner = mkv.checked(mkv.SIMPLE_TAG, mkv.element(mkv.NAME, b"COMMENT"), mkv.element(mkv.STRING, b"old"))
    data = mkv.document(tags=mkv.checked(mkv.TAG, inner) + SERIES, crc=True, after=500)
    new = mkv.written(data, PRESERVE)

    mkv.sound(new)
    assert new.count(b"\xbf\x84") == data.count(b"\xbf\x84")


# Any tags


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """A document with one or two Tags elements: before, between or after the clusters, listed for players or not."""
    master = mkv.checked if draw(st.booleans()) else mkv.element
    parts: list[tuple[str, mkv.Part]] = [("info", mkv.TOY_INFO), ("tracks", mkv.TOY_TRACKS), *mkv.clusters(mkv.TOY)]
    for name in ("tags", "tags 2")[: draw(st.integers(1, 2))]:
        at = draw(st.integers(2, len(parts)))
        room = draw(st.sampled_from([0, 0, 300]))
        parts[at:at] = [(name, master(mkv.TAGS, draw(mkv_tags.contents()))), *([("", mkv.void(room))] if room else [])]
    names = [name for name, _ in parts if name.startswith("tags")]
    listed = draw(st.sampled_from([["tracks"], ["tracks", *names], [*reversed(names), "tracks"]]))
    return mkv.film(("seek", mkv.directory(*listed)), *parts)


WANTED = st.one_of(
    st.sampled_from([None, "People: Ann Lee", "People: " + ", ".join(f"Person {nth}" for nth in range(60))]),
    st.sampled_from(["", "People: Ann Lee", "People: Bob Ray, Zoë Öz"]).map(mkv.preserving),
)


@effort.examples(100, 300)
@given(documents(), WANTED, st.booleans())
def test_every_text_is_kept_or_listed_as_lost(data: bytes, wanted: mkv.Wanted, anew: bool) -> None:
    layout, before = mkv.examine(data), mkv_tags.tagged(data)
    assert layout.problem is None
    places = mkv.comment_places(data)
    assert [as_bytes(place.value) for place in places] == before.said
    edit = mkv.planned(data, wanted, anew=anew)
    if isinstance(edit, Refusal):
        assert "further tags" in edit.message or "no room" in edit.message
        return
    new = mkv.apply(data, edit)
    change, after = mkv.change(wanted)[0], mkv_tags.tagged(new)

    mkv.sound(new, hidden=True)
    assert after.others == before.others
    assert mkv.census(new) == mkv.census(data)
    expected = Counter(map(as_bytes, fields.texts_after(places, change)))
    found = Counter(after.said)
    assert not expected - found
    adds = not places or (bool(layout.added) and change.segment is not None)  # replace mode moves another one
    assert (found - expected).total() == (adds and bool(change.new or change.segment))
    if change.segment is not None:
        kept = Counter(before.film) - Counter(after.film)  # NULs at the end of a text stay, too
        assert all(b"\0" not in text or as_bytes(spliced(text, change)) in after.film for text in kept)
    if change.segment or change.new:
        assert (change.segment or change.new) in (mkv.players_show(new) or "")
    if change.segment is not None:
        named = [people_comment.parse(as_text(text)).people for text in after.said]
        assert all(names in ([], people_comment.parse(change.segment).people) for names in named)
    again = mkv.planned(new, wanted)
    assert not isinstance(again, Refusal)
    assert mkv.apply(new, again) == new


def spliced(text: bytes, change: Change) -> str:
    bare = text.rstrip(b"\0")
    value = people_comment.splice(as_text(bare), change.segment or "") or ""
    return value + "\0" * (len(text) - len(bare))


def as_text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def test_comment_of_equal_tags_is_that_of_the_element_that_players_read() -> None:
    equal = mkv.element(mkv.TAGS, mkv.tag(FILM))
    parts = [("info", mkv.TOY_INFO), ("tracks", mkv.TOY_TRACKS), *mkv.clusters(mkv.TOY), ("tags", equal)]
    data = mkv.film(("seek", mkv.directory("tags 2")), *parts, ("tags 2", equal))

    new = mkv.apply(data, mkv.patch(data, "People: Ann Lee"))

    assert mkv.players_show(new) == "People: Ann Lee"
