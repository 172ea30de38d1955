"""Edits of generated NFO files: all other bytes stay, and our reader finds exactly the new values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from indexium_core.files.titles import nfo
from indexium_core.files.titles.nfo_editing import edited, new_file, own_values
from indexium_core.files.titles.nfo_layout import layout_of
from indexium_core.model.publishing.nfo_content import NfoContent
from indexium_core.model.publishing.nfo_ownership import named_values, without_own
from tests.support.effort import effort

WORDS = st.text("abc XYZ äéß&<>\"'0", min_size=1, max_size=12).map(lambda text: f"w{text}w")
LISTS = st.lists(WORDS, max_size=3, unique=True)
PEOPLE = st.lists(st.fixed_dictionaries({"name": WORDS, "character": WORDS}), max_size=3)
CREW = st.lists(st.fixed_dictionaries({"name": WORDS, "job": st.sampled_from(["Director", "Writer"])}), max_size=3)
RATINGS = st.dictionaries(
    st.sampled_from(["imdb", "x", "rotten_tomatoes", "metacritic"]), st.integers(0, 10), max_size=3
)
VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "title": WORDS,
    "plot": st.lists(WORDS, min_size=1, max_size=2).map("\n".join),
    "tagline": WORDS,
    "year": st.integers(1900, 2020),
    "release_date": st.dates().filter(lambda each: each.year > 1000).map(str),
    "runtime_minutes": st.integers(1, 500),
    "genres": LISTS,
    "countries": LISTS,
    "studios": LISTS,
    "tags": LISTS,
    "collection": WORDS,
    "cast": PEOPLE,
    "crew": CREW,
    "ratings": RATINGS,
    "tmdb_id": st.integers(1, 999).map(str),
    "imdb_id": st.integers(1, 999).map("tt{:07}".format),
    "tvdb_id": st.integers(1, 999).map(str),
}
CONTENT_VALUES = st.fixed_dictionaries(
    {}, optional={name: st.one_of(st.none(), strategy) for name, strategy in VALUES.items()}
)
FOREIGN = st.sampled_from(
    [
        "<!-- a <title>comment</title> & more -->",
        "<?pi some > text?>",
        "<lockdata>false</lockdata>",
        "<Unknown a='>' b=\"'\"><title>inner</title><![CDATA[<x>&]]></Unknown>",
        "<playcount/>",
        "<fileinfo><streamdetails><video><codec>h264</codec></video></streamdetails></fileinfo>",
        "<thumb aspect='poster'>https://example.com/a.jpg?b=1&amp;c=2</thumb>",
        "text between &#228;",
        "<trailer>plugin://x</trailer>",
    ]
)
OWNED = st.sampled_from(
    [
        "<title>Old</title>",
        "<title lang='de'><![CDATA[Old & <new>]]></title>",
        "<title/>",
        "<plot >Old\n   plot</plot >",
        "<plot></plot>",
        "<tagline a='>'/>",
        "<outline>Short</outline>",
        "<year>1950</year>",
        "<year>none</year>",
        "<premiered>1950-01-02</premiered>",
        "<releasedate>1950-01-03</releasedate>",
        "<runtime>90 min</runtime>",
        "<genre>A / B</genre>",
        "<genre>C</genre>",
        "<genre>C</genre>",
        "<country>A</country>",
        "<country>B</country>",
        "<studio clear='true'>S</studio>",
        "<tag>t &amp; u</tag>",
        "<set>Plain</set>",
        "<set tmdbcolid='4'><name>N</name><overview>O</overview></set>",
        "<actor><name>Ada</name><role>R</role><order>4</order><thumb>https://example.com/t.jpg</thumb></actor>",
        "<actor><name>Bea</name></actor>",
        "<actor/>",
        "<director>D</director>",
        "<writer>W</writer>",
        "<credits>W</credits>",
        "<rating>7,1</rating>",
        "<ratings><rating name='x' max='100' default='true'><value>70</value><votes>9</votes></rating>\n</ratings>",
        "<ratings><rating name='other'><value>3</value></rating>\n</ratings>",
        "<ratings/>",
        "<uniqueid type='TMDB'>55</uniqueid>",
        "<uniqueid type='imdb' default='true'>tt0000055</uniqueid>",
        "<uniqueid type='foreign'>1</uniqueid>",
        "<tmdbid>56</tmdbid>",
        "<imdb_id>tt0000056</imdb_id>",
        "<id>tt0000057</id>",
        "<id TMDB='58' IMDB='tt0000058'>tt0000058</id>",
        "<id>55</id>",
    ]
)
ENCODINGS = st.sampled_from(
    [
        ("utf-8", ""),
        ("utf-8", "UTF-8"),
        ("utf-8-sig", ""),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "UTF-16"),
        ("utf-16", ""),
        ("latin-1", "ISO-8859-1"),
        ("cp1252", "windows-1252"),
    ]
)


@st.composite
def documents(draw: st.DrawFn, kind: str = "movie") -> str:
    """Return one root element with elements of ours and of others."""
    parts = draw(st.lists(st.one_of(FOREIGN, OWNED), max_size=14))
    spaces = [draw(st.sampled_from(["\n  ", "\n\t", " ", ""])) for _ in range(len(parts) + 1)]
    inner = "".join(space + part for space, part in zip(spaces, parts, strict=False)) + spaces[-1]
    return (
        f"<{kind} xmlns:x='y'>{inner}</{kind}>"
        if inner
        else draw(st.sampled_from([f"<{kind}/>", f"<{kind}></{kind}>"]))
    )


@st.composite
def files(draw: st.DrawFn, document: str) -> bytes:
    """Return a file with a root: in an encoding, with ends of lines, and with a text behind it."""
    encoding, declared = draw(ENCODINGS)
    declaration = f'<?xml version="1.0" encoding="{declared}" standalone="yes" ?>\n' if declared else ""
    tail = draw(st.sampled_from(["", "\n", "\n<!-- end -->\n", "\nhttps://example.com/title?a=1&b=2\n", "\n<?end?>"]))
    before = draw(st.sampled_from(["", "<!-- created by <x> -->\n", "\n" if not declared else ""]))
    eol = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    sign = draw(st.sampled_from(["", "<!-- ä -->"]))
    return (declaration + before + document + sign + tail).replace("\n", eol).encode(encoding)


CASES = st.builds(lambda text: text, documents()).flatmap(files)
CONTENTS = st.builds(
    NfoContent,
    kind=st.just("movie"),
    values=CONTENT_VALUES,
)


def expected_of(content: NfoContent) -> dict[str, Any]:
    [document] = nfo.parse(new_file([content]))
    return named_values(document)


@effort.examples(60, 300)
@given(CASES, CONTENTS)
def test_reader_finds_what_was_planned(data: bytes, content: NfoContent) -> None:
    edit = edited(data, [content])
    [document] = nfo.parse(edit.content)
    found, expected = named_values(document), expected_of(content)
    assert {name: found.get(name) for name in expected if name != "year"} == {
        name: value for name, value in expected.items() if name != "year"
    }
    cleared = {name for name, value in content.values.items() if value in (None, [], {})} - {"year"}
    assert not {name for name in found if name.partition(".")[0] in cleared}
    if content.values.get("year"):
        assert found["year"] == content.values["year"]


@effort.examples(60, 300)
@given(CASES, CONTENTS)
def test_second_edit_changes_nothing(data: bytes, content: NfoContent) -> None:
    first = edited(data, [content])
    second = edited(first.content, [content], first.own)
    assert (second.content, second.changed, second.own) == (first.content, (), first.own)


TOUCHED = re.compile(
    r"<(title|plot|outline|tagline|year|premiered|releasedate|runtime|genre|country|studio|tag|set|actor|director|writer"
    r"|credits|rating|ratings|uniqueid|tmdbid|imdb_?id|tvdbid|id)\b(?:[^>\"'/]|\"[^\"]*\"|'[^']*')*(?:/>|>.*?</\1\s*>)",
    re.DOTALL,
)
INNER = re.compile(r"<Unknown.*?</Unknown>|<!--.*?-->", re.DOTALL)


def untouched(data: bytes) -> tuple[str, str]:
    """Return the mark and declaration of a file, and what is left of it without elements of ours and white space."""
    text = layout_of(data).text.decode()
    kept = INNER.findall(re.sub(r"<ratings.*?</ratings>", "", text, flags=re.DOTALL))
    rest = TOUCHED.sub("", INNER.sub("", text))
    return "".join(rest.split()), "|".join(kept)


@effort.examples(60, 300)
@given(CASES, CONTENTS)
def test_other_bytes_stay(data: bytes, content: NfoContent) -> None:
    new = edited(data, [content]).content
    before, after = untouched(data), untouched(new)
    closed = "".join(after[0].split()).replace("></movie>", "/>")
    assert after == before or closed == before[0].replace("></movie>", "/>")
    assert new[:2] == data[:2]


@effort.examples(60, 300)
@given(CASES)
def test_values_that_the_file_has_change_no_byte(data: bytes) -> None:
    [document] = [each for each in nfo.parse(data) if each.kind == "movie"] or [None]
    if document is None:
        return
    ids = {f"{provider}_id": value for provider, value in document.ids.items()}
    values = {name: value for name, value in document.values.items() if name != "year"}
    content = NfoContent(kind="movie", values=values | ids)
    edit = edited(data, [content])
    assert edited(edit.content, [content]).content == edit.content


@effort.examples(60, 300)
@given(CASES, CONTENTS)
def test_own_values_are_not_read_back(data: bytes, content: NfoContent) -> None:
    edit = edited(data, [content])
    own = json.loads(json.dumps(edit.own))
    [before], [after] = nfo.parse(data) or [None], without_own(nfo.parse(edit.content), own)
    old = named_values(before) if before is not None else {}
    left = named_values(after)
    assert {name: value for name, value in left.items() if old.get(name) != value} == {}


@effort.examples(60, 300)
@given(CONTENTS)
def test_new_file_is_all_ours(content: NfoContent) -> None:
    data = new_file([content])
    assert edited(data, [content]).content == data
    [left] = without_own(nfo.parse(data), json.loads(json.dumps(own_values([content]))))
    assert named_values(left) == {}


EPISODES = st.lists(
    st.builds(
        lambda number, title: NfoContent(
            kind="episodedetails", values={"title": title}, season=1, episode=number, series_title="S"
        ),
        st.integers(1, 5),
        WORDS,
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda each: each.episode,
)


@st.composite
def episode_files(draw: st.DrawFn) -> tuple[bytes, list[int]]:
    """Return a file of several episodes, with their numbers."""
    numbers = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4, unique=True))
    between = draw(st.sampled_from(["", "\n", "\r\n<!-- next -->", "\n<?xml version='1.0'?>\n"]))
    inner = st.lists(FOREIGN, max_size=3).map("".join)
    roots = [
        f"<episodedetails><season>1</season><episode>{number}</episode>{draw(inner)}</episodedetails>"
        for number in numbers
    ]
    tail = draw(st.sampled_from(["", "\nhttps://example.com/?a&b"]))
    return (between.join(roots) + tail).encode(), numbers


@effort.examples(60, 300)
@given(episode_files(), EPISODES)
def test_each_episode_has_one_root_and_no_root_is_lost(
    file: tuple[bytes, list[int]], contents: list[NfoContent]
) -> None:
    data, numbers = file
    edit = edited(data, contents)
    found = [each.episodes[0] for each in nfo.parse(edit.content)]
    titles = {each.episodes[0]: each.values.get("title") for each in nfo.parse(edit.content)}
    if len(numbers) == len(contents) == 1:
        assert found == [contents[0].episode]
    else:
        new = [each.episode for each in contents if each.episode not in numbers]
        assert found == [*numbers, *new]
    assert all(titles[each.episode or 0] == each.values["title"] for each in contents)
    assert edited(edit.content, contents, edit.own) == replace(edit, changed=(), replaced=(), is_into_others=False)
