"""The search grammar: parsing, and the position of errors."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.model import query
from indexium_core.model.fields.table import EDITABLE
from indexium_core.model.query.grammar import MAX_DEPTH, MAX_TERMS
from tests.support.cases import each_case

PIECES = (
    """( ) - " "" OR AND risk: danger size: >1gb .. mtime: 2025-02-30 : person: tags: <= 3 Ann \0 ﬁ ext: , . = é kib"""
)
FRAGMENTS = st.lists(st.sampled_from([*PIECES.split(), " ", "\ud800", "9" * 30]), max_size=12).map("".join)


def shape(node: query.Node) -> object:
    """The tree without positions, for short comparisons."""
    if isinstance(node, query.Term):
        name = f"{node.key.name}:" if node.key.name else ""
        return name + str(getattr(node.value, "text", None) or getattr(node.value, "options", node.value))
    if isinstance(node, query.Not):
        return ("not", shape(node.node))
    return ("all" if isinstance(node, query.AllOf) else "any", *map(shape, node.nodes))


@each_case(
    ("text", "expected"),
    [
        ("", ("all",)),
        ("  ", ("all",)),
        ("ann", "ann"),
        ("ann bob", ("all", "ann", "bob")),
        ("a b OR c d", ("any", ("all", "a", "b"), ("all", "c", "d"))),
        ("a (b OR c)", ("all", "a", ("any", "b", "c"))),
        ("-a", ("not", "a")),
        ("-(a b)", ("not", ("all", "a", "b"))),
        ("-path:x", ("not", "path:x")),
        ("a AND b", ("all", "a", "b")),
        ("a or b", ("all", "a", "or", "b")),
        ('"a OR b"', "a OR b"),
        ('"OR"', "OR"),
        ("-OR", ("not", "OR")),
        ('person:"Ann Lee"', "person:Ann Lee"),
        ('PERSON:"Ann Lee"', "person:Ann Lee"),
        ('"say ""hi"" now"', 'say "hi" now'),
        ("Artist - Title", ("all", "Artist", "-", "Title")),
        ("--x", "--x"),
        ("12:30", "12:30"),
        ('"C:\\films"', "C:\\films"),
        ("ext:.MP4,mov", "ext:('mp4', 'mov')"),
        ("((a))", "a"),
        ("Film (2019).mp4", ("all", "Film", "2019", ".mp4")),
    ],
)
def test_text_is_parsed_to_tree(text: str, expected: object) -> None:
    assert shape(query.parse(text)) == expected


@each_case(
    ("text", "position", "word", "hint"),
    [
        ("a persn:x", 2, "persn:x", "Did you mean person:?"),
        ("library:x", 0, "library:x", "root:"),
        ("C:\\films", 0, "C:\\films", "put it in quotes"),
        ("risk:dangr", 5, "dangr", "safe, warning, danger, blocked or unchanged"),
        ("issue:custom", 6, "custom", "custom_comment"),
        ("x size:big", 7, "big", "size:>1gb"),
        ("size:>1xb", 5, ">1xb", "size:>1gb"),
        ("size:", 0, "size:", "size:>1gb"),
        ("tags:many", 5, "many", "tags:>3"),
        ("id:snow", 3, "snow", "id:12,15"),
        ("id:1,b", 3, "1,b", "“b” is not the id"),
        ("tags:..", 5, "..", "at least one end"),
        ("tags:5..2", 5, "5..2", "write 2..5"),
        ("mtime:2025-13", 6, "2025-13", "does not exist"),
        ("mtime:2025-00", 6, "2025-00", "does not exist"),
        ("mtime:2025-02-30", 6, "2025-02-30", "does not exist"),
        ("mtime:soon", 6, "soon", "2025-06-30"),
        ("mtime:0001", 6, "0001", "1900"),
        ("edited:maybe", 7, "maybe", "yes nor no"),
        ("person:", 0, "person:", "right after the colon"),
        ('person:""', 0, 'person:""', "right after the colon"),
        ("person:(a OR b)", 0, "person:", "OR person:"),
        ("ext:,", 4, ",", "ext:mp4"),
        ('""', 0, '""', "quotes are empty"),
        ('a "b', 2, '"b', "is not closed"),
        ("(a", 0, "(", "is not closed"),
        ("((", 1, "(", "bracket is not closed"),
        ("a)", 1, ")", "no matching"),
        ("a ()", 3, ")", "is missing here"),
        ("OR a", 0, "OR", "both sides"),
        ("a OR", 2, "OR", "both sides"),
        ("(a OR) b", 3, "OR", "both sides"),
        ("a OR OR b", 2, "OR", "both sides"),
        ("AND", 0, "AND", "is missing here"),
    ],
)
def test_query_error_has_position_and_remedy(text: str, position: int, word: str, hint: str) -> None:
    with pytest.raises(errors.QueryError) as caught:
        query.compile_query(text)
    assert (caught.value.position, caught.value.word) == (position, word)
    assert hint in caught.value.message


