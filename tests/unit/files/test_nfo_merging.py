"""
The three-way merge of NFO files: what others wrote stays, whatever is published how often, in whatever order.

The judge reads the files with its own parser (`xml.etree`), so that a fault of our reader hides none of our merge.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indexium_core.files.titles import nfo
from indexium_core.files.titles.nfo_editing import NfoEdit, edited, new_file, own_values, withdrawn
from indexium_core.files.titles.nfo_former import with_former
from indexium_core.model.publishing.nfo_content import IS_PERSON, NfoContent, WantedOrigin
from indexium_core.model.publishing.nfo_ownership import OwnValues, without_own
from tests.support.effort import effort

FOREIGN = (
    "<movie>\n  <title>Seaside</title>\n  <year>1990</year>\n  <actor>\n    <name>Old Actor</name>\n"
    "    <role>Captain</role>\n    <thumb>http://x/a.jpg</thumb>\n  </actor>\n</movie>\n"
)
ANN, BOB = ({"name": name, "character": "", IS_PERSON: True} for name in ("Ann Lee", "Bob Ray"))


def content(origin: WantedOrigin | Mapping[str, WantedOrigin] = "provider", **values: Any) -> NfoContent:
    """Return a content whose values have one origin, or one for each field."""
    origins = origin if isinstance(origin, Mapping) else dict.fromkeys(values, origin)
    return NfoContent(kind="movie", values=values, origins={"cast": "provider", **origins})


def publish(data: bytes, wanted: NfoContent, own: OwnValues = ()) -> tuple[bytes, OwnValues, NfoEdit]:
    edit = edited(data, [wanted], json.loads(json.dumps(own)))
    return edit.content, edit.own, edit


def with_order(cast: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**each, "order": number} for number, each in enumerate(cast)]


def parsed(data: bytes) -> Counter[str]:
    """Return the elements of the root that say something, each as a text without its layout."""
    root = ET.fromstring(data)
    filled = [each for each in root if len(each) or (each.text or "").strip()]
    return Counter(re.sub(r">\s+<", "><", ET.tostring(each, encoding="unicode").strip()) for each in filled)


def test_people_join_a_foreign_cast_and_leave_it_again() -> None:
    data = FOREIGN.encode()
    once, own, edit = publish(data, content(cast=with_order([ANN])))
    assert (edit.lost, edit.replaced, edit.drifted) == ((), (), ())
    assert parsed(data) <= parsed(once)
    assert publish(once, content(cast=with_order([ANN])), own)[0] == once
    assert publish(once, content(), own)[0] == data


def test_person_whom_others_named_already_is_not_added() -> None:
    data = FOREIGN.replace("Old Actor", "ann lee").encode()
    assert publish(data, content(cast=with_order([ANN])))[0] == data


def test_value_by_hand_takes_the_place_of_theirs_and_names_it() -> None:
    new, _, edit = publish(FOREIGN.encode(), content("hand", title="Garden"))
    assert (b"<title>Garden</title>" in new, edit.replaced, edit.lost) == (True, (("title", "Seaside"),), ())


def test_all_different_values_that_give_way_are_named() -> None:
    data = FOREIGN.replace("  <year>", "  <title>Seaside Two</title>\n  <year>").encode()
    new, _, edit = publish(data, content("hand", title="Garden"))
    assert (new.count(b"<title>Garden"), edit.replaced) == (2, (("title", "Seaside / Seaside Two"),))


def test_elements_of_others_come_back_when_a_value_by_hand_is_withdrawn() -> None:
    data = FOREIGN.replace("<title>", "<title lang='de'>").encode()
    by_hand = content("hand", title="Garden", cast=with_order([{"name": "Kay", "character": ""}]), plot="P")
    new, own, edit = publish(data, by_hand)
    assert ({*dict(edit.replaced)}, b"Old Actor" in new) == ({"title", "cast"}, False)
    again, own, _ = publish(new, by_hand, own)
    assert again == new
    left = with_former(without_own(nfo.parse(new), own)[0], own)
    assert (left.values["title"], left.values["cast"][0]["character"]) == ("Seaside", "Captain")
    back, own, edit = publish(new, content("name", title="Name of the file"), own)
    assert (back, edit.lost, own[0]["values"]) == (data, (), {})
    assert set(edit.changed) == {"title", "cast", "plot"}
    assert publish(back, content("name", title="Name of the file"), own)[0] == data


def test_actor_whom_others_add_to_a_cast_by_hand_comes_back_with_theirs() -> None:
    data = FOREIGN.encode()
    by_hand = content("hand", cast=with_order([{"name": "Kay", "character": ""}]))
    new, own, _ = publish(data, by_hand)
    new = new.replace(b"</movie>", b"  <actor>\n    <name>External</name>\n  </actor>\n</movie>")
    new, own, edit = publish(new, by_hand, own)
    assert (b"External" in new, edit.replaced) == (False, (("cast", "External"),))
    back, *_ = publish(new, content(), own)
    assert [each.text for each in ET.fromstring(back).iter("name")] == ["Old Actor", "External"]


def test_person_whom_others_had_named_before_a_cast_by_hand_stays_theirs() -> None:
    data = FOREIGN.replace("</movie>", "  <actor>\n    <name>Ann Lee</name>\n  </actor>\n</movie>").encode()
    kay = {"name": "Kay", "character": ""}
    new, own, _ = publish(data, content("hand", cast=with_order([kay])))
    new, own, _ = publish(new, content("hand", cast=with_order([kay, ANN])), own)
    back, own, _ = publish(new, content(cast=with_order([ANN])), own)
    assert back == data
    assert publish(back, content(), own)[0] == data


def test_text_that_others_wrote_over_a_value_by_hand_is_what_they_say() -> None:
    new, own, _ = publish(FOREIGN.encode(), content("hand", title="Garden"))
    left = with_former(without_own(nfo.parse(new.replace(b"Garden", b"Lake")), own)[0], own)
    assert left.values["title"] == "Lake"


RATINGS = """<ratings>
    <rating name="imdb" max="10" default="true"><value>7.000000</value><votes>130</votes></rating>
    <rating name="tomatometerallcritics" max="100"><value>88</value></rating>
  </ratings>"""


@pytest.mark.parametrize("source", ["<rating>6.7</rating>", RATINGS, "<rating>7,4</rating>"])
def test_ratings_of_others_come_back_and_stay_theirs(source: str) -> None:
    data = FOREIGN.replace("<year>1990</year>", source).encode()
    new, own, edit = publish(data, content("hand", ratings={"imdb": 9.1, "tmdb": 8.8}))
    assert (b"9.1" in new, edit.lost) == (True, ())
    theirs = nfo.parse(data)[0].values
    for _ in range(2):
        new, own, _ = publish(
            new, content("nfo", **({"ratings": theirs["ratings"]} if "ratings" in theirs else {})), own
        )
        assert new == data
    assert publish(new, content(), own)[0] == data


def test_empty_root_of_others_is_empty_again_when_a_value_by_hand_is_withdrawn() -> None:
    new, own, _ = publish(b"<movie/>", content("hand", title="Garden"))
    assert publish(new, content("name", title="Name of the file"), own)[0] == b"<movie/>"


def test_flat_rating_of_others_is_not_replaced_by_one_of_another_file() -> None:
    data = FOREIGN.replace("<year>1990</year>", "<rating>6.5</rating>").encode()
    new, own, _ = publish(data, content("hand", ratings={"imdb": 9.1}))
    assert publish(new, content("nfo", ratings={"imdb": 7.5}), own)[0] == data


def test_file_that_is_withdrawn_stays_with_what_others_wrote() -> None:
    new, own, _ = publish(FOREIGN.encode(), content("hand", title="Garden", plot="P"))
    left = withdrawn(new, own)
    assert left is not None
    assert left.content == FOREIGN.encode()
    ours = content("hand", title="Garden", cast=with_order([ANN]), ratings={"imdb": 9.1})
    assert withdrawn(new_file([ours]), own_values([ours])) is None


@pytest.mark.parametrize("origin", ["provider", "nfo", "name"])
def test_no_other_value_takes_the_place_of_theirs(origin: WantedOrigin) -> None:
    wanted = content(origin, title="Garden", year=2001, cast=with_order([{"name": "New", "character": "X"}]))
    assert publish(FOREIGN.encode(), wanted)[0] == FOREIGN.encode()


@pytest.mark.parametrize(("origin", "is_added"), [("hand", True), ("provider", True), ("nfo", False), ("name", False)])
def test_missing_values_come_from_people_and_providers_only(origin: WantedOrigin, is_added: bool) -> None:
    new, *_ = publish(FOREIGN.encode(), content(origin, plot="P", tagline="T"))
    assert (b"<plot>P</plot>" in new, b"<tagline>T</tagline>" in new) == (is_added, is_added)


@pytest.mark.parametrize("origin", ["hand", "provider", "name"])
def test_our_value_follows_its_origin(origin: WantedOrigin) -> None:
    data, own = new_file([content(origin, title="A")]), own_values([content(origin, title="A")])
    new, _, edit = publish(data, content(origin, title="B"), own)
    assert (b"<title>B</title>" in new, edit.drifted, edit.lost) == (True, (), ())


@pytest.mark.parametrize(("origin", "is_question"), [("hand", True), ("provider", True), ("name", False)])
def test_our_value_that_others_changed_is_a_question(origin: WantedOrigin, is_question: bool) -> None:
    data, own = new_file([content(origin, title="A")]), own_values([content(origin, title="A")])
    theirs = data.replace(b">A<", b">Theirs<")
    new, _, edit = publish(theirs, content(origin, title="B"), own)
    assert (bool(edit.drifted), new == theirs) == (is_question, not is_question)


def test_value_that_is_not_wanted_any_more_leaves_if_it_is_ours() -> None:
    wanted = content(title="A", tmdb_id="1", ratings={"imdb": 7.0, "tmdb": 6.0})
    data, own = new_file([wanted]), own_values([wanted])
    new, *_ = publish(data, content(title="A", ratings={"imdb": 7.0}), own)
    assert b"tmdb" not in new
    theirs = data.replace(b">1</uniqueid>", b">2</uniqueid>").replace(b"<tmdbid>1<", b"<tmdbid>2<")
    assert b">2</uniqueid>" in publish(theirs, content(title="A"), own)[0]


def test_rating_by_hand_takes_the_place_of_the_one_that_counts() -> None:
    edit = edited(b"<movie>\n  <rating>7.9</rating>\n</movie>", [content("hand", ratings={"imdb": 5.5})])
    assert (edit.replaced, edit.lost, b"<rating>5.5</rating>" in edit.content) == (
        (("ratings.default", "7.9"),),
        (),
        True,
    )


def test_ratings_of_others_stay() -> None:
    theirs = b"<movie><ratings><rating name='x' max='10'><value>6.1</value></rating></ratings></movie>"
    assert publish(theirs, content(ratings={"imdb": 7.0}))[0] == theirs
    wanted = content(ratings={"imdb": 7.0})
    data, own = new_file([wanted]), own_values([wanted])
    shared = data.replace(b"<ratings>", b"<ratings><rating name='x' max='10'><value>6.1</value></rating>")
    changed, ours, _ = publish(shared, content(ratings={"imdb": 8.0}), own)
    assert (b"6.1" in changed, b"<value>8</value>" in changed) == (True, True)
    left, *_ = publish(changed, content(), ours)
    assert (b"6.1" in left, b"<value>8" in left) == (True, False)


def test_role_that_a_provider_corrects_keeps_the_picture_of_the_actor() -> None:
    wanted = content(cast=with_order([{"name": "Kay", "character": "Pilot"}]))
    data, own = new_file([wanted]), own_values([wanted])
    theirs = data.replace(b"</actor>", b"<thumb>http://x/k.jpg</thumb></actor>")
    new, _, edit = publish(theirs, content(cast=with_order([{"name": "Kay", "character": "Captain"}])), own)
    assert (b"Captain" in new, b"k.jpg" in new, edit.lost) == (True, True, ())


def test_actor_of_ours_whom_others_removed_stays_away() -> None:
    wanted = content(title="A", cast=with_order([ANN]))
    data, own = new_file([wanted]), own_values([wanted])
    theirs = re.sub(rb"\s*<actor>.*</actor>", b"", data, flags=re.DOTALL)
    assert publish(theirs, wanted, own)[0] == theirs


def test_player_that_sorts_our_lists_starts_no_publication() -> None:
    cast = with_order([{"name": "Kay", "character": "Pilot"}, {"name": "Bo", "character": "X"}, ANN])
    wanted = content(title="A", genres=["Drama", "Crime"], cast=cast)
    data, own = new_file([wanted]), own_values([wanted])
    root = ET.fromstring(data)
    root[:] = sorted(root, key=lambda each: (each.tag, "".join(each.itertext())))
    theirs = ET.tostring(root)
    assert publish(theirs, wanted, own)[0] == theirs
    other_order = content(title="A", genres=["Crime", "Drama"], cast=cast)
    assert publish(data, other_order, own)[0].index(b"Crime") < publish(data, other_order, own)[0].index(b"Drama")


def test_short_plot_of_others_stays_if_ours_leaves() -> None:
    wanted = content(title="A", plot="Long")
    data, own = new_file([wanted]), own_values([wanted])
    theirs = data.replace(b"</movie>", b"<outline>Short</outline></movie>")
    new, _, edit = publish(theirs, content(title="A"), own)
    assert (b"Long" in new, b"Short" in new, edit.lost) == (False, True, ())


def test_numbers_and_series_of_others_stay() -> None:
    texts = "<title>A</title><showtitle>Pond</showtitle><season>2</season><episode>5</episode>"
    theirs = f"<episodedetails>{texts}</episodedetails>".encode()
    origins: dict[str, WantedOrigin] = {"season": "name", "episode": "name", "series_title": "name"}
    wanted = NfoContent(kind="episodedetails", season=1, episode=1, series_title="Folder", origins=origins)
    assert edited(theirs, [wanted]).content == theirs


def test_text_that_our_reader_does_not_understand_is_no_empty_place() -> None:
    theirs = b"<movie><year>about 1990</year><runtime>?</runtime></movie>"
    assert publish(theirs, content(year=1991, runtime_minutes=90))[0] == theirs


def test_proof_finds_what_a_wrong_edit_would_lose(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the merge itself fails, the edit says what others lose: it is never safe."""
    monkeypatch.setattr("indexium_core.files.titles.nfo_merging._Merging._may_write", lambda *_: True)
    edit = edited(FOREIGN.encode(), [content(title="Garden")])
    assert edit.lost == ("<title> Seaside",)


