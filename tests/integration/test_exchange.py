"""Export of the plan and import of edited files: round trips with unusual names, and invalid files."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.flows.exchange import export_plan, import_changes
from indexium_core.library import Library
from indexium_core.model.fields.table import EDITABLE
from indexium_core.model.planning import cells
from indexium_core.store.planning import plan_read
from tests.support import homes, media, tables
from tests.support.effort import effort

NAMES = [
    b"=cmd|calc!A0.mp4",
    b"comma, \"quote\" and 'apostrophe'.mp4",
    b"two\nlines.mp4",
    b"carriage\rreturn.mp4",
    b"semicolon;tab\t.mp4",
    "\u202ereversed حفلة.mp4".encode(),
    b"latin \xe9t\xe9.mp4",
    b"latin \xe8t\xe8.mp4",
    b"'quoted.mp4",
    "Zoë 🎂.mp4".encode(),
]
PEOPLE = ["Ann Lee", "=Sum Person", "-Dash", "O'Neil", "'t Hooft", "Sammy Davis, Jr.", "ليلى", "Zoë Öz", "@home", "1E5"]


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library of files with names that are difficult to store in a table."""
    folder = tmp_path_factory.mktemp("nasty")
    films = folder / "films"
    films.mkdir()
    paths = media.series("mp4", films, len(NAMES), comment="People: Bob Ray")
    for path, name in zip(paths, NAMES, strict=True):
        os.rename(path, os.fsencode(films) + b"/" + name)
    with Library.open(folder / "home") as library:
        library.scan([films])
        library.people.add(sorted(films.iterdir()), ["Ann Lee"])
        yield library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Three films and a copy of the first, all planned, for tests that make decisions."""
    yield from made(tmp_path)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The same library, for tests that make no decision."""
    yield from made(tmp_path_factory.mktemp("calm"))


def made(tmp_path: Path) -> Iterator[Library]:
    films = tmp_path / "films"
    films.mkdir()
    paths = media.series("mp4", films, 3, comment="People: Bob Ray")
    (films / "copy.mp4").write_bytes(paths[0].read_bytes())
    os.utime(films / "copy.mp4", (1_600_000_000, 1_600_000_000))
    with homes.opened(tmp_path / "home", films, "Ann Lee") as opened:
        yield opened


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def written(table: list[dict[str, str]], delimiter: str = ",") -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, table[0].keys(), delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(table)
    return buffer.getvalue()


def exported(library: Library, query: str = "") -> list[dict[str, str]]:
    return rows("".join(library.exporter.plan(query)))


def edited(table: list[dict[str, str]], name: str, **changed: str) -> list[dict[str, str]]:
    return [{**row, **changed} if row["file_name"] == name else row for row in table]


SOME_EDITS = st.dictionaries(st.integers(0, len(NAMES) - 1), st.lists(st.sampled_from(PEOPLE), unique=True, max_size=4))


@effort.examples(15, 40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=SOME_EDITS)
@example(wanted={})
def test_edited_export_imports_exactly_its_edits(nasty: Library, wanted: dict[int, list[str]]) -> None:
    table, asked = exported(nasty), {}
    for place, names in wanted.items():
        row = table[place]
        if names != cells.split(row["result_people"]):
            asked[int(row["file_id"])] = names
        row["result_people"] = cells.guarded("; ".join(names))

    preview = nasty.changes.read(written(table))

    assert preview.errors == []
    assert {row.file_id: row.after for row in preview.rows} == asked
    assert preview.unchanged == len(NAMES) - len(asked)


def test_names_that_look_like_formulas_are_applied_and_undone_unchanged(nasty: Library) -> None:
    table = exported(nasty)
    planned = {item.file_id: item.result_people for item in nasty.plan().items}
    asked = {int(row["file_id"]): PEOPLE[place:] for place, row in enumerate(table)}
    rows = [{**row, "result_people": cells.guarded("; ".join(asked[int(row["file_id"])]))} for row in table]

    nasty.changes.apply(nasty.changes.read(written(rows)))
    assert {item.file_id: item.result_people for item in nasty.plan().items} == asked
    assert [row["result_people"][:1] for row in exported(nasty)].count("=") == 0

    nasty.steps.undo()
    assert {item.file_id: item.result_people for item in nasty.plan().items} == planned


