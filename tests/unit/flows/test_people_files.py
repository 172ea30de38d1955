"""Lists of people of videos in common formats."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.flows.people import people_files
from indexium_core.flows.people.people_files import PeopleEntry
from indexium_core.store.people import legacy
from tests.support.cases import each_case
from tests.support.catalog import hash_of

HASH = hash_of(1)


def read(tmp_path: Path, content: str | bytes, name: str = "people.csv") -> list[PeopleEntry]:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return people_files.read(path)


def read_legacy(path: Path) -> list[PeopleEntry]:
    """Return the people of a legacy database as rows, each with the last known path of its file."""
    content = legacy.read(path)
    return people_files.legacy_entries(content.people, lambda person: content.paths.get(person.file_hash))


def brief(entries: list[PeopleEntry]) -> list[tuple[int, bytes | None, tuple[str, ...]]]:
    return [(entry.line, entry.path, entry.names) for entry in entries]


PLAIN = [(2, b"a.mp4", ("Ann Lee",)), (3, "é/b.mp4".encode(), ("Zoë Öz",))]
TEXT = "path,person\na.mp4,Ann Lee\né/b.mp4,Zoë Öz\n"


@each_case(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        b"\xff\xfe" + TEXT.encode("utf-16-le"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        TEXT.rstrip("\n").encode(),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode(),
        TEXT.replace("path,person", " Path , PERSON ").encode(),
    ],
    ids=lambda content: content[:12].hex(),
)
def test_csv_dialects_are_read(tmp_path: Path, content: bytes) -> None:
    assert brief(read(tmp_path, content)) == PLAIN


def test_csv_cell_is_split_into_people(tmp_path: Path) -> None:
    entries = read(tmp_path, "note,people,path\nx,Ann; Bo ;;Cy;,a.mp4\n")

    assert brief(entries) == [(2, b"a.mp4", ("Ann", " Bo ", "Cy"))]


def test_csv_cell_may_have_commas_quotes_and_line_breaks(tmp_path: Path) -> None:
    entries = read(tmp_path, 'path,person\n"a\n""b"",c.mp4","Lee, Ann"\nd.mp4,Bo\n')

    assert brief(entries) == [(2, b'a\n"b",c.mp4', ("Lee, Ann",)), (4, b"d.mp4", ("Bo",))]


@pytest.mark.parametrize("cell", ["=1+1", "+49", "-Bo", "@SUM(A1)", "=cmd|' /C calc'!A0", "<script>", "../../etc"])
def test_csv_cell_like_header_is_data(tmp_path: Path, cell: str) -> None:
    (entry,) = read(tmp_path, f"path,person\n{cell},{cell}\n")

    assert (entry.path, entry.names, entry.problem) == (cell.encode(), (cell,), "")


def test_csv_blank_lines_are_ignored(tmp_path: Path) -> None:
    assert brief(read(tmp_path, "\n\npath,person\n\na.mp4,Bo\n,\n\n")) == [(5, b"a.mp4", ("Bo",))]


def test_undecodable_csv_path_is_kept(tmp_path: Path) -> None:
    (entry,) = read(tmp_path, b"path,person\n\xff\xfe.mp4,Bo\n"[0:])

    assert entry.path == b"\xff\xfe.mp4"


def test_exported_undecodable_path_is_imported(tmp_path: Path) -> None:
    (entry,) = read(tmp_path, "path,path_raw,file_hash,person\n/\ufffd.mp4,/%FF.mp4,,Bo\n")

    assert entry.path == b"/\xff.mp4"


def test_csv_rows_may_have_hashes(tmp_path: Path) -> None:
    (entry,) = read(tmp_path, f"file_hash,person\n{HASH},Bo\n")

    assert (entry.file_hash, entry.path, entry.problem) == (HASH, None, "")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a.mp4,", "names no people"),
        ("a.mp4", "names no people"),
        (",Bo", "names no file"),
        ("a.mp4,Lee, Ann", "3 cells, the header 2"),
        ("a\0.mp4,Bo", "zero byte"),
    ],
)
def test_invalid_row_is_rejected_with_its_line(tmp_path: Path, row: str, reason: str) -> None:
    bad, good = read(tmp_path, f"path,person\n{row}\nb.mp4,Bo\n")

    assert bad.line == 2
    assert reason in bad.problem
    assert (good.line, good.problem) == (3, "")


def test_unknown_hash_format_is_rejected(tmp_path: Path) -> None:
    (entry,) = read(tmp_path, f"file_hash,person\n{'ab' * 32},Bo\n")

    assert "is not a file_hash of this program" in entry.problem


@each_case(
    ("content", "says"),
    [
        ("", "is empty"),
        ("\ufeff \r\n", "is empty"),
        ("path\na.mp4\n", "line 1: the header needs the columns"),
        ("a.mp4,Bo\n", "line 1: the header needs the columns"),
        ('path,person\na.mp4,Bo\n"b.mp4,Cy\nc.mp4,Dee\n', "line 3: a quote is not closed"),
        ('path,person\n"a"b.mp4,Bo\n', "line 2: "),
        ("path,person\n" + "a" * 200_000 + ",Bo\n", "line 2: field larger"),
        (b"\xff\xfea\0b", "not a readable text"),
    ],
    ids=["empty", "blank", "one_column", "no_header", "open_quote", "stray_quote", "huge_cell", "half_utf16"],
)
def test_malformed_csv_is_one_error(tmp_path: Path, content: str | bytes, says: str) -> None:
    with pytest.raises(errors.UsageError, match=says) as caught:
        read(tmp_path, content)

    assert "people.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_json_entries_have_their_lines(tmp_path: Path) -> None:
    text = '{"a.mp4": ["Ann", "Bo"],\n "\\u00e9\\/b.mp4": [],\n\n "c\\n.mp4": "Cy",\n "é": ["é"], "a.mp4": ["Dee"]}'
    entries = read(tmp_path, text, "people.json")

    assert brief(entries) == [
        (1, b"a.mp4", ("Ann", "Bo")),
        (2, "é/b.mp4".encode(), ()),
        (4, b"c\n.mp4", ("Cy",)),
        (5, "é".encode(), ("é",)),
        (5, b"a.mp4", ("Dee",)),
    ]


def test_json_is_detected_by_content(tmp_path: Path) -> None:
    assert brief(read(tmp_path, f'\n {{"{HASH}": ["Ann"]}}', "people.txt")) == [(2, None, ("Ann",))]


@pytest.mark.parametrize("value", ["{}", "[1]", '[["Ann"]]', "null", "7", '[{"a": "b"}]'])
def test_json_entry_without_names_is_rejected(tmp_path: Path, value: str) -> None:
    bad, good = read(tmp_path, f'{{"a.mp4": {value},\n"b.mp4": ["Bo"]}}', "x.json")

    assert (bad.line, good.line, good.problem) == (1, 2, "")
    assert "a.mp4" in bad.problem


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"a": ["b",]}', "line 1, column"),
        ('{"a":\n["b"]', "line 2, column"),
        ("{", "line 1, column 2"),
        ('["a"]', "one JSON object"),
        ("7", "one JSON object"),
        ("[" * 100_000, "cannot be read as JSON|line 1"),
    ],
)
def test_malformed_json_is_one_error(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(errors.UsageError, match=says):
        read(tmp_path, content, "people.json")


def test_json_path_must_be_text(tmp_path: Path) -> None:
    (entry,) = read(tmp_path, '{"\\ud800.mp4": ["Bo"]}', "x.json")

    assert "not valid text" in entry.problem


def test_large_json_is_read_quickly(tmp_path: Path) -> None:
    """The search for lines goes forward only, also if the keys are written in another form."""
    odd = "{" + ",\n".join(f'"\\u0061{number}.mp4": ["Bo"]' for number in range(20_000)) + "}"

    assert len(read(tmp_path, odd, "x.json")) == 20_000


@pytest.mark.parametrize("name", ["nowhere.csv", ""])
def test_unreadable_list_is_one_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(errors.UsageError, match="cannot be read"):
        people_files.read(tmp_path / name)


# --- legacy databases ----------------------------------------------------------------------------------------------

FULL = """
CREATE TABLE scanned_files (file_hash TEXT PRIMARY KEY, last_known_filepath TEXT NOT NULL, ocr_text_count INTEGER);
CREATE TABLE faces (id INTEGER PRIMARY KEY, file_hash TEXT, face_encoding BLOB, person_name TEXT,
                    suggested_person_name TEXT);