# Properties

NAMES = st.sampled_from(["Ann Lee", "Bob Ray", "Cid Öz", "Old Actor", "Kay"])
ROLES = st.sampled_from(["", "Captain", "R & B"])
TEXTS = st.sampled_from(["A", "B", "C & D", "É"])
ORIGINS: st.SearchStrategy[WantedOrigin] = st.sampled_from(["provider", "nfo", "name"])
ACTORS = st.lists(st.tuples(NAMES, ROLES), max_size=3, unique_by=lambda each: each[0])
_FIELDS: Mapping[str, st.SearchStrategy[Any]] = {
    "title": TEXTS,
    "plot": TEXTS,
    "year": st.integers(1950, 1953),
    "release_date": st.sampled_from(["1950-01-01", "1951-02-02"]),
    "genres": st.lists(TEXTS, max_size=2, unique=True),
    "studios": st.lists(TEXTS, max_size=2, unique=True),
    "ratings": st.dictionaries(st.sampled_from(["imdb", "tmdb"]), st.sampled_from([5.0, 6.5]), max_size=2),
    "crew": st.lists(
        st.fixed_dictionaries({"name": NAMES, "job": st.sampled_from(["Director", "Writer"])}), max_size=2
    ),
    "tmdb_id": st.sampled_from(["1", "2"]),
    "imdb_id": st.sampled_from(["tt0000001", "tt0000002"]),
    "collection": TEXTS,
}


