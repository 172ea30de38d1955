"""Compiled queries run on a real DuckDB with the real schema, over a few dozen rows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.model import query
from indexium_core.model.people import people_comment
from indexium_core.store import migrations
from indexium_core.store.connection import Connection, Counter
from indexium_core.store.people.people import resolve_spellings
from tests.support.cases import each_case

BERLIN = ZoneInfo("Europe/Berlin")
FOUND = """
    SELECT f.file_name FROM plan_items AS i
    JOIN scanned_files AS f ON f.file_id = i.file_id
    JOIN libraries AS l ON l.library_id = f.library_id WHERE """


ISSUE_SETS = [[], ["custom_comment", "shown_as_plot"]]  # their places are their numbers


def moment(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()) * 10**9


# name: (folder, what differs from an ordinary file)
FILES: dict[str, tuple[str, dict[str, Any]]] = {
    "Seaside 2019.mp4": ("Family/2019", {"db": ["Ann Lee"], "size": 4_100_000_000, "mtime": "2025-01-01"}),
    "Zoë's birthday.mov": ("Family/2021", {"db": ["Zoë Öz"], "existing": ["Zoë Öz"], "mtime": "2025-06-30T23:59:59"}),
    "Łódź – dawn.mkv": ("Trips", {"existing": ["ANN LEE"], "mtime": "2025-07-01"}),
    "100%_done.mp4": ("", {"db": ["Søren Kierkegaard"], "mtime": "2024-12-31T23:59:59", "size": 0}),
    "Annabel.avi": ("Trips/Alps", {"db": ["Annabel Straße"], "existing": ["Bob Ray"], "gone": ["Bob Ray"]}),
    "Old tape.ts": ("Work/archive", {"db": ["Li Wei"], "risk": "blocked", "category": "blocked"}),
    "Edited.mp4": ("Trips", {"result": ["Nobody Known"], "edited": True, "size": 1_000_000_000}),
    "Alias.mp4": ("Trips", {"existing": ["Lizzie"], "result": ["Elizabeth Ray"], "size": 1_000_000_001}),
    "حفلة.mp4": ("Family", {"db": ["ليلى"], "issues": ["custom_comment", "shown_as_plot"], "risk": "danger"}),
    "Crowd.webm": ("2019 Family", {"db": ["Ann Lee", "Bob Ray", "Li Wei", "Zoë Öz"], "container": "webm"}),
    "Same.mp4": ("Work", {"existing": ["Li Wei"], "risk": "unchanged", "category": "unchanged", "postponed": True}),
    'say "hi" \' now?.mp4': ("Work", {"db": ["D'Arcy"], "comment_mode": "preserve", "size": 1024**3}),
}


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        for migration in migrations.available():
            made.execute(migration.text)
        made.execute(
            "INSERT INTO libraries (library_id, name, path, path_bytes) VALUES (1, 'Films', '/srv/ünsere', '')"
        )
        names = ["Ann Lee", "Zoë Öz", "Søren Kierkegaard", "Annabel Straße", "Bob Ray", "Li Wei", "ليلى", "D'Arcy"]
        for number, name in enumerate([*names, "Elizabeth Ray"], start=1):
            row = [number, name, people_comment.person_key(name), people_comment.fold(name)]
            made.execute(
                "INSERT INTO people (person_id, name, person_key, search, created_at) VALUES (?, ?, ?, ?, now())", row
            )
        made.execute("INSERT INTO person_aliases VALUES ('Lizzie', 'lizzie', 9, now()), ('Beth', 'beth', 9, now())")
        for number, codes in enumerate(ISSUE_SETS):
            made.execute("INSERT INTO issue_sets VALUES (1, ?, ?, [], 'safe', 0)", [number, codes])
        for number, (name, (folder, facts)) in enumerate(FILES.items(), start=1):
            add_file(made, number, name, folder, facts)
        yield made


def add_file(made: duckdb.DuckDBPyConnection, number: int, name: str, folder: str, facts: dict[str, Any]) -> None:
    path = "/".join(part for part in ("/srv/ünsere", folder, name) if part)
    extension = name.rpartition(".")[2]
    existing, database = facts.get("existing", []), facts.get("db", [])
    insert(
        made,
        "scanned_files",
        {
            "file_id": number,
            "library_id": 1,
            "path_bytes": path.encode(),
            "path": path,
            "path_search": people_comment.fold(path),
        }
        | {"folder": folder, "file_name": name, "file_ext": extension, "size": facts.get("size", 5_000_000)}
        | {"mtime_ns": moment(facts.get("mtime", "2023-05-05")), "state": "ok", "people": existing}
        | {
            "container": facts.get("container", extension),
            "people_keys": [people_comment.person_key(one) for one in existing],
        }
        | {"first_seen_at": "2025-01-01", "scanned_at": "2025-01-01"},
    )
    result = facts.get("result", [*database, *(one for one in existing if one not in database)])
    insert(
        made,
        "plan_rows",
        {"variant_id": 1, "file_id": number, "from_version": 1, "known": database, "existing": existing}
        | {"result": result, "added": [one for one in result if one not in existing]}
        | {
            "removed": facts.get("gone", []),
            "added_count": 0,
            "removed_count": 0,
            "category": facts.get("category", "add"),
        }
        | {
            "risk_level": facts.get("risk", "safe"),
            "issue_set": ISSUE_SETS.index(facts.get("issues", [])),
        }
        | {"container": facts.get("container", extension), "est_seconds": 0.0, "est_bytes": 0}
        | {"edited": facts.get("edited", False), "postponed": facts.get("postponed", False), "people_mode": "merge"}
        | {"comment_mode": facts.get("comment_mode", "replace")}
        | {"names": people_comment.fold("\n".join([*database, *existing, *result]))},
    )


def insert(made: duckdb.DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
    marks = ", ".join("?" * len(row))
    made.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def found(connection: duckdb.DuckDBPyConnection, text: str) -> set[str]:
    where, named = query.compile_query(text, zone=BERLIN).named()
    parameters = resolve_spellings(Connection(connection, Counter()), named)
    return {name for (name,) in connection.execute(FOUND + where, parameters).fetchall()}


@each_case(
    ("text", "expected"),
    [
        ("seaside", ["Seaside 2019.mp4"]),
        ("SEASIDE 2019", ["Seaside 2019.mp4"]),
        ("lodz", ["Łódź – dawn.mkv"]),
        ('"lodz - dawn"', ["Łódź – dawn.mkv"]),
        ("zoe birthday", ["Zoë's birthday.mov"]),
        ("kierkegaard", ["100%_done.mp4"]),
        ("soren", ["100%_done.mp4"]),
        ("strasse", ["Annabel.avi"]),
        ("ليلى", ["حفلة.mp4"]),
        ("100%", ["100%_done.mp4"]),
        ("%_d", ["100%_done.mp4"]),
        ("1_0", []),
        ("%seaside%", []),
        ('"say ""hi"" \' now?"', ['say "hi" \' now?.mp4']),
        ("person:ann", ["Seaside 2019.mp4", "Łódź – dawn.mkv", "Annabel.avi", "Crowd.webm"]),
        ('person:"Ann Lee"', ["Seaside 2019.mp4", "Łódź – dawn.mkv", "Crowd.webm"]),
        ('person:"ann  LEE"', ["Seaside 2019.mp4", "Łódź – dawn.mkv", "Crowd.webm"]),
        ('person:"Ann"', []),
        ('person:"An"n', ["Seaside 2019.mp4", "Łódź – dawn.mkv", "Annabel.avi", "Crowd.webm"]),
        ('person:An"n"', ["Seaside 2019.mp4", "Łódź – dawn.mkv", "Annabel.avi", "Crowd.webm"]),
        ('person:"ANNABEL STRASSE"', ["Annabel.avi"]),
        ('person:"Zoe Oz"', []),
        ("person:zoe", ["Zoë's birthday.mov", "Crowd.webm"]),
        ('person:"Zoe\u0308 O\u0308z"', ["Zoë's birthday.mov", "Crowd.webm"]),
        ('person:"Lizzie"', ["Alias.mp4"]),
        ('person:"beth"', ["Alias.mp4"]),
        ('has:"Elizabeth Ray"', ["Alias.mp4"]),
        ('adds:"Lizzie"', ["Alias.mp4"]),
        ("person:nobody", ["Edited.mp4"]),
        ('person:"nobody known"', ["Edited.mp4"]),
        ('db:"nobody known"', []),
        ("db:ann", ["Seaside 2019.mp4", "Annabel.avi", "Crowd.webm"]),
        ("has:ann", ["Łódź – dawn.mkv"]),
        ("has:'", []),
        ("db:'", ['say "hi" \' now?.mp4']),
        ('adds:"Bob Ray"', ["Crowd.webm"]),
        ("removes:bob", ["Annabel.avi"]),
        ('removes:"bob ray"', ["Annabel.avi"]),
        ("path:archive", ["Old tape.ts"]),
        ("path:unsere/trips", ["Łódź – dawn.mkv", "Annabel.avi", "Edited.mp4", "Alias.mp4"]),
        ("name:2019", ["Seaside 2019.mp4"]),
        ("name:ZOË", ["Zoë's birthday.mov"]),
        ("folder:2019", ["Seaside 2019.mp4"]),
        ("folder:family", ["Seaside 2019.mp4", "Zoë's birthday.mov", "حفلة.mp4"]),
        ("folder:/trips/alps/", ["Annabel.avi"]),
        ("folder:/alps", []),
        ("folder:films", sorted(FILES)),
        ("folder:films/trips/alps", ["Annabel.avi"]),
        ("folder:films/alps", []),
        ("folder:/films", []),
        ("folder:/", ["100%_done.mp4"]),
        ('folder:"2019 family"', ["Crowd.webm"]),
        ("root:film -mp4", sorted(name for name in FILES if "mp4" not in name)),
        ('root:"film"', []),
        ('root:"films" tape', ["Old tape.ts"]),
        ('root:"/srv/unsere" tape', ["Old tape.ts"]),
        ("ext:ts,.AVI", ["Old tape.ts", "Annabel.avi"]),
        ("container:webm", ["Crowd.webm"]),
        ("risk:danger", ["حفلة.mp4"]),
        ("risk:danger,blocked", ["حفلة.mp4", "Old tape.ts"]),
        ("category:unchanged", ["Same.mp4"]),
        ("issue:shown_as_plot", ["حفلة.mp4"]),
        ("issue:tag_removal,custom_comment", ["حفلة.mp4"]),
        ("id:1", ["Seaside 2019.mp4"]),
        ("id:1,05", ["Seaside 2019.mp4", "Annabel.avi"]),
        ("id:2..3 -id:3", ["Zoë's birthday.mov"]),
        ("id:>11", ['say "hi" \' now?.mp4']),
        ("id:999999999999999999", []),
        ("tags:>3", ["Crowd.webm"]),
        ("tags:4", ["Crowd.webm"]),
        ("tags:2..3", ["Annabel.avi"]),
        ("tags:>=2 -tags:>=4", ["Annabel.avi"]),
        ("size:>4gb", ["Seaside 2019.mp4"]),
        ("size:4.1gb", ["Seaside 2019.mp4"]),
        ("size:4gb", ["Seaside 2019.mp4"]),
        ("size:4.2gb", []),
        ("size:>1gb size:<4gb", ["Alias.mp4", 'say "hi" \' now?.mp4']),
        ("size:1gb..1000000001", ["Edited.mp4", "Alias.mp4"]),
        ("size:>=1gib size:<=1gib", ['say "hi" \' now?.mp4']),
        ("size:..0", ["100%_done.mp4"]),
        ("size:0", ["100%_done.mp4"]),
        ("size:>999999999999tb", []),
        ("mtime:2025-01..2025-06", ["Seaside 2019.mp4", "Zoë's birthday.mov"]),
        ("mtime:2025-06-30", ["Zoë's birthday.mov"]),
        ("mtime:2025", ["Seaside 2019.mp4", "Zoë's birthday.mov", "Łódź – dawn.mkv"]),
        ("mtime:>2025-06", ["Łódź – dawn.mkv"]),
        ("mtime:>=2025-06", ["Zoë's birthday.mov", "Łódź – dawn.mkv"]),
        ("mtime:<2025 mtime:2024-12..", ["100%_done.mp4"]),
        ("mtime:<=2024-12 mtime:≥2024", ["100%_done.mp4"]),
        ("mtime:9000", []),
        ("edited:yes", ["Edited.mp4"]),
        ("-edited:no", ["Edited.mp4"]),
        ("postponed:yes", ["Same.mp4"]),
        ("mode:preserve", ['say "hi" \' now?.mp4']),
        ("mode:merge,preserve -mode:replace", ['say "hi" \' now?.mp4']),
        ("edited:yes OR (risk:danger -ann)", ["Edited.mp4", "حفلة.mp4"]),
        ("-(edited:no OR size:<1gb)", ["Edited.mp4"]),
        ("'; DROP TABLE plan_items; --", []),
    ],
)
def test_query_finds_exactly_expected_files(
    connection: duckdb.DuckDBPyConnection, text: str, expected: list[str]
) -> None:
    assert found(connection, text) == set(expected)


def test_empty_query_finds_everything(connection: duckdb.DuckDBPyConnection) -> None:
    assert found(connection, "") == set(FILES)


@pytest.mark.parametrize(
    "text", ["ann", "person:ann", 'person:"Ann Lee"', "folder:trips", "root:x", "size:>1gb", "tags:1"]
)
def test_negation_finds_rest(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    assert found(connection, f"-{text}") == set(FILES) - found(connection, text)


def test_days_follow_zone_at_clock_changes() -> None:
    compiled = query.compile_query("mtime:2025-03-30", zone=BERLIN)
    low, high = compiled.params
    assert isinstance(low, int)
    assert isinstance(high, int)
    assert high - low == 23 * 3600 * 10**9


def test_days_are_local_by_default() -> None:
    compiled = query.compile_query("mtime:>=2025-07-01")
    assert compiled.params == [int(datetime(2025, 7, 1).astimezone().timestamp()) * 10**9]


def test_sql_has_no_user_text() -> None:
    text = 'zzqq person:"zzqq" folder:zzqq ext:zzqq root:zzqq name:zzqq size:>777777 mtime:1999 tags:88 id:55,66 id:44'
    where = query.compile_query(text).where
    assert not [trace for trace in ("zzqq", "777777", "777778", "1999", "88", "55", "66", "44") if trace in where]


LETTERS = (
    "".join(people_comment.FOLDED_LETTERS) + "ÆŒÞŁØĐÐĦẞΣǾÀéÜçñąęśźżøåšžİĹл́йЁяΆώ한がガ中'-AZaz09 ._/\u0301\u0308\u0327"
)


@settings(deadline=None)
@given(st.text(LETTERS, max_size=12))
def test_sql_folds_as_python_does(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    assert sql_folds(connection, [text]) == [people_comment.fold(text)]


def test_sql_folds_every_letter_of_unicode_as_python_does(connection: duckdb.DuckDBPyConnection) -> None:
    """Except compatibility forms, and letters that the Unicode version of one side does not know."""
    letters = [
        letter
        for letter in map(chr, [*range(1, 0xD800), *range(0xE000, 0x20000)])
        if unicodedata.category(letter)[0] != "C"
        and unicodedata.normalize("NFKD", letter) == unicodedata.normalize("NFD", letter)
    ]
    folded = zip(letters, sql_folds(connection, letters), strict=True)
    assert [letter for letter, by_sql in folded if by_sql != people_comment.fold(letter)] == []


def sql_folds(connection: duckdb.DuckDBPyConnection, texts: list[str]) -> list[str]:
    """The result of the schema's macro for the texts."""
    return [text for (text,) in connection.execute("SELECT folded(unnest(?::VARCHAR[]))", [texts]).fetchall()]


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["a", "-", "(", ")", " ", '"', "OR", "person:", 'has:"', "\0", "\ud800", "size:", "..", "<9" * 9]
        )
        | st.sampled_from(
            ["folder:/", "root:", "ext:", "mtime:2025", "tags:3", "%", "'", "?", "$q1", "ﬁ", "𝔛", "issue:offline"]
        ),
        max_size=9,
    ).map("".join)
)
def test_compiled_query_runs(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    try:
        found(connection, text)
    except errors.QueryError:
        return