@pytest.mark.parametrize(
    "text",
    ["(" * 100_000, "-(" * 100_000, "(" * 31 + "a" + ")" * 31, "a " * 101, "a OR " * 200 + "b", "ext:" + "a," * 101],
)
def test_depth_and_terms_are_limited(text: str) -> None:
    with pytest.raises(errors.QueryError, match="at most"):
        query.compile_query(text)


@pytest.mark.parametrize(
    "word", ["z" * 1_000_000, "z" * 1_000_000 + ":", "size:" + "z" * 1_000_000, "risk:" + "z" * 1_000_000]
)
def test_long_word_is_shortened_in_message(word: str) -> None:
    error = error_of(word)
    assert error is None or len(error.message) < 200
    query.complete(word + " x", len(word))


def test_query_within_limits_is_parsed() -> None:
    query.compile_query("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH + " b" * (MAX_TERMS - 1))


@settings(deadline=None)
@given(st.text(st.characters(), max_size=40) | FRAGMENTS)
@example("-AND x")
@example("\u0130:")
@example('"')
def test_any_text_raises_only_query_errors(text: str) -> None:
    error = error_of(text)
    if error is None:
        assert isinstance(query.describe(text), str)
        query.parse(query.with_values(text, "risk", []))
    else:
        shown = "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in text)
        assert error.word
        assert shown[error.position :].startswith(error.word)


def error_of(text: str) -> errors.QueryError | None:
    try:
        compiled = query.compile_query(text, zone=UTC)
    except errors.QueryError as error:
        return error
    assert compiled.where.count("?") == len(compiled.params)
    return None


@settings(deadline=None)
@given(st.text(max_size=20) | FRAGMENTS, st.integers(-3, 60))
def test_completion_never_fails(text: str, cursor: int) -> None:
    assert all(isinstance(offer, query.Completion) for offer in query.complete(text, cursor))


@each_case("key", query.KEYS.values(), ids=lambda key: key.name)
def test_example_of_each_key_is_valid(key: query.Key) -> None:
    assert query.compile_query(key.example).keys == {key.name}
    assert query.describe(key.example)
    value = "2019" if key.kind == "day" else "2"
    if key.kind in {"number", "day"}:
        forms = (f"{key.name}:{form}" for form in (value, f">{value}", f">={value}", f"<{value}", f"{value}..{value}"))
        assert all(value in query.describe(form) for form in forms)


def test_search_keys_are_complete() -> None:
    wanted = "person db has adds removes path name folder root ext risk category issue tags size mtime edited postponed"
    assert set(query.KEYS) == {
        *wanted.split(),
        *("movie", "series", "actor", "director", "matched", "enriched"),
        *("type", "camera", "lens", "faces", "taken", "dated"),
        *("mode", "container", "locked", "id", "person_id", "field", "changed", "year", "favorite"),
        *(field.key for field in EDITABLE),
    }


def test_compiled_query_has_its_keys() -> None:
    compiled = query.compile_query("(ann OR risk:unchanged) postponed:yes")
    assert compiled.keys == {"", "risk", "postponed"}
    assert (compiled.names_risk, compiled.names_unchanged, compiled.names_postponed) == (True, True, True)
    plain = query.compile_query("ext:unchanged -category:add")
    assert (plain.names_risk, plain.names_unchanged, plain.names_postponed) == (False, False, False)
    assert query.compile_query("category:unchanged").names_unchanged


@each_case(
    ("text", "told"),
    [
        ("", ""),
        (
            'risk:danger person:"Ann Lee" -path:archive',
            "danger, with Ann Lee, not under a path containing “archive”",
        ),
        ("-person:ann", "not with a person like “ann”"),
        ("locked:duration,frame_rate", "with duration or frame rate locked"),
        ("-locked:yes locked:no", "not with anything locked, with nothing locked"),
        ("sea OR (alps size:>1.5gb)", "matching “sea” or (matching “alps” and larger than 1.5 GB)"),
        ("-(a OR b)", "not (matching “a” or matching “b”)"),
        ("risk:danger,blocked -risk:safe", "danger or blocked, not safe"),
        ("id:12,15 -id:>100", "with the id 12 or 15, not with an id above 100"),
        ("tags:>3 size:..700mib", "more than 3 people, at most 700 MiB large"),
        ("mtime:2025-01..2025-06 -mtime:2025", "changed from 2025-01 to 2025-06, not changed in 2025"),
        ("edited:yes postponed:no -edited:no", "edited, not skipped, edited"),
        ("issue:custom_comment mode:preserve", "with “custom text”, in mode preserve"),
        ('db:ann -has:"Ann"', "with a person like “ann” in the database, with Ann not in the file"),
        ("rating:>2 season:2..3", "rating above 2, season from 2 to 3"),
        ("year:2019.. creation_time:<2019-07", "year of at least 2019, creation time before 2019-07"),
        ("-title:sea favorite:no", "with “sea” not in the title, not a favourite"),
        ("field:copyright -changed:title", "with a value in the field copyright, not with a change of the field title"),
        ("size:0 ext:mp4,mov", "0 bytes large, ending in .mp4 or mov"),
    ],
)
def test_query_is_described_in_words(text: str, told: str) -> None:
    assert query.describe(text) == told