@st.composite
def contents(draw: st.DrawFn) -> NfoContent:
    """Return a content of which nothing is by hand."""
    values = draw(st.fixed_dictionaries({}, optional=dict(_FIELDS)))
    cast = [{"name": name, "character": role} for name, role in draw(ACTORS)]
    known = {each["name"] for each in cast}
    people = [name for name in draw(st.lists(NAMES, max_size=2, unique=True)) if name not in known]
    cast += [{"name": name, "character": "", IS_PERSON: True} for name in people]
    if cast:
        values["cast"] = with_order(cast)
    return NfoContent(kind="movie", values=values, origins={name: draw(ORIGINS) for name in (*_FIELDS, "cast")})


@st.composite
def foreign_files(draw: st.DrawFn) -> bytes:
    """Return a file that another program wrote."""
    elements = draw(
        st.lists(
            st.one_of(
                TEXTS.map(lambda text: f"<title>{_escaped(text)}</title>"),
                TEXTS.map(lambda text: f"<genre>{_escaped(text)}</genre>"),
                st.tuples(NAMES, ROLES).map(_actor),
                NAMES.map(lambda name: f"<director>{name}</director>"),
                NAMES.map(lambda name: f"<credits>{name}</credits>"),
                st.sampled_from(
                    [
                        "<year>1950</year>",
                        "<year>unknown</year>",
                        "<premiered>1950-01-01</premiered>",
                        "<plot/>",
                        "<outline>Short</outline>",
                        "<rating>6.1</rating>",
                        '<ratings><rating name="imdb" max="10"><value>6.5</value></rating></ratings>',
                        '<uniqueid type="tmdb" default="true">1</uniqueid>',
                        "<tmdbid>3</tmdbid>",
                        "<id>tt0000001</id>",
                        "<set>Plain</set>",
                        "<thumb>http://x/p.jpg</thumb>",
                        "<custom a='1'>x</custom>",
                        "<lockdata>false</lockdata>",
                    ]
                ),
            ),
            max_size=6,
        )
    )
    eol, indent = draw(st.sampled_from([("\n", "  "), ("\r\n", "\t"), ("", "")]))
    end = draw(st.sampled_from([eol, ""]))
    return ("<movie>" + "".join(f"{eol}{indent}{each}" for each in elements) + f"{end}</movie>").encode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;")