CREATE TABLE video_people (id INTEGER PRIMARY KEY, file_hash TEXT, person_name TEXT);
CREATE TABLE something_new (x);
INSERT INTO scanned_files VALUES ('aa', '/films/a.mp4', 1), ('bb', 'rel/b.mp4', 1);
INSERT INTO faces (file_hash, face_encoding, person_name, suggested_person_name) VALUES
    ('aa', x'80', 'Bo', NULL), ('aa', NULL, NULL, 'Guess'), ('aa', x'80', 'Bo', NULL), ('bb', NULL, 'Ann', NULL),
    ('aa', NULL, 'Ann', NULL), ('bb', NULL, ' ', NULL);
INSERT INTO video_people (file_hash, person_name) VALUES ('aa', 'Cy'), ('cc', 'Lost');
"""


def old_database(tmp_path: Path, script: str, name: str = "old.db") -> Path:
    path = tmp_path / name
    old = sqlite3.connect(path)
    old.executescript(script)
    old.close()
    return path


def test_legacy_database_has_named_people(tmp_path: Path) -> None:
    entries = read_legacy(old_database(tmp_path, FULL, "o'ld?#%41.db"))

    assert [(entry.path, entry.names, entry.origin) for entry in entries if not entry.problem] == [
        (b"/films/a.mp4", ("Bo",), "face"),
        (b"rel/b.mp4", ("Ann",), "face"),
        (b"/films/a.mp4", ("Ann",), "face"),
        (b"/films/a.mp4", ("Cy",), "hand"),
    ]
    (lost,) = [entry for entry in entries if entry.problem]
    assert "has no path for the file cc" in lost.problem


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("CREATE TABLE video_people (file_hash, person_name); INSERT INTO video_people VALUES ('aa', 'Bo');", 1),
        ("CREATE TABLE faces (id, file_hash); CREATE TABLE video_people (file_hash, person_name);", 0),
    ],
    ids=["no_files_no_faces", "faces_without_names"],
)
def test_legacy_database_may_lack_tables_and_columns(tmp_path: Path, script: str, found: int) -> None:
    entries = read_legacy(old_database(tmp_path, script))

    assert len(entries) == found
    assert all(entry.problem for entry in entries)


def test_database_without_people_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(errors.UsageError, match="has no people"):
        read_legacy(old_database(tmp_path, "CREATE TABLE x (y);"))


def test_damaged_database_is_one_error(tmp_path: Path) -> None:
    path = old_database(tmp_path, FULL)
    raw = bytearray(path.read_bytes())
    raw[100:4096] = b"\xff" * 3996
    path.write_bytes(raw)

    with pytest.raises(errors.UsageError, match="cannot be read"):
        read_legacy(path)


def test_legacy_path_of_any_bytes_is_read(tmp_path: Path) -> None:
    script = FULL + "INSERT INTO scanned_files VALUES ('cc', CAST(x'2fff' AS TEXT), 1);"
    entries = read_legacy(old_database(tmp_path, script))

    assert [entry.path for entry in entries if entry.names == ("Lost",)] == [b"/\xff"]


@pytest.mark.parametrize("in_use", [False, True])
def test_legacy_database_with_wal_is_not_changed(tmp_path: Path, in_use: bool) -> None:
    path = old_database(tmp_path, "PRAGMA journal_mode = WAL;" + FULL)
    other = sqlite3.connect(path)
    if in_use:
        other.execute("INSERT INTO video_people (file_hash, person_name) VALUES ('bb', 'Late')")
        other.commit()
    else:
        other.close()
    before = {entry: os.stat(entry).st_mtime_ns for entry in tmp_path.iterdir()}
    entries = read_legacy(path)

    assert ("Late",) in {entry.names for entry in entries} or not in_use
    assert set(tmp_path.iterdir()) == set(before)
    assert os.stat(path).st_mtime_ns == before[path]
    other.close()


def test_json_of_standard_library_is_read_back(tmp_path: Path) -> None:
    given = {f"dir/{name}": ["Ann", "Zoë"] for name in ("a.mp4", "é.mp4", 'q"uote.mp4', "back\\slash.mp4")}
    entries = read(tmp_path, json.dumps(given, indent=1), "x.json")

    assert [(entry.path, entry.names) for entry in entries] == [
        (path.encode(), tuple(names)) for path, names in given.items()
    ]
    assert [entry.line for entry in entries] == [2, 6, 10, 14]
