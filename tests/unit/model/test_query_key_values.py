"""The values of a key in a query: read, set, removed; other words stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.model import query
from indexium_core.model.planning.plan import FACETS
from tests.support.cases import each_case


@each_case(
    ("text", "key", "values"),
    [
        ("", "risk", []),
        ("risk:danger", "risk", ["danger"]),
        ("RISK:Danger,safe ann", "risk", ["danger", "safe"]),
        ("-risk:safe", "risk", []),
        ("(risk:safe OR ann)", "risk", []),
        ("(risk:safe OR risk:danger) ann", "risk", ["safe", "danger"]),
        ("ann OR risk:safe", "risk", []),
        ("tags:2", "tags", ["2"]),
        ("tags:>2", "tags", [">2"]),
        ("tags:1..3", "tags", ["1..3"]),
        ("risk:safe risk:danger", "risk", ["safe", "danger"]),
        ('person:"Ann Lee"', "person", ["Ann Lee"]),
        ("person:ann", "person", []),  # like somebody: the person's own
        ('person:"Ann" OR person:"Bob"', "person", ["Ann", "Bob"]),
        ('(person:"Ann" OR person:bob) x', "person", []),
        ("folder:/Family/2019/", "folder", ["/Family/2019"]),
        ("folder:2019", "folder", []),
        ("postponed:yes", "postponed", ["yes"]),
        ("-postponed:yes", "postponed", []),
    ],
)
def test_only_top_level_values_are_read(text: str, key: str, values: list[str]) -> None:
    assert query.selected_values(text, key) == values


@each_case(
    ("text", "key", "values", "result"),
    [
        ("", "risk", ["danger"], "risk:danger"),
        ("ann", "container", ["mp4", "webm"], "ann container:mp4,webm"),
        ("ann risk:safe -path:x", "risk", ["danger"], "ann risk:danger -path:x"),
        ("ann risk:safe", "risk", [], "ann"),
        ("ann OR bob", "risk", ["safe"], "(ann OR bob) risk:safe"),
        ("ann OR bob", "risk", [], "ann OR bob"),
        ("-risk:safe ann", "risk", ["safe"], "risk:safe ann"),
        ("-issue:corrupt", "issue", ["offline"], "-issue:corrupt issue:offline"),
        ('person:"Ann" x', "person", ["Bob", "Cy"], '(person:"Bob" OR person:"Cy") x'),
        ('(person:"Ann" OR person:"Bob") x', "person", [], "x"),
        ("person:ann", "person", ["Bob"], 'person:ann person:"Bob"'),
        ("", "folder", ["/a b", "/c"], '(folder:"/a b" OR folder:/c)'),
        ("tags:>2", "tags", ["1", "2"], "(tags:1 OR tags:2)"),
        ("a AND risk:safe", "risk", [], "a AND"),
    ],
)
def test_new_values_keep_other_terms(text: str, key: str, values: list[str], result: str) -> None:
    assert query.with_values(text, key, values) == result
    query.parse(result)


def test_all_people_in_one_file_can_be_searched() -> None:
    both = query.with_values("sea", "person", ["Ann", "Bob"], all_of=True)
    assert both == 'sea person:"Ann" person:"Bob"'
    assert query.requires_all(both, "person")
    assert not query.requires_all('sea (person:"Ann" OR person:"Bob")', "person")
    assert not query.requires_all('person:"Ann"', "person")


NAMES = st.text(min_size=1, max_size=12).filter(lambda name: name.strip() and name.isprintable())


@given(st.lists(NAMES, min_size=1, max_size=4, unique=True), st.sampled_from(["", "sea", "a OR b", "(x) -y"]))
def test_any_people_values_are_read_back(names: list[str], text: str) -> None:
    written = query.with_values(text, "person", names)
    assert query.selected_values(written, "person") == names
    assert query.describe(query.with_values(written, "person", [])) == query.describe(query.split(text, FACETS)[0])


def test_unknown_value_of_key_is_refused() -> None:
    with pytest.raises(errors.QueryError):
        query.with_values("", "risk", ["sofa"])
    with pytest.raises(errors.QueryError):
        query.with_values("(a", "risk", ["safe"])


@pytest.mark.parametrize(
    ("text", "rest", "own"),
    [
        ("", "", {}),
        ("sea", "sea", {}),
        (
            'sea risk:safe -x (person:"A" OR person:"B")',
            "sea -x",
            {"risk": "risk:safe", "person": 'person:"A" OR person:"B"'},
        ),
        ("-risk:safe folder:/a folder:b", "folder:b", {"risk": "-risk:safe", "folder": "folder:/a"}),
        ("risk:safe OR sea", "(risk:safe OR sea)", {}),
        ("(risk:safe sea)", "sea)", {}),
    ],
)
def test_query_is_split_into_values_and_rest(text: str, rest: str, own: dict[str, str]) -> None:
    if text.startswith("("):  # brackets around all of it have no effect
        rest, own = "sea", {"risk": "risk:safe"}
    found, parts = query.split(text, FACETS)
    assert (found, {key: part.strip("()") for key, part in parts.items() if part}) == (rest, own)


@pytest.mark.parametrize(
    ("text", "place", "result"),
    [
        ("a b c", 1, "a c"),
        ("a b c", 0, "b c"),
        ("a", 0, ""),
        ("a OR b", 0, ""),
        ('risk:safe (person:"A" OR x) -y', 1, "risk:safe -y"),
        ("a b", 7, "a b"),
        ("a b", -1, "a b"),
    ],
)
def test_one_part_is_removed(text: str, place: int, result: str) -> None:
    assert query.without_part(text, place) == result


def test_query_without_each_part() -> None:
    assert list(query.without_each_part('a "b c"')) == [('"b c"', "a"), ("a", '"b c"')]
    assert list(query.without_each_part("a OR b")) == list(query.without_each_part("")) == []


def test_every_part_is_described() -> None:
    text = 'risk:danger person:"Ann Lee" -path:archive'
    assert query.describe_parts(text) == ["danger", "with Ann Lee", "not under a path containing “archive”"]
    assert len(query.parts(text)) == 3
    assert ", ".join(query.describe_parts(text)) == query.describe(text)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("12", [12]), ("12 OR 15", [12, 15]), ('"12"', []), ("name:12", []), ("seaside 12", []), ("12 risk:safe", [])],
)
def test_bare_numbers_may_be_ids(text: str, numbers: list[int]) -> None:
    assert query.bare_numbers(text) == numbers


@each_case(
    ("text", "ids"),
    [
        ("id:12", [12]),
        ("id:12,15,12 risk:safe", [12, 15]),
        ("(id:15 OR id:12) OR ann", [15, 12]),
        ("id:12..15 id:>3", []),
        ("-id:12", []),
        ("-(id:12 OR id:15)", []),
        ("12 person_id:3", []),
        ("", []),
    ],
)
def test_ids_are_named_one_by_one(text: str, ids: list[int]) -> None:
    assert query.named_ids(text) == ids