def _actor(actor: tuple[str, str]) -> str:
    name, role = actor
    return f"<actor><name>{name}</name><role>{_escaped(role)}</role><order>7</order><thumb>http://x/{len(name)}.jpg</thumb></actor>"


@effort.examples(150, 600)
@given(foreign_files(), st.lists(contents(), min_size=1, max_size=4))
def test_no_publication_without_a_decision_loses_an_element_of_others(data: bytes, wanted: list[NfoContent]) -> None:
    theirs, own = parsed(data), ()
    for each in wanted:
        data, own, edit = publish(data, each, own)
        assert (edit.lost, edit.replaced, edit.drifted) == ((), (), ())
        assert not theirs - parsed(data)


@effort.examples(100, 400)
@given(st.one_of(foreign_files(), contents().map(lambda each: new_file([each]))), contents())
def test_published_twice_is_published_once(data: bytes, wanted: NfoContent) -> None:
    once, own, _ = publish(data, wanted)
    assert publish(once, wanted, own)[0] == once


@pytest.mark.parametrize(
    ("elements", "values"),
    [
        (
            '<id>tt0090024</id><uniqueid type="imdb">tt0090024</uniqueid><uniqueid type="tmdb">7</uniqueid>',
            {"imdb_id": "tt7654330", "tmdb_id": "4"},
        ),
        ("<plot/>", {"plot": "P"}),
        ('<plot xml:lang="de">Eiche</plot><plot xml:lang="en">Oak</plot>', {"plot": "P"}),
        ("<year>1950</year>", {"release_date": "1951-02-02"}),
        ("\n  <genre>A</genre><genre>B</genre>\n  <genre>C</genre>\n", {"genres": ["Mine"]}),
        (
            "<actor><name>Greta</name><order>7</order></actor><actor><name>Ida</name><order>5</order></actor>",
            {"cast": [{"name": "Hand", "character": "", "order": 0}, {"name": "Greta", "character": "", "order": 1}]},
        ),
    ],
    ids=["ids", "empty element", "languages", "year and date", "items on one line", "numbers of actors"],
)
def test_form_of_others_comes_back_with_their_values(elements: str, values: dict[str, Any]) -> None:
    data = f"<movie><title>A</title>{elements}</movie>".encode()
    once, own, _ = publish(data, content("hand", **values))
    assert once != data
    again, own, _ = publish(once, content("hand", **values), own)
    assert again == once
    assert publish(again, content(), own)[0] == data