def test_row_without_id_identifies_its_file(nasty: Library) -> None:
    """Two names that look alike on the screen are two files: the percent-encoded path tells them apart."""
    table = [{**row, "file_id": "", "result_people": "Zoë Öz"} for row in exported(nasty)]
    preview = nasty.changes.read(written(table))

    assert preview.errors == []
    assert len({row.file_id for row in preview.rows}) == len(NAMES)
    raw = [row["path_raw"] for row in table if row["path_raw"]]
    assert sorted(name.rsplit("/", 1)[-1] for name in raw) == ["latin%20%E8t%E8.mp4", "latin%20%E9t%E9.mp4"]


def test_json_is_page_of_plan(nasty: Library) -> None:
    document = json.loads("".join(nasty.exporter.plan("", "json", sort="name")))
    page = nasty.plan().page(per_page=0, sort="name")

    assert [item["file_id"] for item in document["items"]] == [item.file_id for item in page.items]
    assert (document["total"], document["plan_id"]) == (page.total, page.plan_id)
    assert document["statistics"]["warning_count"] == page.statistics.warning_count
    assert json.loads("".join(nasty.exporter.plan("name:nobody-is-called-so", "json")))["items"] == []


def test_plan_is_exported_in_pieces(calm: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """No row is read before it is requested, and never more than a few files at once."""
    read: list[int] = []
    cells_of = plan_read.cells

    def counted(reader: Any, version: Any, file_ids: list[int]) -> Any:
        read.append(len(file_ids))
        return cells_of(reader, version, file_ids)

    monkeypatch.setattr(plan_read, "cells", counted)
    monkeypatch.setattr(export_plan, "_CSV_BATCH_SIZE", 2)

    pieces = calm.exporter.plan()
    header = next(pieces)
    assert read == []
    first = next(pieces)
    assert read == [2]
    assert len(rows(header + first)) == 2
    assert len(rows(header + "".join(pieces))) == 2


# --- Changes by spreadsheet programs -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "delimiter", "first"),
    [
        ("utf-8", ",", ""),
        ("utf-8-sig", ";", ""),
        ("utf-16", "\t", ""),
        ("utf-16-le", ",", ""),
        ("utf-8", ";", "sep=;\r\n"),
    ],
)
def test_every_format_of_spreadsheets_is_read(calm: Library, encoding: str, delimiter: str, first: str) -> None:
    table = edited(exported(calm), "0001.mp4", result_people="Zoë Öz; ليلى", postponed="WAHR", comment_mode="Preserve")
    renamed = [{name.replace("_", " ").upper(): value for name, value in row.items()} for row in table]
    preview = calm.changes.read((first + written(renamed, delimiter)).encode(encoding))

    [row] = preview.rows
    assert (row.before, row.after, row.added, row.removed) == (
        ["Ann Lee", "Bob Ray"],
        ["Zoë Öz", "ليلى"],
        ["Zoë Öz", "ليلى"],
        ["Ann Lee", "Bob Ray"],
    )
    assert (row.postponed, row.comment_mode, row.people_mode) == (True, "preserve", None)
    assert preview.unchanged == 3


def test_import_of_file_is_one_review_step(library: Library) -> None:
    table = edited(exported(library), "0001.mp4", result_people="Zoë Öz", comment_mode="preserve")
    table = edited(table, "0002.mp4", postponed="2099-01-31")
    preview = library.changes.read(written(table))

    assert library.changes.apply(preview).files == 2
    one, two = (library.plan(f"name:{name} postponed:yes OR name:{name}").page().items[0] for name in ("0001", "0002"))
    assert (one.result_people, one.comment_mode, one.edited) == (["Zoë Öz"], "preserve", True)
    assert two.postponed
    assert library.steps.next().undo.label == "imported changes of 2 files from a spreadsheet"

    library.steps.undo()
    assert [row.kind for row in library.decisions.list()] == []


def test_import_ends_skip_and_applies_to_copies(library: Library) -> None:
    library.decisions.postpone("name:0002")
    table = rows("".join(library.exporter.plan(everything=True)))
    table = edited(table, "0002.mp4", postponed="False")
    table = edited(table, "0000.mp4", result_people="")
    preview = library.changes.read(written(table))

    assert preview.counts() == {
        "people": 1,
        "removes_everyone": 1,
        "fields": 0,
        "postponed": 0,
        "brought_back": 1,
        "modes": 0,
    }
    report = library.changes.apply(preview)
    assert (report.files, report.copies) == (3, 1)
    assert len(report.copy_files) == 1
    assert not library.plan("name:0002").page().items[0].postponed
    assert library.plan("name:copy").page().items[0].result_people == []


