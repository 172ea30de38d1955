"""NFO files: what other programs write, and what is damaged or hostile."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core.files.titles import nfo
from indexium_core.model.titles.nfo import NfoDocument

MOVIE = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<movie>
  <title>Der Fluß</title><originaltitle>The River</originaltitle><year>1951</year><plot>A &amp; B.</plot>
  <genre>Drama / Romance</genre><genre>Drama</genre><runtime>99 min</runtime><mpaa>PG</mpaa>
  <premiered>1951-09-10</premiered><director>Jean R.</director><credits>Rumer G.</credits>
  <ratings><rating name="imdb" max="10"><value>7.5</value></rating>
  <rating name="x" max="100"><value>80</value></rating></ratings>
  <actor><name>Nora S.</name><role>Mother</role></actor><actor><name>Esmond K.</name></actor>
  <uniqueid type="tmdb" default="true">25898</uniqueid><uniqueid type="imdb">tt0043972</uniqueid>
  <set><name>Rivers</name><overview>All</overview></set>
  <lockdata>true</lockdata><lockedfields>Name|Genres|Unknown</lockedfields>
</movie>"""


def only(text: str | bytes) -> NfoDocument:
    [document] = nfo.parse(text.encode() if isinstance(text, str) else text)
    return document


def test_values_of_film() -> None:
    found = only(MOVIE)
    assert found.kind == "movie"
    assert found.values == {
        "title": "Der Fluß",
        "original_title": "The River",
        "year": 1951,
        "plot": "A & B.",
        "genres": ["Drama", "Romance"],
        "runtime_minutes": 99,
        "content_rating": "PG",
        "release_date": "1951-09-10",
        "collection": "Rivers",
        "cast": [
            {"name": "Nora S.", "character": "Mother", "order": 0},
            {"name": "Esmond K.", "character": "", "order": 1},
        ],
        "crew": [{"name": "Jean R.", "job": "Director"}, {"name": "Rumer G.", "job": "Writer"}],
        "ratings": {"imdb": 7.5, "x": 8.0},
    }
    assert found.ids == {"tmdb": "25898", "imdb": "tt0043972"}
    assert (found.is_locked, found.locked, found.is_damaged) == (True, ("title", "genres"), False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_encodings(encoding: str) -> None:
    assert only(
        MOVIE.replace("UTF-8", "latin-1" if encoding in {"cp1252", "latin-1"} else encoding).encode(encoding)
    ) == only(MOVIE)


def test_undeclared_old_encoding() -> None:
    assert only("<movie><title>Fluß – 1</title></movie>".encode("cp1252")).values["title"] == "Fluß – 1"


@pytest.mark.parametrize(
    "text",
    [
        "some text\n\n" + MOVIE,
        MOVIE + "\nhttps://www.themoviedb.org/movie/1",
        "\n\n" + MOVIE,
        MOVIE.replace("A &amp; B.", "A & B."),
        MOVIE.replace("<plot>", "<x>\x01\x0b</x><plot>"),
    ],
)
def test_text_around_and_bad_characters(text: str) -> None:
    assert only(text) == only(MOVIE)


def test_several_episodes_in_one_file() -> None:
    text = "".join(
        f"<episodedetails><title>T{n}</title><season>1</season><episode>{n}</episode></episodedetails>" for n in (1, 2)
    )
    assert [(each.season, each.episodes, each.values["title"]) for each in nfo.parse(text.encode())] == [
        (1, (1,), "T1"),
        (1, (2,), "T2"),
    ]


def test_truncated_document_keeps_values_before_its_end() -> None:
    found = only(MOVIE[: MOVIE.index("<genre>")])
    assert found.is_damaged
    assert found.values["title"] == "Der Fluß"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("https://www.imdb.com/title/tt0043972/", {"imdb": "tt0043972"}),
        ("see https://www.themoviedb.org/movie/25898-the-river", {"tmdb": "25898"}),
        ("http://thetvdb.com/?tab=series&id=78901", {"tvdb": "78901"}),
        ("<movie><title>A</title></movie>\nhttps://www.imdb.com/title/tt0043972/", {"imdb": "tt0043972"}),
    ],
)
def test_ids_by_pattern(text: str, ids: dict[str, str]) -> None:
    assert only(text).ids == ids


def test_ids_of_another_form_are_left_out() -> None:
    text = "<movie><title>A</title><uniqueid type='tmdb'>a-1</uniqueid><imdbid>603</imdbid><tvdbid>12</tvdbid></movie>"
    assert only(text).ids == {"tvdb": "12"}


@pytest.mark.parametrize("text", ["", "release notes", "<album><title>A</title></album>", "\x00\x01\x02", "<movie"])
def test_other_texts_have_no_document(text: str) -> None:
    assert nfo.parse(text.encode()) == []


def test_entities_and_document_types_are_refused() -> None:
    bomb = '<!DOCTYPE movie [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><movie><title>&b;</title></movie>'
    found = nfo.parse(bomb.encode())
    assert [each.values.get("title", "") for each in found] == ["&b;"]
    external = '<movie><!DOCTYPE x SYSTEM "file:///etc/passwd"><title>A</title></movie>'
    assert [each.values for each in nfo.parse(external.encode())] == [{}]
    assert only("<movie><title>caf&eacute; &nbsp;&amp; bar</title></movie>").values["title"] == "café \xa0& bar"


def test_depth_and_size_are_limited(tmp_path: Path) -> None:
    deep = "<movie><title>A</title>" + "<x>" * 100_000 + "</x>" * 100_000 + "</movie>"
    assert only(deep).is_damaged
    assert only(deep).values == {"title": "A"}
    file = tmp_path / "movie.nfo"
    file.write_bytes(MOVIE.replace("</movie>", "").encode() + b"<x>" * nfo.MAX_BYTES)
    [found], problem = nfo.read(bytes(file))
    assert found.values["title"] == "Der Fluß"
    assert problem == "The file has more than 1 MB; only its beginning counts."


def test_file_that_cannot_be_read_has_no_document(tmp_path: Path) -> None:
    expected = "The file cannot be read: No such file or directory."
    assert nfo.read(bytes(tmp_path / "none.nfo")) == ([], expected)
    assert nfo.read(bytes(tmp_path)) == ([], "The file cannot be read: Is a directory.")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (MOVIE, ""),
        ("release notes without an id", ""),
        ("<movie><title>A</title>", "The XML is not valid (no element found); only the values before the error count."),
        ("<movie", "The XML is not valid; only the values before the error count."),
    ],
)
def test_file_with_an_error_has_a_sentence(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "movie.nfo"
    file.write_text(text)
    assert nfo.read(bytes(file))[1] == problem


@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(lambda text: f"<movie>{text}</movie>".encode("utf-8", "replace"))
)
def test_every_content_has_a_result(data: bytes) -> None:
    nfo.parse(data)