@pytest.mark.parametrize(
    ("values", "people"),
    [
        ({"crew": [{"name": "X", "job": "Director"}]}, []),
        ({"tags": ["hand", "alpha"]}, [ANN]),
        ({"genres": ["Hand"], "plot": "P"}, []),
        ({"year": 1999}, []),
    ],
)
def test_elements_of_others_come_back_where_they_stood(values: dict[str, Any], people: list[Any]) -> None:
    lines = (
        *("<credits>Writer W</credits>", "<director>Dir D</director>", "<tag>alpha</tag>", "<plot>P1</plot>"),
        *("<year>1990</year>", "<tag>beta</tag>", "<genre>Drama</genre>", "<own>1</own>", "<genre>War</genre>"),
        "<actor><name>Old Actor</name></actor>",
    )
    data = ("<movie>\n  " + "\n  ".join(lines) + "\n</movie>\n").encode()
    start, own, _ = publish(data, content(cast=with_order(people)))
    new, own, _ = publish(start, content(dict.fromkeys(values, "hand"), cast=with_order(people), **values), own)
    assert new != start
    back, own, edit = publish(new, content(cast=with_order(people)), own)
    assert (back.decode(), edit.lost) == (start.decode(), ())
    assert publish(back, content(), own)[0] == data


def test_elements_come_back_where_they_stood_one_field_after_another() -> None:
    lines = "<director>D</director>", "<genre>Drama</genre>", "<own>1</own>", "<genre>War</genre>", "<plot>P</plot>"
    data = ("<movie>\n  " + "\n  ".join(lines) + "\n</movie>\n").encode()
    crew = {"crew": [{"name": "X", "job": "Writer"}]}
    new, own, _ = publish(data, content("hand", genres=["Hand"], **crew))
    new, own, _ = publish(new, content("hand", **crew), own)
    assert publish(new, content(), own)[0] == data


def test_order_that_others_gave_their_elements_stays() -> None:
    data = b"<movie>\n  <plot>P1</plot>\n  <own>1</own>\n  <tag>t</tag>\n</movie>\n"
    new, own, _ = publish(data, content("hand", plot="P"))
    theirs = b"<movie>\n  <tag>t</tag>\n  <own>1</own>\n  <plot>P</plot>\n</movie>\n"
    assert parsed(new) == parsed(theirs)
    assert publish(theirs, content(), own)[0] == theirs.replace(b"<plot>P<", b"<plot>P1<")


def test_one_id_of_two_by_hand_comes_back() -> None:
    ids = '<uniqueid type="imdb" default="true">tt0090024</uniqueid><uniqueid type="tmdb">7024</uniqueid>'
    data = f'<movie><title>A</title>{ids}<uniqueid type="odd">z1</uniqueid></movie>'.encode()
    once, own, _ = publish(data, content("hand", imdb_id="tt7654330", tmdb_id="4230"))
    once, own, _ = publish(once, content("hand", tmdb_id="4230"), own)
    assert once == data.replace(b"7024", b"4230")
    assert publish(once, content(), own)[0] == data


def test_name_of_one_season_comes_back_beside_others() -> None:
    names = '<namedseason number="1">One</namedseason><namedseason number="2">Two</namedseason>'
    data = f"<tvshow><title>A</title>{names}</tvshow>".encode()
    wanted = NfoContent(
        kind="tvshow", season_names={1: "Mine", 2: "Two"}, origins={"season_names.1": "hand", "season_names.2": "nfo"}
    )
    once, own, _ = publish(data, wanted)
    assert once == data.replace(b"One", b"Mine")
    left = replace(wanted, season_names={1: "One", 2: "Two"}, origins={"season_names": "nfo"})
    assert publish(once, left, own)[0] == data


def test_values_of_another_file_do_not_follow_a_value_by_hand_in_a_file_of_others() -> None:
    data = b"<movie><title>A</title></movie>"
    cast = [{"name": "Rad Actor", "character": "", "order": 0}]
    once, own, _ = publish(data, content("hand", cast=with_order([ANN]), plot="P"))
    assert once != data
    assert publish(once, content("nfo", cast=cast, plot="Q"), own)[0] == data


@effort.examples(100, 400)
@given(contents())
def test_new_file_that_is_published_again_does_not_change(wanted: NfoContent) -> None:
    data = new_file([wanted])
    assert publish(data, wanted, own_values([wanted]))[0] == data


@effort.examples(100, 400)
@given(foreign_files(), st.lists(NAMES, min_size=1, max_size=3, unique=True))
def test_people_who_come_and_go_leave_the_original_bytes(data: bytes, names: list[str]) -> None:
    people = with_order([{"name": name, "character": "", IS_PERSON: True} for name in names])
    once, own, _ = publish(data, content(cast=people))
    assert publish(once, content(), own)[0] == data


_WITHDRAWN = frozenset({"title", "plot", "genres", "studios", "crew", "cast", "collection", "release_date"})


@effort.examples(100, 400)
@given(foreign_files(), contents())
def test_values_by_hand_that_are_withdrawn_lose_nothing(data: bytes, wanted: NfoContent) -> None:
    assume(data.count(b"<title>") < 2 and max(parsed(data).values(), default=0) < 2)  # no value twice
    kept = {name: value for name, value in wanted.values.items() if name in _WITHDRAWN}
    kept["cast"] = [each for each in kept.get("cast", []) if IS_PERSON not in each] or None
    by_hand = replace(wanted, values=kept, origins=dict.fromkeys(kept, "hand"))
    once, own, edit = publish(data, by_hand)
    assert edit.lost == ()
    back, _, edit = publish(once, content(), own)
    assert edit.lost == ()
    assert not without_order(data) - without_order(back)


