"""Edits of NFO files, byte for byte."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.files.titles import nfo, nfo_editing
from indexium_core.files.titles.nfo_editing import NfoEdit, edited, new_file
from indexium_core.files.titles.nfo_layout import layout_of
from indexium_core.files.titles.nfo_page import NfoPage
from indexium_core.model.publishing.nfo_content import NfoContent
from tests.support.cases import each_case


def movie(**values: Any) -> NfoContent:
    return NfoContent(kind="movie", values=values)


def episode(number: int, **values: Any) -> NfoContent:
    return NfoContent(kind="episodedetails", values=values, season=1, episode=number)


def edit(text: str, *contents: NfoContent) -> str:
    return edited(text.encode(), contents).content.decode()


def refusal(data: bytes | str, *contents: NfoContent) -> str:
    with pytest.raises(errors.RefusedError) as caught:
        edited(data.encode() if isinstance(data, str) else data, contents or [movie(title="A")])
    assert caught.value.reason == "nfo_unreadable"
    return caught.value.message


def test_new_file_of_film() -> None:
    assert new_file([movie(title="A & <B>\x01", plot="x\r\ny", genres=["Drama"])]).decode() == (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        "<movie>\n"
        "  <title>A &amp; &lt;B&gt;</title>\n"
        "  <plot>x\ny</plot>\n"
        "  <genre>Drama</genre>\n"
        "</movie>\n"
    )


def test_new_file_of_several_episodes_has_one_root_for_each() -> None:
    data = new_file([episode(1, title="A"), episode(2, title="B")])
    assert data.decode().count("<?xml") == 1
    assert [(each.season, each.episodes, each.values) for each in nfo.parse(data)] == [
        (1, (1,), {"title": "A"}),
        (1, (2,), {"title": "B"}),
    ]


def test_edit_keeps_order_comments_lines_and_unknown_elements() -> None:
    old = (
        "\ufeff<!-- mine -->\r\n<movie a='1'>\r\n\t<x><title>no</title></x>\r\n\t<title lang='de'>Old</title>\r\n"
        "\t<genre>A</genre>\r\n\t<!-- g -->\r\n\t<genre>B</genre>\r\n\t<plot/>\r\n\t<year>1950</year>\r\n"
        "</movie>\r\nhttps://example.com/?a=1&b=2\r\n"
    )
    content = movie(title="New", genres=["A", "C", "D"], plot="one\ntwo", year=None, tagline="T")
    assert edit(old, content) == (
        "\ufeff<!-- mine -->\r\n<movie a='1'>\r\n\t<x><title>no</title></x>\r\n\t<title lang='de'>New</title>\r\n"
        "\t<genre>A</genre>\r\n\t<!-- g -->\r\n\t<genre>C</genre>\r\n\t<genre>D</genre>\r\n\t"
        "<plot>one\r\ntwo</plot>\r\n\t<tagline>T</tagline>\r\n</movie>\r\nhttps://example.com/?a=1&b=2\r\n"
    )


def test_edit_counts_what_it_keeps_and_names_what_it_changes() -> None:
    found = edited(b"<movie><title>A</title><year>1950</year><x/></movie>", [movie(title="B", year=1950, tagline="T")])
    assert found.changed == ("title", "tagline")


def test_edit_without_difference_returns_the_same_bytes() -> None:
    data = b"<movie>\n<title ><![CDATA[A]]> </title><year> 1950 </year></movie>"
    assert edited(data, [movie(title="A", year=1950)]) == NfoEdit(
        content=data,
        changed=(),
        own=[{"kind": "movie", "season": None, "episode": None, "by_item": True, "values": {}, "of_others": True}],
    )


@each_case(
    ("old", "new"),
    [
        ("<movie/>", "<movie>\n  <title>é–</title>\n</movie>"),
        ("<movie></movie>", "<movie>\n  <title>é–</title>\n</movie>"),
        ("<movie><x/></movie>", "<movie><x/><title>é–</title></movie>"),
        ("<movie>\n    <x/>\n</movie>", "<movie>\n    <x/>\n    <title>é–</title>\n</movie>"),
        ("<Movie><TITLE>o</TITLE></Movie>", "<Movie><TITLE>é–</TITLE></Movie>"),
        ("<movie><title a='>'/></movie>", "<movie><title a='>'>é–</title></movie>"),
        ("<movie><title>a</title><title>b</title></movie>", "<movie><title>é–</title><title>é–</title></movie>"),
    ],
)
def test_title_in_every_shape(old: str, new: str) -> None:
    assert edit(old, movie(title="é–")) == new


@each_case(
    ("encoding", "declared", "expected"),
    [
        ("utf-8-sig", "utf-8", "é–Ω"),
        ("utf-16", "utf-16", "é–Ω"),
        ("utf-16", "", "é–Ω"),
        ("latin-1", "ISO-8859-1", "é&#8211;&#937;"),
        ("cp1252", "windows-1252", "é–&#937;"),
        ("gbk", "gbk", "é–Ω"),
    ],
)
def test_new_text_is_in_the_encoding_of_the_file(encoding: str, declared: str, expected: str) -> None:
    sign = "中" if encoding == "gbk" else "ä"
    declaration = f"<?xml version='1.0' encoding='{declared}'?>" if declared else ""
    old = f"{declaration}<movie><!-- {sign} --><title>o</title></movie>"
    content = edited(old.encode(encoding), [movie(title="é–Ω")]).content
    assert content.decode(encoding) == old.replace("<title>o", f"<title>{expected}")
    assert nfo.parse(content)[0].values == {"title": "é–Ω"}


def test_all_forms_of_an_id_change_together() -> None:
    old = (
        "<movie><uniqueid type='TMDB' default='true'>1</uniqueid><tmdbid>2</tmdbid><id TMDB='3' IMDB='tt0000004'>"
        "tt0000004</id><uniqueid type='foreign'>1</uniqueid></movie>"
    )
    assert edit(old, movie(tmdb_id="603")) == old.replace(">1</uniqueid><t", ">603</uniqueid><t").replace(
        ">2<", ">603<"
    ).replace("'3'", '"603"')
    assert edit(old, movie(imdb_id="tt0133093")) == old.replace("'tt0000004'", '"tt0133093"').replace(
        "tt0000004</id>", "tt0133093</id>"
    )
    assert edit(old, movie(tmdb_id=None, imdb_id=None)) == (
        "<movie><id></id><uniqueid type='foreign'>1</uniqueid></movie>"
    )


def test_untyped_id_changes_if_it_repeats_the_old_id() -> None:
    old = "<tvshow><uniqueid type='tvdb'>55</uniqueid><id>55</id></tvshow>"
    series = NfoContent(kind="tvshow", values={"tvdb_id": "66"})
    assert edit(old, series) == old.replace("55", "66")
    other = old.replace("<id>55", "<id>77")
    assert edit(other, series) == other.replace("55", "66")


def test_all_forms_of_a_rating_change_together_and_others_stay() -> None:
    old = (
        "<movie>\n  <rating max='100'>71</rating>\n  <ratings>\n    <rating name='imdb'><value>7</value>"
        "<votes>5</votes></rating>\n    <rating name='other' max='5'><value>3</value></rating>\n  </ratings>\n</movie>"
    )
    assert edit(old, movie(ratings={"imdb": 7.5})) == (
        "<movie>\n  <rating>7.5</rating>\n  <ratings>\n    <rating name='other' max='5'><value>3</value></rating>\n"
        '    <rating name="imdb" max="10" default="true">\n      <value>7.5</value>\n      <votes>5</votes>\n'
        "    </rating>\n  </ratings>\n</movie>"
    )


def test_ratings_with_their_values_keep_their_order_and_a_changed_one_moves_to_the_end() -> None:
    one, two = "<rating name='a'><value>1</value></rating>", "<rating name='b' default='true'><value>2</value></rating>"
    old = f"<movie><ratings>{one}{two}</ratings></movie>"
    assert edit(old, movie(ratings={"a": 1.0, "b": 2.0})) == old
    assert edit(old, movie(ratings={"b": 2.0})) == old
    new = edit(old, movie(ratings={"a": 1.5}))
    assert new.index("name='b'") < new.index('name="a" max="10" default="true"')
    assert new.count('default="true"') == 1


def test_actors_keep_what_we_do_not_know() -> None:
    ada = "<actor><name>Ada</name><role>R</role><type>GuestStar</type><order>1</order><thumb>t</thumb></actor>"
    bea = "<actor><name>Bea</name><sortorder>0</sortorder></actor>"
    cast = [{"name": "Ada", "character": "R", "order": 0}, {"name": "Cid", "character": "", "order": 1}]
    assert edit(f"<movie>{bea}{ada}</movie>", movie(cast=cast)) == (
        "<movie>" + ada.replace(">1<", ">0<") + "<actor><name>Cid</name><order>1</order></actor></movie>"
    )


def test_collection_loses_what_belongs_to_the_old_one() -> None:
    old = "<movie><set tmdbcolid='1'><name>A</name><overview>O</overview></set></movie>"
    assert edit(old, movie(collection="A")) == old
    assert edit(old, movie(collection="B")) == "<movie><set><name>B</name></set></movie>"


def test_cleared_plot_takes_the_outline_with_it() -> None:
    assert edit("<movie><plot>A</plot><outline>B</outline><x/></movie>", movie(plot=None)) == "<movie><x/></movie>"
    assert edit("<movie><outline>B</outline></movie>", movie(plot="A")) == (
        "<movie><outline>B</outline><plot>A</plot></movie>"
    )


def test_element_that_cannot_be_read_does_not_hide_the_new_value() -> None:
    old = "<movie><year>none</year><year>1950</year></movie>"
    assert edit(old, movie(year=1900)) == "<movie><year>1900</year><year>1900</year></movie>"
    assert edit(old, movie(year=None)) == "<movie></movie>"
    assert edit("<movie><set><overview>O</overview></set><set>A</set></movie>", movie(collection="A")) == (
        "<movie><set><name>A</name></set><set>A</set></movie>"
    )


def test_writers_change_in_both_tags() -> None:
    old = "<movie><writer>A</writer><writer>B</writer><credits>A</credits><credits>B</credits></movie>"
    crew = [{"name": "A", "job": "Writer"}, {"name": "B", "job": "Writer"}]
    assert edit(old, movie(crew=crew)) == old
    assert edit(old, movie(crew=crew[:1])) == "<movie><writer>A</writer><credits>A</credits></movie>"


def test_dates_of_an_episode_change_together() -> None:
    old = "<episodedetails><aired>2000-01-01</aired><premiered>2000-01-01</premiered></episodedetails>"
    content = NfoContent(kind="episodedetails", values={"aired": "2001-02-03"})
    assert edit(old, content) == old.replace("2000-01-01", "2001-02-03")


def test_episodes_find_their_root_by_number() -> None:
    root = "<episodedetails><season>1</season><episode>{}</episode><title>{}</title></episodedetails>"
    old = f"<?xml version='1.0'?>\n{root.format(1, 'A')}\n<?xml version='1.0'?>\n{root.format(3, 'C')}\nhttps://example.com/&\n"
    new = edit(old, episode(3, title="D"), episode(2, title="B"))
    assert new == old.replace(">C<", ">D<").replace(
        "</episodedetails>\nhttps",
        "</episodedetails>\n<episodedetails><title>B</title><season>1</season><episode>2</episode></episodedetails>\nhttps",
    )


def test_episodes_without_numbers_are_taken_in_their_order() -> None:
    old = "<episodedetails><title>A</title></episodedetails><episodedetails><title>B</title></episodedetails>"
    new = edit(old, episode(1, title="X"), episode(2, title="Y"))
    assert [(each.values["title"], each.episodes) for each in nfo.parse(new.encode())] == [("X", (1,)), ("Y", (2,))]


def test_single_episode_gets_its_new_number() -> None:
    old = "<episodedetails><season>1</season><episode>4</episode></episodedetails>"
    assert edit(old, episode(5)) == old.replace("4", "5")


def test_text_in_a_second_language_stays() -> None:
    old = '<movie><plot>Old</plot><plot xml:lang="de">Alt</plot></movie>'
    assert edit(old, movie(plot="New")) == old.replace("Old", "New")
    assert edit(old, movie(plot=None)) == "<movie></movie>"


def test_document_is_written_in_front_of_an_address() -> None:
    address = b"https://www.themoviedb.org/movie/603-the-matrix\r\n"
    found = edited(address, [movie(title="A", tmdb_id="603")])
    assert found.content == new_file([movie(title="A", tmdb_id="603")]) + address
    assert edited(found.content, [movie(title="A", tmdb_id="603")]).content == found.content
    assert "of another title" in refusal(address, movie(title="A", tmdb_id="604"))
    assert "only an address" in refusal(address, NfoContent(kind="season", values={"title": "A"}, season=1))


@each_case(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf \r\n", "The file is empty."),
        (b"<movie>\x00</movie>", "The file has NUL bytes."),
        ("<movie/>".encode("utf-16-le"), "The file has NUL bytes."),
        (b"<movie>" + b" " * nfo.MAX_BYTES + b"</movie>", "The file has more than 1 MB."),
        (b"some text", "The file is a text, and no XML."),
        (b"some text <movie></movie>", "The file has text in front of its XML."),
        (b"\n<?xml version='1.0'?><movie/>", "XML or text declaration not at start of entity in line 2."),
        (b"<movie>\r\n<title>\nA & B</title></movie>", "The XML is not valid: a bare “&” in line 3."),
        (b"<movie><plot>a?b=1&c=2</plot></movie>", "The XML is not valid: a bare “&” in line 1."),
        (b"<movie>\r\r<title>&nbsp;</title></movie>", "the unknown entity “&nbsp;” in line 3."),
        (b"<movie><title>A</movie>", "The XML is not valid: mismatched tag in line 1."),
        (b"<movie><title>A", "The XML is not valid: no element found in line 1."),
        (b"<movie/></movie>", "The XML is not valid:"),
        (b"<!DOCTYPE movie><movie/>", "The file declares a document type or entities."),
        (b'<!DOCTYPE m [<!ENTITY a "b">]><movie>&a;</movie>', "The file declares a document type or entities."),
        (b"<?xml version='1.0' encoding='ISO-8859-1'?><movie>\xc3\xa4</movie>", "declares the encoding ISO-8859-1"),
        (b"<?xml version='1.0' encoding='UTF-8'?><movie>\xe4</movie>", "not valid in its encoding, UTF-8."),
        (b"<?xml version='1.0' encoding='utf-16'?><movie/>", "declares the encoding utf-16"),
        (b"<?xml version='1.0' encoding='none'?><movie/>", "declares the encoding none"),
        (b"\xef\xbb\xbf<movie>\xe4</movie>", "not valid in its encoding, utf-8."),
        (b"<album><title>A</title></album>", "The root element <album> is none of"),
        (b"<movies><movie/></movies>", "The root element <movies> is none of"),
        (b"<tvshow/>", "The root element of the file is <tvshow>, and the one of its title is <movie>."),
        (b"<movie/><movie/>", "The file has 2 documents for one title."),
        (b"<movie/> text <movie/>", "The file has text between its XML documents, in line 1."),
        (b"<!-- <movie> --><movie/>", "looks like an end or a start"),
        (b"<movie><!-- </movie> --></movie>", "looks like an end or a start"),
        (b"<movie>" + b"<x>" * 30 + b"</x>" * 30 + b"</movie>", "too many or too deep elements"),
        (b"\x1f\x8b\x08\x00\x00", "The file has NUL bytes."),
        (b"<movie><title>Caf\xe9</title></movie>", "The file has no XML declaration, and its text is not UTF-8."),
    ],
)
def test_file_that_cannot_be_edited_is_refused(data: bytes, sentence: str) -> None:
    message = refusal(data)
    assert sentence in message
    assert message.endswith("Correct the file, or replace it.")


def test_edit_that_goes_wrong_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NfoPage, "changed", lambda _, old, __: (old.inner_start, old.inner_end, "X"))
    assert "would not have the new value of title" in refusal("<movie><title>B</title></movie>", movie(title="A"))
    monkeypatch.setattr(NfoPage, "changed", lambda _, old, __: (old.start, old.inner_end, ""))
    assert "mismatched tag" in refusal("<movie><title>B</title></movie>", movie(title="A"))


def test_encoding_that_changes_the_other_bytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    layout = replace(layout_of(b"<movie/>"), encoding="utf-16-le")
    monkeypatch.setattr(nfo_editing, "layout_of", lambda _: layout)
    assert "cannot be edited in parts" in refusal("<movie/>", movie(title="A"))


def test_text_that_looks_like_utf_8_is_written_in_an_old_encoding() -> None:
    old = b"<?xml version='1.0' encoding='ISO-8859-1'?><movie><title>A</title></movie>"
    new = edited(old, [movie(title="Ã©")]).content
    assert new == old.replace(b">A<", b">&#195;&#169;<")
    assert nfo.parse(new)[0].values == {"title": "Ã©"}