# --- Invalid files -----------------------------------------------------------------------------------------------


def test_invalid_rows_are_named_by_line_and_others_applied(calm: Library) -> None:
    table = exported(calm)
    good = edited(table, "0001.mp4", result_people="Cem Öz")
    two = next(row for row in table if row["file_name"] == "0002.mp4")
    bad = [
        {**table[0], "file_id": "999999"},
        {**table[0], "file_path": "/elsewhere/other.mp4", "file_hash": ""},
        next(row for row in good if row["file_name"] == "0001.mp4"),
        {**two, "result_people": 'Ann "the" Lee'},
    ]
    del good[[row["file_name"] for row in good].index("0002.mp4")]
    bad[3]["file_path"] = ""
    preview = calm.changes.read(written([*good, *bad]) + "1,2,3\n")

    messages = {error.line: error.message for error in preview.errors}
    assert list(messages) == [5, 6, 7, 8, 9]
    assert messages[5] == "there is no file with the id 999999"
    assert ", not /elsewhere/other.mp4" in messages[6] or "the same file as in line" in messages[6]
    assert "the same file as in line" in messages[7]
    assert "quote" in messages[8].lower() or '"' in messages[8]
    assert "the row has 3 cells" in messages[9]
    assert [row.file_name for row in preview.rows] == ["0001.mp4"]


def test_past_day_is_error_of_one_line(library: Library) -> None:
    table = edited(exported(library), "0001.mp4", postponed="2020-01-31")
    table = edited(table, "0002.mp4", postponed="2099-01-31")
    preview = library.changes.read(written(table))

    assert ["2020-01-31" in error.message for error in preview.errors] == [True]
    assert library.changes.apply(preview).files == 1


def test_rows_of_another_home_match_no_file(calm: Library) -> None:
    table = [{**row, "file_path": "/other" + row["file_path"], "file_hash": ""} for row in exported(calm)]
    preview = calm.changes.read(written([{**row, "result_people": "Eve"} for row in table]))

    assert preview.rows == []
    assert [error.message.startswith("file ") for error in preview.errors] == [True] * 4


def test_copies_of_one_film_cannot_have_different_people(calm: Library) -> None:
    table = edited(exported(calm), "0000.mp4", result_people="Cem Öz")
    preview = calm.changes.read(written(edited(table, "copy.mp4", result_people="Eve")))

    assert len(preview.rows) == 1
    assert "a copy of the same file" in preview.errors[0].message


def test_letters_lost_by_spreadsheet_are_no_edit(library: Library) -> None:
    library.edit("name:0001", ["Zoë Öz", "Ann Lee"])
    table = exported(library)
    lost = written(table).encode("ascii", "replace")

    preview = library.changes.read(lost)

    assert preview.rows == []
    assert ["letters" in error.message for error in preview.errors] == [True]
    with pytest.raises(errors.UsageError, match="not UTF-8"):
        library.changes.read(written(table).encode("cp1252"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("name,people\nx,y\n", "no column identifies the file"),
        ("file_id,people\n1,y\n", "no column has a change"),
        ("file_id,result_people,result_people\n1,y,z\n", "exists twice"),
        ('file_id,result_people\n1,"y\n', "a quote is not closed"),
    ],
)
def test_invalid_file_is_rejected_in_one_sentence(calm: Library, text: str, why: str) -> None:
    with pytest.raises(errors.UsageError, match=why):
        calm.changes.read(text)


def test_upload_is_kept_until_it_is_applied(library: Library) -> None:
    ticket = library.changes.read_upload(change_one(library)().encode())
    shown = library.changes.uploaded(ticket)

    assert [(row.file_name, row.after) for row in shown.rows.items] == [("0001.mp4", ["Cem Öz"])]
    assert shown.preview.unchanged == 3
    assert not library.decisions.list()
    assert library.changes.apply_upload(ticket).files == 1
    assert library.plan("name:0001").items[0].result_people == ["Cem Öz"]
    with pytest.raises(errors.UnknownIdError):
        library.changes.uploaded("unknown")