def without_order(data: bytes) -> Counter[str]:
    """Return what `parsed` returns without the numbers of actors, which a cast by hand gives also those of others."""
    return parsed(re.sub(rb"<order>\d+</order>", b"", data))


def episode(number: int, **values: Any) -> NfoContent:
    return NfoContent(
        kind="episodedetails", values=values, season=1, episode=number, origins=dict.fromkeys(values, "hand")
    )


def test_what_gives_way_in_one_episode_comes_back_in_it_alone() -> None:
    """A scan reads what gave way as what others say about this episode, and about no other one of the file."""
    inner = "<season>1</season><episode>{0}</episode><plot>P{0}</plot><genre>G{0}</genre>"
    data = "".join(f"<episodedetails>{inner.format(each)}</episodedetails>\n" for each in (1, 2)).encode()
    edit = edited(data, [episode(1), episode(2, plot="Hand", genres=["H"])])
    left = [with_former(each, edit.own) for each in without_own(nfo.parse(edit.content), edit.own)]
    assert [(each.values["plot"], each.values["genres"]) for each in left] == [("P1", ["G1"]), ("P2", ["G2"])]
    assert edit.replaced == (("plot", "P2"), ("genres", "G2"))
    both = edited(data, [episode(1, plot="A"), episode(2, plot="B")])
    assert both.replaced == (("plot", "P1"), ("plot", "P2"))


INSIDE = {
    "cast": (
        "<name>Ann Lee</name>",
        "<name>Ann Lee</name><thumb>http://x/a.jpg</thumb>",
        "<actor> Ann Lee with <thumb>",
    ),
    "plot": ("<plot>", "<plot lang='de'><!-- mine -->", "<plot> P with lang, a comment"),
    "genres": ("<genre>", "<genre note='n'>", "<genre> G with note"),
    "collection": ("</set>", "<overview>All</overview></set>", "<set> C with <overview>"),
    "ratings": ("</value>", "</value><votes>77</votes>", "<rating> 8 with <votes>"),
    "imdb_id": ("<uniqueid ", "<uniqueid state='x' ", "<uniqueid> tt0000001 with state"),
}
OURS: Mapping[str, Any] = {
    "plot": "P",
    "genres": ["G"],
    "collection": "C",
    "ratings": {"imdb": 8.0},
    "imdb_id": "tt0000001",
    "cast": with_order([ANN]),
}


@pytest.mark.parametrize("field", INSIDE)
@pytest.mark.parametrize("is_their_file", [True, False])
def test_what_others_wrote_inside_an_element_of_ours_leaves_only_by_a_decision(
    field: str, *, is_their_file: bool
) -> None:
    own: OwnValues = ()
    if is_their_file:
        data, own, _ = publish(b"<movie>\n  <tag>t</tag>\n</movie>\n", content(**OURS))
    else:
        wanted = content(**OURS)
        data, own = new_file([wanted]), own_values([wanted])
    old, new, lost = INSIDE[field]
    theirs = data.replace(old.encode(), new.encode())
    assert theirs != data
    left = {name: value for name, value in OURS.items() if name != field}
    assert publish(theirs, content(**OURS), own)[2].lost == ()
    assert publish(data, content(**left), own)[2].lost == ()
    assert publish(theirs, content(**left), own)[2].lost == (lost,)


def test_votes_that_we_wrote_leave_with_their_rating() -> None:
    wanted = content(title="A", ratings={"imdb": 8.0, "tmdb": 7.0}, votes={"imdb": 77})
    data, own = new_file([wanted]), own_values([wanted])
    assert publish(data, content(title="A"), own)[2].lost == ()
    once, own, _ = publish(data, content(title="B", ratings={"imdb": 8.0, "tmdb": 7.0}), own)  # nobody knows votes now
    assert publish(once, content(title="B"), own)[2].lost == ()
    theirs = once.replace(b"<votes>77<", b"<votes>78<")
    assert publish(theirs, content(title="B"), own)[2].lost == ("<rating> 8 with <votes>",)
    legacy = [{name: value for name, value in each.items() if name != "votes"} for each in own]
    assert publish(theirs, content(title="B"), legacy)[2].lost == ()


def test_element_of_ours_that_changes_keeps_what_others_wrote_inside() -> None:
    data, own, _ = publish(b"<movie>\n  <tag>t</tag>\n</movie>\n", content("hand", **OURS))
    theirs = data.replace(b"</value>", b"</value><votes>77</votes>").replace(b"<plot>", b"<plot lang='de'>")
    theirs = theirs.replace(b"<name>Ann Lee</name>", b"<name>Ann Lee</name><thumb>k.jpg</thumb>")
    role = with_order([{"name": "Ann Lee", "character": "Aunt"}])
    changed = content("hand", **OURS | {"plot": "Q", "ratings": {"imdb": 9.0}, "cast": role})
    new, _, edit = publish(theirs, changed, own)
    assert edit.lost == ()
    assert all(part in new for part in (b"<votes>77<", b"<plot lang='de'>Q<", b"k.jpg", b"Aunt"))


