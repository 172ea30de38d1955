"""Names that may be misspellings of each other, and names of two people."""

from __future__ import annotations

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from indexium_core.model.people import likeness
from tests.support.cases import each_case


@each_case(
    ("one", "other", "reason"),
    [
        ("Ann Lee", "ann LEE", "only letter case differs"),
        ("Zoe Oz", "Zoë Öz", "only accents, spaces or punctuation differ"),
        ("O’Brien", "OBrien", "only accents, spaces or punctuation differ"),
        ("J.R. Smith", "J. R. Smith", "only accents, spaces or punctuation differ"),
        ("Sammy Davis, Jr.", "Sammy Davis Jr", "only accents, spaces or punctuation differ"),
        ("Lee, Ann", "Ann Lee", "the same words in another order"),
        ("Ann Lea", "Ann Lee", "one letter differs"),
        ("Ann Leee", "Ann Lee", "one letter differs"),
        ("Jonh Smith", "John Smith", "two letters are swapped"),
        ("Bernhard Müler", "Bernard Müller", "two letters differ"),
        ("A. Lee", "Ann Lee", "an initial stands for a name"),
        ("Ann M. Lee", "Ann Lee", "an initial stands for a name"),
        ("Ann M. Lee", "Ann Maria Lee", "an initial stands for a name"),
    ],
)
def test_similar_names_match(one: str, other: str, reason: str) -> None:
    assert likeness.compare(one, other) == likeness.compare(other, one) == reason


@each_case(
    ("one", "other"),
    [
        ("Ann Lee", "Ann Lee"),
        ("Guest 1", "Guest 2"),
        ("Guest 12", "Guest 21"),
        ("Bob", "Rob"),
        ("Anna", "Anne"),
        ("Ann Lee", "Ian Lee"),
        ("Ann Lee", "Bob Ray"),
        ("A. L.", "Ann Lee"),
        ("B. Lee", "Ann Lee"),
        ("Ann", "Ann Lee"),
        ("!", "?"),
        ("", "Ann"),
    ],
)
def test_different_names_do_not_match(one: str, other: str) -> None:
    assert likeness.compare(one, other) == likeness.compare(other, one) == ""


def test_best_match_is_first_without_name_itself() -> None:
    known = ["Ann Lee", "Anm Lee", "Lee Ann", "ANN LEE", "A. Lee", "Bob Ray", "Ann  Lee"]

    found = likeness.similar("Ann Lee", known)

    assert [(each.name, each.rank) for each in found] == [
        ("Ann  Lee", 0),
        ("ANN LEE", 0),
        ("Lee Ann", 1),
        ("Anm Lee", 2),
        ("A. Lee", 4),
    ]
    assert likeness.similar("Ann Lee", known, limit=1) == found[:1]
    assert likeness.similar("  ", known) == likeness.similar("Xerxes", known) == []


NAMES = st.lists(
    st.text(alphabet="abèd" + "nlo 1.A", min_size=1, max_size=14).map(str.strip).filter(bool), max_size=12, unique=True
)


@settings(max_examples=150, deadline=None)
@given(NAMES)
def test_pairs_match_naive_comparison(names: list[str]) -> None:
    """Names that differ by two typing errors are compared only if they share a word."""
    found = {frozenset((pair.one, pair.other)): pair.reason for pair in likeness.pairs(names)}
    every = {
        frozenset((one, other)): likeness.compare(one, other)
        for one in names
        for other in names
        if likeness.compare(one, other)
    }

    assert found.items() <= every.items()
    assert {reason for pair, reason in every.items() if pair not in found} <= {"two letters differ"}


@settings(max_examples=150, deadline=None)
@given(NAMES, st.text(alphabet=string.ascii_letters + " é", min_size=1, max_size=14))
def test_similar_names_match_naive_comparison(names: list[str], name: str) -> None:
    found = {each.name: each.reason for each in likeness.similar(name, names, limit=100)}

    assert found == {other: likeness.compare(name, other) for other in names if likeness.compare(name, other)}