# --- Decisions since the export ----------------------------------------------------------------------------------


def change_one(library: Library, wanted: str = "Cem Öz") -> Callable[[], str]:
    table = edited(exported(library), "0001.mp4", result_people=wanted)
    return lambda: written(table)


def test_too_many_rows_are_rejected_before_they_fill_memory(calm: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_changes, "_MAX_EXTRA_ROWS", 10)
    text = "file_id,result_people\n" + "1,\n" * 100

    with pytest.raises(errors.UsageError, match="more than 15 rows, but the library has 4 files"):
        calm.changes.read(text)


def test_unedited_rows_do_not_revoke_newer_decisions(library: Library) -> None:
    text = change_one(library)
    library.edit("name:0002", ["Eve"])

    preview = library.changes.read(text())

    assert [row.file_name for row in preview.rows] == ["0001.mp4"]
    assert preview.conflicts == 0


def test_contradicting_decisions_need_overwrite(library: Library) -> None:
    text = change_one(library)
    library.edit("name:0001", ["Eve"])
    preview = library.changes.read(text())

    [row] = preview.rows
    assert row.conflict == "changed here since the export: Eve"
    with pytest.raises(errors.UsageError, match="nothing to apply"):
        library.changes.apply(preview)
    library.changes.apply(preview, overwrite=True)
    assert library.plan("name:0001").page().items[0].result_people == ["Cem Öz"]


def test_outdated_preview_is_rejected(library: Library) -> None:
    preview = library.changes.read(change_one(library)())
    library.edit("name:0001", ["Eve"])

    with pytest.raises(errors.StalePlanError, match=r"0001\.mp4"):
        library.changes.apply(preview)
    assert library.plan("name:0001").page().items[0].result_people == ["Eve"]


def test_deleted_plan_is_reported(calm: Library) -> None:
    table = [{**row, "plan_id": "4711"} for row in exported(calm)]
    preview = calm.changes.read(written(edited(table, "0001.mp4", result_people="Eve")))

    assert [row.file_name for row in preview.rows] == ["0001.mp4"]
    assert "Plan 4711" in preview.notes[0]


# --- Fields ------------------------------------------------------------------------------------------------------

ENTRIES = {  # by type: a cell, and the value that it means
    "text": ("=A title; with “signs”, and 'quotes'", "=A title; with “signs”, and 'quotes'"),
    "integer": ("7.0", "7"),
    "rating": ("★★★★☆", "4"),
    "date": ("31.07.2019", "2019-07-31"),
    "datetime": ("2019-07-31 18:30Z", "2019-07-31T18:30:00Z"),  # a film needs the zone
    "list": ("sea, =beach;sun", "sea; =beach; sun"),
}


def field_values(library: Library) -> dict[str, dict[str, str]]:
    """The planned values of each file, by its name."""
    table = rows("".join(library.exporter.plan(fields=None, everything=True)))
    return {
        row["file_name"]: {
            key.removeprefix("result_"): cells.plain(row[key])
            for key in row
            if key in {f"result_{field.key}" for field in EDITABLE} and row[key]
        }
        for row in table
    }


def test_only_fields_with_a_value_have_columns(library: Library) -> None:
    key = EDITABLE[0].key
    assert f"result_{key}" not in exported(library)[0]
    assert f"result_{key}" in rows("".join(library.exporter.plan(fields=[key])))[0]
    library.decisions.set_fields("name:0001", {key: "At sea"})
    assert [row[f"result_{key}"] for row in exported(library)].count("At sea") == 1
    with pytest.raises(errors.UsageError, match="no field"):
        library.exporter.plan(fields=["nonsense"])


def test_every_field_is_imported_and_undone(library: Library) -> None:
    values = {f"result_{field.key}": cells.guarded(ENTRIES[field.type][0]) for field in EDITABLE}
    table = rows("".join(library.exporter.plan(fields=None)))

    preview = library.changes.read(written(edited(table, "0000.mp4", **values)))
    assert (preview.errors, preview.counts()["fields"], preview.conflicts) == ([], 1, 0)
    report = library.changes.apply(preview)
    assert report.files == 2, "the copy has the same values"
    expected = {field.key: ENTRIES[field.type][1] for field in EDITABLE}
    found = field_values(library)
    assert found["0000.mp4"] == found["copy.mp4"] == expected

    again = rows("".join(library.exporter.plan()))
    assert library.changes.read(written(again)).rows == [], "an export without an edit changes nothing"
    library.steps.undo()
    assert field_values(library)["0000.mp4"] == {}