def test_what_others_wrote_inside_a_value_by_hand_is_named_when_theirs_comes_back() -> None:
    new, own, _ = publish(b"<movie><plot>Old</plot></movie>", content("hand", plot="Hand"))
    theirs = new.replace(b"<plot>", b"<plot lang='de'>")
    back, _, edit = publish(theirs, content(), own)
    assert (back, edit.lost) == (b"<movie><plot>Old</plot></movie>", ("<plot> Hand with lang",))


def test_file_of_ours_in_which_others_wrote_is_not_removed_unasked() -> None:
    wanted = content(title="A", cast=with_order([ANN]))
    data, own = new_file([wanted]), own_values([wanted])
    assert withdrawn(data, own) is None
    edit = withdrawn(data.replace(b"</name>", b"</name><thumb>k.jpg</thumb>"), own)
    assert edit is not None
    assert edit.lost == ("<actor> Ann Lee with <thumb>",)


def test_item_of_an_element_with_several_comes_back_once() -> None:
    for source in ("<genre>Drama / Comedy</genre>", "<genre>Drama / Comedy</genre>\n  <genre>Drama</genre>"):
        data = f"<movie>\n  <title>A</title>\n  {source}\n</movie>\n".encode()
        new, own, _ = publish(data, content("hand", genres=["X", "Drama"]))
        assert publish(new, content(), own)[0] == data


def test_no_name_of_a_file_comes_into_a_file_of_others_when_a_value_by_hand_leaves() -> None:
    data = b"<movie>\n  <tag>t</tag>\n</movie>\n"
    new, own, edit = publish(data, content("hand", title="Hand", year=1977))
    assert edit.is_into_others
    back, own, edit = publish(new, content("name", title="Name", year=2001), own)
    assert (back, edit.is_into_others) == (data, False)
    assert publish(back, content("hand", title="Again"), own)[2].is_into_others


@pytest.mark.parametrize(
    ("data", "by_hand", "withdrawn_to"),
    [
        (
            b"<episodedetails>\n  <title>One</title>\n</episodedetails>\n",
            NfoContent(kind="episodedetails", values={}, series_title="Typed", origins={"series_title": "hand"}),
            NfoContent(kind="episodedetails", values={}, series_title="Folder", origins={"series_title": "name"}),
        ),
        (
            b"<tvshow>\n  <title>One</title>\n</tvshow>\n",
            NfoContent(kind="tvshow", values={}, season_names={2: "Typed"}, origins={"season_names.2": "hand"}),
            NfoContent(kind="tvshow", values={}, season_names={2: "Theirs"}, origins={"season_names.2": "nfo"}),
        ),
    ],
)
def test_no_name_of_a_series_or_season_comes_into_a_file_of_others_either(
    data: bytes, by_hand: NfoContent, withdrawn_to: NfoContent
) -> None:
    new, own, _ = publish(data, by_hand)
    assert b"Typed" in new
    back, own, edit = publish(new, withdrawn_to, own)
    assert (back, edit.lost, own[0]["values"]) == (data, (), {})


def test_address_gets_a_document_for_the_typed_name_of_a_season_and_no_name_of_a_folder() -> None:
    data = b"https://www.themoviedb.org/tv/603\n"
    named = NfoContent(kind="tvshow", values={}, season_names={2: "Typed"}, origins={"season_names.2": "hand"})
    assert b"Typed" in publish(data, named)[0]
    origins: dict[str, WantedOrigin] = {"plot": "hand", "series_title": "name"}
    episode = NfoContent(kind="episodedetails", values={"plot": "P"}, series_title="Folder", origins=origins)
    assert b"Folder" not in publish(data, episode)[0]


def test_address_gets_a_document_only_for_a_value_of_its_own() -> None:
    data = b"https://www.themoviedb.org/movie/603\n"
    origins: dict[str, WantedOrigin] = {"title": "name", "tmdb_id": "nfo", "plot": "hand"}
    known = content(origins, title="Name", tmdb_id="603")
    assert publish(data, known)[0] == data
    new, own, _ = publish(data, content(origins, title="Name", tmdb_id="603", plot="P"))
    assert new.endswith(b"</movie>\n" + data)
    new, own, _ = publish(new, content(origins, title="Name", tmdb_id="603", plot="Q"), own)
    again, own, edit = publish(new, known, own)
    assert (again, edit.lost, own) == (data, (), ())
    new, own, _ = publish(data, content(origins, tmdb_id="603", plot="P"))
    theirs = new.replace(b"</movie>", b"  <tag>t</tag>\n</movie>")
    assert b"<tag>t</tag>" in publish(theirs, known, own)[0]


def test_element_that_leaves_takes_its_line_also_in_front_of_another_element() -> None:
    data = b"<movie>\n  <actor><name>F</name></actor><actor/>\n</movie>\n"
    new, own, _ = publish(data, content(cast=with_order([{"name": "F", "character": ""}, ANN])))
    assert (b"Ann Lee" in new, publish(new, content(), own)[0]) == (True, data)


@pytest.mark.parametrize("values", [{"imdb": 8.8}, {"imdb": 1.5, "metacritic": 55.0}, {"tmdb": 3.0}, {}])
def test_remark_beside_ratings_stays_and_comes_back(values: Mapping[str, float]) -> None:
    data = (
        b"<movie>\n  <ratings>\n    <!-- mine -->\n    <rating name='imdb' max='10'><value>5.5</value><!-- guess -->"
        b"</rating>\n  </ratings>\n</movie>\n"
    )
    new, own, edit = publish(data, content("hand", ratings=dict(values)))
    assert (b"<!-- mine -->" in new, edit.lost) == (True, ())
    assert publish(new, content(), own)[0] == data


