"""NFO files: what other programs write, and what is damaged or hostile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core.files.titles import nfo
from indexium_core.model.titles.nfo import NfoDocument
from tests.support.cases import each_case

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
    assert replace(only(text), mentioned={}) == only(MOVIE)


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


@each_case(
    ("text", "ids"),
    [
        ("https://www.imdb.com/title/tt0043972/", {"imdb": "tt0043972"}),
        ("see https://www.themoviedb.org/movie/25898-the-river", {"tmdb": "25898"}),
        ("http://thetvdb.com/?tab=series&id=78901", {"tvdb": "78901"}),
        ("<movie><title>A</title></movie>\nhttps://www.imdb.com/title/tt0043972/", {"imdb": "tt0043972"}),
        ("https://www.imdb.com/title/tt0000000/ https://www.imdb.com/title/tt0043972/", {"imdb": "tt0043972"}),
        ("<movie><id>tt0000000</id></movie>", {}),
        ("<movie><id tmdb='0' tvdb='-1' imdb='tt0'/><title>A</title></movie>", {}),
        ("<movie><title>A</title></movie> https://www.themoviedb.org/movie/12345678901", {}),
        ("<movie><title>A</title></movie> http://thetvdb.com/series/0", {}),
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


@each_case(
    ("text", "values"),
    [
        ("<plot><![CDATA[A & B]]></plot>", {"plot": "A & B"}),
        (
            (
                "<ratings><rating name='metacritic' max='100'><value>73</value></rating>"
                "<rating name='rotten_tomatoes'><value>8.7</value></rating></ratings>"
            ),
            {"ratings": {"metacritic": 73.0, "rotten_tomatoes": 87.0}},
        ),
        ("<writer>A</writer><credits>A</credits>", {"crew": [{"name": "A", "job": "Writer"}]}),
    ],
)
def test_values_of_other_programs(text: str, values: dict[str, object]) -> None:
    assert only(f"<movie>{text}</movie>").values == values


def test_element_without_end_tag_ends_there() -> None:
    text = "<episodedetails a='>'/> text <episodedetails><title>B</title></episodedetails>"
    assert [(each.values, each.is_damaged) for each in nfo.parse(text.encode())] == [
        ({}, False),
        ({"title": "B"}, False),
    ]


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


RIGHT = "Correct it in the file; the other values count."


@each_case(
    ("text", "values", "problem"),
    [
        (
            "<episodedetails><title>A</title><aired>2010-04-31</aired></episodedetails>",
            {"title": "A"},
            f"The field aired is a date such as 2019-07-31, not “2010-04-31”. {RIGHT}",
        ),
        (
            "<movie><title>A</title><premiered>30.4.2010</premiered><releasedate>2010-04-30</releasedate></movie>",
            {"title": "A", "release_date": "2010-04-30", "year": 2010},
            f"The field release_date is a date such as 2019-07-31, not “30.4.2010”. {RIGHT}",
        ),
        (
            "<movie><year>abc</year></movie>",
            {},
            f"The field year is a number from 1870 to 2100, not “abc”. {RIGHT}",
        ),
        (
            "<movie><year>2010</year><runtime>two hours</runtime></movie>",
            {"year": 2010},
            f"The field runtime_minutes is a number from 1 to 100000, not “two hours”. {RIGHT}",
        ),
        (
            "<tvshow><title>A</title><namedseason number='x'>Spring</namedseason></tvshow>",
            {"title": "A"},
            f"The field season is a number from 0 to 100000, not “x”. {RIGHT}",
        ),
        (
            "<episodedetails><episode>one</episode></episodedetails>",
            {},
            f"The field episode is a number from 0 to 100000, not “one”. {RIGHT}",
        ),
        (
            "<movie><rating>eleven</rating><uniqueid type='imdb'>603</uniqueid></movie>",
            {},
            (
                "The value of ratings has numbers from 0 to 10, of rotten_tomatoes and metacritic to 100, such as "
                f'{{"imdb": 7.5}}. The value of imdb_id is a text such as tt0133093, not “603”. {RIGHT}'
            ),
        ),
        (
            "<episodedetails><aired>x</aired><year>x</year><season>x</season><episode>x</episode></episodedetails>",
            {},
            (
                "The field episode is a number from 0 to 100000, not “x”. The field aired is a date such as "
                "2019-07-31, not “x”. The field year is a number from 1870 to 2100, not “x”. "
                f"Other values that do not fit: 1. {RIGHT}"
            ),
        ),
        # What other programs write if they have no value, and texts with tabs, are no errors.
        (
            (
                "<episodedetails><year>0</year><runtime>0</runtime><aired></aired><premiered>0001-01-01</premiered>"
                "<season>-1</season><episode>-1</episode><plot>\tA\tB\r\n</plot><rating>0.000</rating></episodedetails>"
            ),
            {"plot": "A B", "ratings": {"default": 0.0}},
            "",
        ),
        (
            (
                "<movie><plot>A</plot><tmdbid>0</tmdbid><tvdbid>-1</tvdbid><imdbid>tt0000000</imdbid>"
                "<uniqueid type='tmdb'></uniqueid><uniqueid type='imdb'>tt0</uniqueid></movie>"
            ),
            {"plot": "A"},
            "",
        ),
        (
            "<movie><plot>A</plot><tmdbid>-25898</tmdbid><tvdbid>1234567890</tvdbid></movie>",
            {"plot": "A"},
            (
                "The value of tmdb_id is a number such as 603, not “-25898”. "
                f"The value of tvdb_id is a number such as 169, not “1234567890”. {RIGHT}"
            ),
        ),
        (
            "<tvshow><season>-1</season><episode>many</episode><aired>2010-04-30T20:15:00</aired></tvshow>",
            {"release_date": "2010-04-30", "year": 2010},
            "",
        ),
        ("<season><runtime>two hours</runtime><seasonnumber>2</seasonnumber></season>", {}, ""),
    ],
)
def test_value_that_does_not_fit_is_left_out_and_named(
    tmp_path: Path, text: str, values: dict[str, object], problem: str
) -> None:
    file = tmp_path / "a.nfo"
    file.write_text(text)
    [document], found = nfo.read(bytes(file))
    assert (document.values, found) == (values, problem)


REMEDY = "Rename the file, or correct the element."
_ROOTS = "<movie>, <tvshow>, <season> and <episodedetails>"


@each_case(
    ("name", "text", "problem"),
    [
        ("a.nfo", "", "The file is empty. Delete it, or write its content again."),
        ("a.nfo", " \n", "The file is empty. Delete it, or write its content again."),
        (
            "movie.nfo",
            "<tvshow><title>A</title></tvshow>",
            f"The root element is <tvshow>, and the one of movie.nfo is <movie>. {REMEDY}",
        ),
        (
            "season.nfo",
            "<tvshow><title>A</title></tvshow>",
            f"The root element is <tvshow>, and the one of season.nfo is <season>. {REMEDY}",
        ),
        (
            "movie.nfo",
            "<!DOCTYPE html><html><body>oops",
            f"The root element <html> is none of {_ROOTS}. Correct the file, or delete it.",
        ),
        ("tvshow.nfo", "<tvshow><title>A</title></tvshow>", ""),
        ("movie.nfo", "https://www.imdb.com/title/tt0043972/", ""),
        ("movie.nfo", "<html>https://www.imdb.com/title/tt0043972/</html>", ""),
        ("a.nfo", "<?xml version='1.0'?><!-- x -->\n<album><title>A</title></album>", ""),
        ("a.nfo", "<episodedetails></episodedetails><episodedetails></episodedetails>", ""),
        ("movie.nfo", "<movie><title>A</title></movie>\nhttps://www.imdb.com/title/tt0043972/", ""),
    ],
)
def test_file_of_another_form_has_a_sentence(tmp_path: Path, name: str, text: str, problem: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    assert nfo.read(bytes(file))[1] == problem


@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(lambda text: f"<movie>{text}</movie>".encode("utf-8", "replace"))
)
def test_every_content_has_a_result(data: bytes) -> None:
    nfo.parse(data)