def test_invalid_cells_are_named_and_the_other_rows_are_imported(library: Library) -> None:
    rating, date = (next(each.key for each in EDITABLE if each.type == kind) for kind in ("rating", "date"))
    table = rows("".join(library.exporter.plan(fields=[rating, date])))
    table = edited(table, "0001.mp4", **{f"result_{rating}": "9", f"result_{date}": "1/2/2019"})
    table = edited(table, "0002.mp4", **{f"result_{rating}": "3"})

    preview = library.changes.read(written(table))
    [problem] = preview.errors
    assert f"result_{rating}: '9' is no value" in problem.message
    assert f"result_{date}: '1/2/2019' may be 2019-02-01 or 2019-01-02." in problem.message
    library.changes.apply(preview)
    assert field_values(library)["0002.mp4"] == {rating: "3"}


def test_field_that_changed_here_since_the_export_is_a_conflict(library: Library) -> None:
    key = EDITABLE[0].key
    library.decisions.set_fields("name:0001", {key: "Exported"})
    table = edited(exported(library), "0001.mp4", **{f"result_{key}": "Sheet"})
    library.decisions.set_fields("name:0001", {key: "Here"})

    preview = library.changes.read(written(table))
    [row] = preview.rows
    assert row.conflict == f"{key} changed here since the export: Here"
    with pytest.raises(errors.UsageError):
        library.changes.apply(preview)
    library.decisions.set_fields("name:0001", {key: "Later"})
    with pytest.raises(errors.StalePlanError):
        library.changes.apply(preview, overwrite=True)
    library.changes.apply(library.changes.read(written(table)), overwrite=True)
    assert field_values(library)["0001.mp4"] == {key: "Sheet"}


def test_copies_with_different_values_are_rejected(library: Library) -> None:
    key = EDITABLE[0].key
    table = rows("".join(library.exporter.plan(fields=[key])))
    table = edited(edited(table, "0000.mp4", **{f"result_{key}": "One"}), "copy.mp4", **{f"result_{key}": "Two"})
    preview = library.changes.read(written(table))
    [problem] = preview.errors
    assert f"the {key} differs from that in line" in problem.message
    assert len(preview.rows) == 1


def test_emptied_cell_removes_a_field_after_its_file_was_written(library: Library) -> None:
    key = EDITABLE[0].key
    library.decisions.set_fields("name:0001", {key: "At sea"})
    library.write(library.plan("name:0001")).wait()
    table = rows("".join(library.exporter.plan("name:0001", everything=True)))
    assert table[0][f"existing_{key}"] == "At sea"
    library.changes.apply(library.changes.read(written([{**table[0], f"result_{key}": ""}])))
    assert field_values(library)["0001.mp4"] == {}


def test_value_that_container_cannot_store_is_named(library: Library) -> None:
    first, other = EDITABLE[0].key, next(each for each in EDITABLE if "avi" not in each.places and each.type == "text")
    with tables.changing(library) as tx:
        tx.execute("UPDATE scanned_files SET container = 'avi' WHERE file_name = '0001.mp4'")
    table = rows("".join(library.exporter.plan("name:0001", fields=[first, other.key])))

    preview = library.changes.read(written([{**table[0], f"result_{first}": "Yes", f"result_{other.key}": "No"}]))
    reason = other.problem_in("avi", "No")
    assert preview.errors == []
    assert f"Not possible in 1 file: line 2: {reason} The plan has all reasons." in preview.notes
    library.changes.apply(preview)
    assert field_values(library)["0001.mp4"] == {first: "Yes", other.key: "No"}


def test_locked_field_is_skipped_and_named(library: Library) -> None:
    first, second = (field.key for field in EDITABLE[:2])
    table = rows("".join(library.exporter.plan("name:0001", fields=[first, second])))
    library.locks.lock("name:0001", [first])

    preview = library.changes.read(written([{**table[0], f"result_{first}": "No", f"result_{second}": "Yes"}]))
    [problem] = preview.errors
    assert problem.message == f"skipped, because the field is locked in this file: result_{first}"
    library.changes.apply(preview)
    assert field_values(library)["0001.mp4"] == {second: "Yes"}