@pytest.mark.parametrize("source", ["<genre>War</genre>\n  <genre>War</genre>", "<genre>War / Crime</genre>"])
def test_form_of_a_list_of_others_comes_back(source: str) -> None:
    data = f"<movie>\n  <title>A</title>\n  {source}\n</movie>\n".encode()
    for genres in (["War", "Crime"], ["Crime", "War"], ["War"]):
        new, own, _ = publish(data, content("hand", genres=genres))
        assert publish(new, content(), own)[0] == data


@pytest.mark.parametrize("first", ["imdb_id", "tmdb_id"])
@pytest.mark.parametrize("by_hand", [("imdb_id",), ("tmdb_id",), ("imdb_id", "tmdb_id")])
def test_two_ids_of_one_element_come_back(by_hand: Sequence[str], first: str) -> None:
    data = b"<movie>\n  <title>A</title>\n  <id TMDB='33'>tt0060014</id>\n</movie>\n"
    theirs = {"imdb_id": "tt0060014", "tmdb_id": "33"}
    new = {"imdb_id": "tt0947295", "tmdb_id": "94729"}

    def wanted(names: Sequence[str]) -> NfoContent:
        origins: dict[str, WantedOrigin] = {name: "hand" if name in names else "nfo" for name in theirs}
        return content(origins, **{name: new[name] if name in names else theirs[name] for name in theirs})

    text, own, _ = publish(data, wanted(by_hand))
    left = [name for name in by_hand if name != first]
    for names in (left, []):
        text, own, edit = publish(text, wanted(names), own)
        assert edit.lost == ()
    assert text == data


def test_year_of_a_hand_beside_a_date_of_others_replaces_nothing() -> None:
    data = b"<movie>\n  <premiered>2001-02-04</premiered>\n</movie>\n"
    new, own, edit = publish(data, content("hand", year=1999))
    assert (b"<year>1999</year>" in new, edit.replaced) == (True, ())
    assert publish(new, content(), own)[0] == data


def test_file_of_ours_with_two_episodes_leaves_as_a_whole() -> None:
    wanted = [episode(1, title="A"), episode(2, title="B")]
    data, own = new_file(wanted), own_values(wanted)
    assert withdrawn(data, own) is None
    left = withdrawn(data + b"https://www.themoviedb.org/tv/1\n", own)
    assert left is not None


def test_names_of_a_job_that_does_not_change_stay_as_others_wrote_them() -> None:
    data = b"<movie><title>T</title><director>Ann Lee, Bo Ray</director></movie>"
    crew = [{"name": "Hand", "job": "Director"}, {"name": "Pen", "job": "Writer"}]
    new, own, _ = publish(data, content("hand", crew=crew))
    back, _, edit = publish(new, content("nfo", crew=[{"name": "Ann Lee, Bo Ray", "job": "Director"}]), own)
    assert (back, edit.lost) == (data, ())


def test_name_of_a_season_of_others_comes_back() -> None:
    data = b'<tvshow><title>S</title><namedseason number="1">Foreign</namedseason><status>Ended</status></tvshow>'

    def series(name: str, origin: WantedOrigin) -> NfoContent:
        origins: dict[str, WantedOrigin] = {"season_names": "provider", "season_names.1": origin}
        return NfoContent(kind="tvshow", values={}, season_names={1: name}, origins=origins)

    new, own, edit = publish(data, series("By hand", "hand"))
    assert (b"By hand" in new, edit.replaced) == (True, (("season_names.1", "Foreign"),))
    back, _, edit = publish(new, series("Other", "nfo"), own)
    assert (back, edit.changed) == (data, ("season_names",))


def test_two_texts_of_others_on_one_line_come_back_there() -> None:
    data = b"<movie>\n  <title>T</title>\n  <plot>a</plot><plot>b</plot>\n</movie>\n"
    new, own, _ = publish(data, content("hand", plot="Hand"))
    assert publish(new, content(), own)[0] == data


def test_text_that_others_write_beside_ours_comes_back_with_the_one_before_ours() -> None:
    data = b"<movie>\n  <title>T</title>\n  <plot>P</plot>\n</movie>\n"
    by_hand = content("hand", plot="Hand")
    new, own, _ = publish(data, by_hand)
    new, own, edit = publish(new.replace(b"</movie>", b"  <plot>EXT</plot>\n</movie>"), by_hand, own)
    assert edit.replaced == (("plot", "Hand / EXT"),)
    assert parsed(publish(new, content(), own)[0]) == Counter(
        {"<title>T</title>": 1, "<plot>P</plot>": 1, "<plot>EXT</plot>": 1}
    )


def test_text_that_others_write_over_ours_replaces_the_one_before_ours() -> None:
    by_hand = content("hand", plot="Hand")
    new, own, _ = publish(b"<movie><plot>P</plot></movie>", by_hand)
    new, own, _ = publish(new.replace(b"Hand", b"Theirs"), by_hand, own)
    assert publish(new, content(), own)[0] == b"<movie><plot>Theirs</plot></movie>"
