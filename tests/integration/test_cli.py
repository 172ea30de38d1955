"""The command: output, exit codes, and one clear sentence for each error."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from indexium_core import cli, signals
from indexium_core.cli import frame, output
from indexium_core.cli.operations import follow
from indexium_core.library import Library
from indexium_core.model.operations.operation import ItemDetails, MetadataOperation
from tests.support import homes, media, tables
from tests.support.cases import each_case


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """A folder with three writable films and an unwritable one."""
    comments = {"sea.mp4": "Shot at sea", "<b>bold<b>\nnew line.mkv": None, "-i.mp4": "People: Bob Ray", "old.ts": None}
    return media.films(tmp_path / "films", comments)


class Command:
    """Runs commands on one home and keeps their output."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *words: str | Path) -> int:
        code = cli.main(["--home", str(self.home), *map(str, words)])
        self.out, self.err = self._capsys.readouterr()
        return code

    def json(self, *words: str | Path) -> Any:
        self(*words, "--json")
        return json.loads(self.out)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep the home open during a block: each of its commands would open it again, which takes most of its time."""
        with Library.open(self.home, take_over="nothing") as library, pytest.MonkeyPatch.context() as patch:
            patch.setattr(frame, "_library", lambda _: contextlib.nullcontext(library))
            yield


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(home, capsys)


@pytest.fixture
def planned(run: Command, films: Path) -> Command:
    """A home with the people of the films."""
    homes.build(run.home, films, "Ann Lee")
    return run


@pytest.fixture
def held(run: Command) -> Iterator[None]:
    """The home of `run` stays open during the test."""
    with run.held():
        yield


@pytest.fixture
def held_plan(planned: Command) -> Iterator[None]:
    """The home of `planned` stays open during the test."""
    with planned.held():
        yield


def test_files_are_scanned_planned_written_and_rolled_back(planned: Command, films: Path) -> None:
    before = {path: path.read_bytes() for path in films.iterdir()}

    plan = planned.json("plan")
    assert plan["statistics"]["total_files"] == plan["total"] == 4
    assert {item["risk_level"] for item in plan["items"]} == {"safe", "danger", "blocked"}

    done = planned.json("write", "--yes")
    assert (done["status"], done["success_count"], done["excluded"]["danger"]) == ("completed", 2, 1)
    assert sum(path.read_bytes() != data for path, data in before.items()) == 2

    back = planned.json("rollback", str(done["id"]), "--yes")
    assert (back["status"], back["success_count"]) == ("completed", 2)
    assert {path: path.read_bytes() for path in films.iterdir()} == before
    assert [item["status"] for item in planned.json("history")["items"]] == ["completed", "rolled_back"]


@pytest.mark.usefixtures("held_plan")
def test_dry_run_changes_nothing_and_reports_results(planned: Command, films: Path) -> None:
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in films.iterdir()}

    answer = planned.json("write", "--dry-run", "--risk", "safe,danger")

    assert (answer["operation_id"], answer["dry_run"]) == (None, True)
    assert {item["status"] for item in answer["items"]} == {"success"}
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in films.iterdir()} == before
    assert planned.json("history")["total"] == 0

    assert planned("write", "--dry-run", "--risk", "safe,danger") == 0
    assert "sea.mp4 " in planned.out
    assert planned.out.count(" would be written ") == 3
    assert "Dry run: 3 files would be written. Nothing was changed." in planned.err


@pytest.mark.usefixtures("held_plan")
def test_question_and_dry_run_have_the_files_of_each_field(planned: Command) -> None:
    counts = "Fields that change: Title: 2 files; Rating: 1 file."
    assert planned("edit", "ext:mp4", "--set", "title=At sea") == 0
    assert planned("edit", "name:sea.mp4", "--set", "rating=4") == 0
    assert planned("write", "ext:mp4", "--risk", "safe,warning,danger") == 2  # there is no terminal
    assert counts in planned.err
    assert " people, under 1 s. Fields" in planned.err
    assert planned("write", "ext:mp4", "--risk", "safe,warning,danger", "--dry-run") == 0
    assert counts in planned.err

    assert planned("write", "ext:mp4", "--risk", "safe,warning,danger", "--yes") == 0
    assert planned("edit", "name:sea.mp4", "--set", "title=", "--set", "rating=5") == 0
    assert planned("write", "name:sea.mp4", "--risk", "safe,warning,danger") == 2
    losing = "Rating: 1 file, replaces another value; Title: 1 file, loses the value."
    assert f"(1 danger), under 1 s. Fields that change: {losing}" in planned.err


@each_case(
    ("words", "sentence"),
    [
        ("titles list", "No film and no series is identified. 'indexium titles identify' identifies the videos"),
        ("titles list nothing", "No title matches. 'indexium titles list' without options shows all films and series."),
        ("titles matches", "No film and no series is identified. 'indexium titles identify' identifies them."),
        ("providers requests", "No request has left this machine. 'indexium titles enrich' looks titles up"),
        ("providers requests --failed", "No request is in this list. 'indexium providers requests' without options"),
        ("libraries list", "There is no library folder. 'indexium scan DIR' adds one and scans it."),
        ("people list", "No person is known. 'indexium people import FILE' imports people."),
        ("decisions list", "No decision is in force. 'indexium edit SEARCH' makes one."),
        ("undo --list", "There is no step to undo. 'indexium plan' shows what can be decided."),
        ("templates list", "There is no template. 'indexium templates save NAME' saves one."),
        ("fields list", "There is no custom field. 'indexium fields add KEY' adds one."),
        ("locks", "No field of these files is locked. 'indexium lock SEARCH FIELD' locks one."),
        ("db list", "There is no backup of the database. 'indexium db backup' makes one."),
    ],
)
@pytest.mark.usefixtures("held")
def test_an_empty_list_is_one_sentence_with_the_next_step(run: Command, words: str, sentence: str) -> None:
    assert run(*words.split()) == 0

    assert run.out == ""
    assert sentence in run.err
    assert run.json(*words.split())["items"] == []


@pytest.mark.usefixtures("held_plan")
def test_rolled_back_files_are_reported_as_skipped_with_command(planned: Command) -> None:
    assert planned("write", "--yes") == 0
    assert planned("rollback", "1", "--yes", "--person", "Nobody Here") == 2
    assert "This operation added 'Nobody Here' to no file." in planned.err
    assert planned("rollback", "1", "--yes") == 0
    some, every = (f"'indexium postpone {query} --stop-skipping'" for query in ("issue:rolled_back", "postponed:yes"))
    assert f"2 files are skipped in the plan; {some} plans them again." in planned.err
    again = f"{every} plans them again"
    for words in (("--risk", "safe", "--dry-run"), ("--risk", "safe"), ("--dry-run",)):
        assert planned("write", "--yes", *words) == 0
        assert f"2 skipped ({again})." in planned.err
    assert planned.json("write", "--dry-run", "--risk", "safe")["excluded"]["postponed"] == 2
    assert planned("write", "postponed:yes", "--yes") == 0
    assert f"Not included: 2 skipped ({again})." in planned.err
    assert planned("rollback", "1", "--yes") == 2
    assert "Operation 1 has already been rolled back." in planned.err
    assert planned("postpone", "bold", "--stop-skipping", "--until", "2027-01-01") == 2
    assert planned("postpone", "bold", "--stop-skipping") == 0
    assert "1 file no longer skipped." in planned.err
    assert planned("postpone", "postponed:yes", "--bring-back") == 0  # the former name of --stop-skipping
    assert "1 file no longer skipped." in planned.err
    assert planned("postpone", "postponed:yes", "--stop-skipping") == 0
    assert "No file of the library matches" in planned.err
    assert planned("operations", "cancel", "1") == 2
    assert "Operation 1 is rolled back:" in planned.err


@pytest.mark.usefixtures("held_plan")
def test_danger_is_written_only_if_named(planned: Command, films: Path) -> None:
    planned.json("write", "name:sea", "--yes")
    assert b"Shot at sea" in (films / "sea.mp4").read_bytes()

    assert planned("write", "name:sea", "--risk", "danger") == 2  # there is no terminal
    assert "1 file would lose custom text (--comment-mode preserve keeps it):" in planned.err
    assert "    Shot at sea\n" in planned.err

    planned.json("write", "name:sea", "--yes", "--risk", "danger")
    assert b"Shot at sea" not in (films / "sea.mp4").read_bytes()


@pytest.mark.usefixtures("held_plan")
def test_edits_modes_and_postponements_are_decisions(planned: Command) -> None:
    assert planned("edit", "name:sea", "--people", "Zoë Öz; Bob Ray") == 0
    assert planned("mode", "name:sea", "--comment-mode", "preserve") == 0
    [item] = planned.json("plan", "name:sea")["items"]
    assert (item["result_people"], item["result_comment"]) == (
        ["Zoë Öz", "Bob Ray"],
        "Shot at sea\nPeople: Zoë Öz, Bob Ray",
    )

    assert planned("postpone", "name:sea") == 0
    assert planned.json("plan", "name:sea")["total"] == 0
    assert planned.json("plan", "name:sea postponed:yes")["total"] == 1

    ids = [str(row["decision_id"]) for row in planned.json("decisions", "list")["items"]]
    assert len(ids) == 3
    assert planned("decisions", "revoke", *ids) == 0
    assert planned.json("plan", "name:sea")["items"][0]["result_people"] == ["Ann Lee"]


AMBIGUOUS = {
    ("edit", "{id}", "--add", "Zed"): 2,
    ("postpone", "{id}"): 2,
    ("mode", "{id}", "--mode", "exact"): 2,
    ("lock", "{id}"): 2,
    ("unlock", "{id}"): 2,
    ("write", "{id}", "--yes"): 2,
    ("write", "{id}", "--dry-run"): 0,
}


@pytest.mark.usefixtures("held_plan")
def test_numeric_query_is_not_read_as_id(planned: Command) -> None:
    [sea] = planned.json("plan", "name:sea")["items"]
    number = str(sea["file_id"])

    for words, code in AMBIGUOUS.items():
        assert planned(*(word.format(id=number) for word in words)) == code, words
        assert f"{number} searches names for the number; id:{number} is the file sea.mp4." in planned.err, words
    assert planned.json("plan", "person:zed")["total"] == 0
    assert planned("edit", f"id:{number}", "--add", "Zed") == 0
    assert planned.json("plan", "person:zed")["total"] == 1
    assert planned("postpone", f'"{number}"') == planned("postpone", f"name:{number}") == 0


@pytest.mark.usefixtures("held_plan")
def test_blocked_files_are_written_at_no_level(planned: Command) -> None:
    assert planned("write", "risk:blocked") == 0
    assert planned.err == "Nothing to write. Not included: 1 blocked.\n"
    assert planned("write", "risk:danger") == 0
    assert "Not included: 1 danger (--risk names the levels to write)." in planned.err


def test_empty_history_names_its_home(planned: Command, home: Path) -> None:
    assert planned("history") == 0
    assert planned.err == f"0 operations in {home}.\n"


def test_resumed_rollback_reports_skipped_files(planned: Command, home: Path) -> None:
    assert planned("write", "--yes") == 0
    assert planned("rollback", "1", "--yes") == 0
    with Library.open(home) as library, tables.changing(library) as tx:
        tx.execute("UPDATE metadata_operations SET status = 'paused' WHERE id = 2")
        tx.execute("UPDATE job_queue SET status = 'paused', paused_at = now() WHERE operation_id = 2")

    assert planned("operations", "resume", "2") == 0, planned.err
    assert "2 files are skipped in the plan" in planned.err
    assert "'indexium rollback 2' rolls this rollback back, byte for byte." in planned.err
    assert planned("rollback", "2", "--yes") == 0
    assert "'indexium rollback 3' rolls this rollback back, byte for byte." in planned.err


@pytest.mark.usefixtures("held")
def test_copies_are_listed_by_file_name_with_limit(run: Command, tmp_path: Path) -> None:
    film = media.build("mp4", tmp_path, name="sea.mp4", seed=1)
    for place in ("films/old/1.mp4", "films/old/2.mp4", "films/3.mp4", "films/4.mp4", "more/5.mp4"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_bytes(film.read_bytes())
        os.utime(tmp_path / place, (1_600_000_000, 1_600_000_000))
    assert run("scan", tmp_path / "films") == 0
    assert run("scan", tmp_path / "more") == 0
    assert run("people", "add", tmp_path / "films" / "3.mp4", "--person", "Ann Lee") == 0

    assert run("plan", "--all", "--sort", "path") == 0
    rows = {row.split()[3]: row for row in run.out.splitlines()[1:]}
    assert set(rows) == {"films/old/1.mp4", "films/old/2.mp4", "films/3.mp4", "films/4.mp4", "more/5.mp4"}
    assert (
        "Other files contain the same media: 4.mp4, old/1.mp4 and 2 more. Each file is planned" in rows["films/3.mp4"]
    )
    assert "Other files contain the same media: films/3.mp4, films/4.mp4 and 2 more. Each" in rows["more/5.mp4"]
    assert str(tmp_path) not in run.out


@pytest.mark.usefixtures("held")
def test_commands_name_copies_and_only_this_leaves_them_alone(run: Command, tmp_path: Path) -> None:
    film = media.build("mp4", tmp_path, name="sea.mp4", seed=1)
    folder = tmp_path / "films"
    folder.mkdir()
    for name in ("1.mp4", "2.mp4"):
        (folder / name).write_bytes(film.read_bytes())
        os.utime(folder / name, (1_600_000_000, 1_600_000_000))
    first, second = folder / "1.mp4", folder / "2.mp4"
    assert run("scan", folder) == 0
    reached = f"It reached 1 copy, too: {second}."
    for command in (
        ("people", "add", first, "--person", "Ann Lee"),
        ("edit", "name:1.mp4", "--people", "Ann Lee"),
        ("edit", "name:1.mp4", "--add", "Bob Ray"),
        ("edit", "name:1.mp4", "--set", "title=Sea"),
        ("people", "remove", first, "--person", "Ann Lee"),
    ):
        assert run(*command) == 0, run.err
        assert reached in run.err, command
        assert run("undo") == 0 or command[0] == "people"
    for command in (
        ("edit", "name:1.mp4", "--people", "Cy Orr"),
        ("edit", "name:1.mp4", "--add", "Di Fox"),
        ("edit", "name:1.mp4", "--set", "title=Lake"),
        ("edit", "name:1.mp4", "--set", "title=Pond", "--dry-run"),
        ("postpone", "name:1.mp4"),
        ("mode", "name:1.mp4", "--mode", "exact"),
        ("people", "add", first, "--person", "Eve"),
        ("people", "remove", first, "--person", "Eve"),
    ):
        assert run(*command, "--only-this", "--json") == 0, run.err
        report = json.loads(run.out)
        assert (report["copies"], report.get("copy_files", [])) == (0, []), command
    assert run("decisions", "list", "--json") == 0
    assert {each["file_path"] for each in json.loads(run.out)["items"]} == {str(first)}
    assert run("people", "add", first, "--person", "Flo", "--only-this") == 0
    assert "1 name added in these files only. To undo this: indexium undo" in run.err


def test_csv_has_row_for_each_item(planned: Command) -> None:
    assert planned("plan", "--csv") == 0

    rows = list(csv.DictReader(io.StringIO(planned.out)))
    assert len(rows) == 4
    assert {"file_id", "file_path", "risk_level", "tags_to_add"} <= set(rows[0])


def test_file_name_cannot_add_markup_or_lines(planned: Command) -> None:
    assert planned("plan") == 0

    assert "\\n" in planned.out
    assert "<b>bold" in planned.out.replace("\n", "")


@pytest.mark.usefixtures("held_plan")
def test_people_can_be_exported_and_read_back(planned: Command, tmp_path: Path) -> None:
    planned("people", "export")
    saved = tmp_path / "people.csv"
    saved.write_text(planned.out)
    everyone = planned.json("people", "list")

    assert planned("people", "import", saved, "--replace") == 0
    assert planned.json("people", "list") == everyone


@each_case(
    ("words", "code", "says"),
    [
        (["scan", "nowhere"], 2, "nowhere"),
        (["scan", "a-file"], 2, "a-file"),
        (["plan", "risk:purple"], 2, "purple"),
        (["plan", "colour:red"], 2, "colour"),
        (["plan", "(risk:safe"], 2, ""),
        (["plan", "--mode", "bold"], 2, "bold"),
        (["plan", "--sort", "smell"], 2, "smell"),
        (["write", "--risk", "reckless", "--yes"], 2, "reckless"),
        (["write", "--plan", "99", "--yes"], 2, "99"),
        (["edit", "name:sea", "--people", 'A"B'], 2, 'A"B'),
        (["rollback", "99", "--yes"], 2, "99"),
        (["operations", "show", "99"], 2, "99"),
        (["operations", "show", "abc"], 2, "enter a whole number"),
        (["operations", "resume", "99"], 2, "99"),
        (["decisions", "revoke", "99"], 2, "99"),
        (["history", "--since", "tomorrow"], 2, "tomorrow"),
        (["people", "import", "missing.csv"], 2, "missing.csv"),
        (["people", "add", "unknown.mp4", "--person", "A|B"], 2, "A|B"),
        (["demo", "--dir", "a-file", "--no-serve"], 2, "a-file"),
        (["frobnicate"], 2, "frobnicate"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
@pytest.mark.usefixtures("held")
def test_invalid_input_is_reported_in_one_sentence(
    run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").write_text("x")

    assert run(*words) == code
    assert run.out == ""
    assert says in run.err
    assert "Traceback" not in run.err
    assert len(run.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("people.csv", "who,where\nAnn,sea.mp4\n"),
        ("people.json", '{"a": ['),
        ("people.json", '["a"]'),
        ("people.csv", ""),
    ],
)
def test_malformed_people_file_is_rejected_completely(run: Command, tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)

    assert run("people", "import", tmp_path / name) == 2
    assert name in run.err
    assert run.json("people", "list")["total"] == 0


def test_rejected_rows_are_listed_by_line_and_others_imported(run: Command, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text('path,person\na.mp4,Ann Lee\nb.mp4,"Bob | Ray"\n')

    assert run("people", "import", tmp_path / "people.csv") == 1
    assert "line 3" in run.err
    assert [row["name"] for row in run.json("people", "list")["items"]] == ["Ann Lee"]
    assert run("people", "list") == 0
    assert re.search(r"^#\d+  Ann Lee {6}\d  ", run.out, re.MULTILINE)  # numbers are on the right of their columns


def test_write_without_yes_and_without_terminal_is_refused(planned: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))

    assert planned("write") == 2
    assert "--yes" in planned.err
    assert planned.json("history")["total"] == 0


@pytest.mark.usefixtures("held_plan")
def test_outdated_plan_is_not_written(planned: Command, films: Path) -> None:
    plan_id = planned.json("plan")["plan_id"]
    planned("people", "add", films / "-i.mp4", "--person", "Cem Öz")

    assert planned("write", "--plan", str(plan_id), "--yes") == 2
    assert planned("write", "--plan", str(plan_id), "name:bold", "--yes") == 0


def test_ctrl_c_ends_write_after_files_in_progress(run: Command, home: Path, tmp_path: Path) -> None:
    films = tmp_path / "many"
    films.mkdir()
    media.series("mp4", films, 100)
    run("scan", films)
    run("people", "add", *sorted(films.iterdir()), "--person", "Ann Lee")
    words = [sys.executable, "-m", "indexium_core.cli", "--home", str(home), "write", "--yes"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not (home / "backups" / "1.journal").exists():
        assert process.poll() is None
        time.sleep(0.005)  # a loop without a pause takes the processor from the command
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "Traceback" not in said.decode()
    [operation] = run.json("history")["items"]
    assert operation["status"] == "cancelled"
    assert operation["success_count"] + operation["skipped_count"] == operation["file_count"] == 100
    assert run("history") == 0
    heads, row = run.out.splitlines()[:2]
    assert re.split("  +", heads.strip())[4:] == ["written", "skipped", "not started", "note"]
    assert row.split()[-3:] == [str(operation["success_count"]), "0", str(operation["skipped_count"])]
    assert run("operations", "show", "1") == 0
    rest = operation["skipped_count"]
    assert re.search(rf"files +100: (\d+ written, )?{rest} not started\s*$", run.out, re.MULTILINE)
    assert run.json("plan")["total"] == operation["skipped_count"]


def test_empty_write_succeeds(run: Command) -> None:
    assert run("write", "--yes") == 0
    assert "Nothing to write" in run.err


def test_home_in_use_is_reported_with_its_process(run: Command, home: Path) -> None:
    with Library.open(home, url="http://127.0.0.1:5006"):
        code = subprocess.run(
            [sys.executable, "-m", "indexium_core.cli", "plan", "--home", str(home)],
            env=os.environ | {"INDEXIUM_HOME_WAIT_SECONDS": "0"},
            capture_output=True,
            check=False,
        )

    assert code.returncode == 3
    assert str(os.getpid()) in code.stderr.decode()
    assert "http://127.0.0.1:5006" in code.stderr.decode()


def test_damaged_database_is_reported_and_not_changed(run: Command, home: Path) -> None:
    run("plan")
    path = home / "indexium.duckdb"
    path.write_bytes(b"garbage" * 1000)

    assert run("plan") == 1
    assert "indexium.duckdb" in run.err
    assert "Traceback" not in run.err
    assert path.read_bytes() == b"garbage" * 1000


def test_home_of_newer_version_is_not_changed(run: Command, home: Path) -> None:
    run("plan")
    with duckdb.connect(str(home / "indexium.duckdb")) as connection:
        connection.execute("INSERT INTO schema_migrations VALUES (999, 'future', '9.0', now())")

    assert run("plan") == 2
    assert "newer" in run.err


def test_port_in_use_is_reported_first(run: Command, home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert run("serve", "--port", str(port)) == 2

    assert str(port) in run.err
    assert not home.exists()


def test_service_stopped_during_start_ends_normally(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Library, "open", lambda *_, **__: signals.stop())
    assert run("serve", "--port", "0") == 0
    assert run.err == ""
    signals.reset()


def test_hints_repeat_program_name_of_call(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`start.py` sets this name; otherwise the hints would name a command that does not exist."""
    monkeypatch.setitem(output._called, "it", "indexium")  # the end of the test restores it
    code = cli.main(["--called", "python3 start.py", "--home", str(home), "operations", "show", "7"])
    out, err = capsys.readouterr()

    assert (code, out) == (2, "")
    assert err == f"indexium: There is no operation 7 in {home}; 'python3 start.py history' lists them.\n"


def test_option_home_may_be_anywhere(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["plan", "--json", f"--home={home}"]) == 0
    assert json.loads(capsys.readouterr().out)["total"] == 0
    assert home.is_dir()  # the command has not opened the default home


def test_version_is_shown_without_home(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("indexium ")


@pytest.mark.usefixtures("held_plan")
def test_facets_list_filters_of_search(planned: Command) -> None:
    found = planned.json("plan", "--facets")["facets"]
    levels = {value["value"]: value["files"] for value in found["risk"]["values"]}
    assert levels == {"safe": 2, "danger": 1, "blocked": 1}
    assert planned("plan", "risk:danger", "--facets") == 0
    assert 'person:"Ann Lee"' in planned.out


@pytest.mark.usefixtures("held")
def test_views_are_saved_listed_chosen_renamed_and_removed(run: Command) -> None:
    assert run("views", "save", "Danger", "risk:danger", "--sort", "-size", "--default") == 0
    assert run("views", "save", "danger", "risk:danger ann", "--sort", "-size") == 0  # the same name: overwritten
    view, favorites = run.json("views", "list")["items"]
    assert favorites["query"] == "favorite:yes"
    assert (view["name"], view["query"], view["sort"], view["descending"], view["is_default"]) == (
        "danger",
        "risk:danger ann",
        "size",
        True,
        True,
    )
    assert run("views", "default") == 0
    assert not run.json("views", "list")["items"][0]["is_default"]
    assert run("views", "rename", "DANGER", "Look") == 0
    assert run("views", "remove", str(view["view_id"])) == 0
    assert run.json("views", "list") == {"items": [favorites], "total": 1}
    assert run("views", "remove", "favorites") == 2
    assert run("views", "remove", "Look") == 2
    assert run("views", "save", "x", "risk:sofa") == 2
    assert "sofa" in run.err


# Import of an edited CSV, and retries.


@pytest.mark.usefixtures("held_plan")
def test_edited_csv_is_checked_applied_and_undone(planned: Command, tmp_path: Path) -> None:
    assert planned("plan", "--csv", "--sort", "name") == 0
    rows = list(csv.DictReader(io.StringIO(planned.out, newline="")))
    for row in rows:
        if row["file_name"] == "sea.mp4":
            row["result_people"], row["postponed"] = "Zoë Öz; =Ann", "yes"
    rows.append({**rows[0], "file_id": "4711"})
    file = tmp_path / "plan.csv"
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)

    found = planned.json("changes", "check", file)
    assert ([row["after"] for row in found["items"]], found["unchanged"]) == ([["Zoë Öz", "=Ann"]], 3)
    assert found["counts"]["postponed"] == 1
    assert [error["message"] for error in found["errors"]] == ["there is no file with the id 4711"]
    assert planned("changes", "check", file) == 1
    assert "1 file would be changed, 3 unchanged, 1 row rejected." in planned.err
    assert planned("changes", "apply", file) == 2  # there is no terminal
    assert planned("changes", "apply", file, "--yes") == 1
    assert "Imported changes of 1 file from a spreadsheet." in planned.err
    [item] = planned.json("plan", "postponed:yes")["items"]
    assert item["result_people"] == ["Zoë Öz", "=Ann"]
    assert planned("undo") == 0
    assert planned.json("plan", "postponed:yes")["items"] == []
    assert planned("changes", "check", tmp_path / "nowhere.csv") == 2


@pytest.fixture
def written(planned: Command, home: Path) -> tuple[MetadataOperation, ItemDetails]:
    """An operation, and the result of one of its files."""
    planned.json("write", "--yes")
    with Library.open(home) as library:
        details = library.operation(1)
    return details.operation, details.items[0]


@each_case(
    ("status", "counts", "code", "way"),
    [
        ("failed", {"success_count": 1}, "", "resume"),
        ("failed", {"success_count": 1, "failure_count": 1}, "io_error", "retry"),
        ("failed", {"success_count": 1, "failure_count": 1}, "ffmpeg_refused", ""),
        ("cancelled", {"success_count": 1, "skipped_count": 1, "cancelled_count": 1}, "", "retry"),
        ("completed", {"success_count": 1, "skipped_count": 1}, "", ""),
    ],
)
def test_incomplete_operation_names_resume_command(
    written: tuple[MetadataOperation, ItemDetails],
    capsys: pytest.CaptureFixture[str],
    status: str,
    counts: dict[str, int],
    code: str,
    way: str,
) -> None:
    done, item = written
    bad = [replace(item, status="failed", code=code)] if code else []
    none = dict.fromkeys(("success_count", "failure_count", "skipped_count"), 0)
    follow._print_next_commands(replace(done, status=status, file_count=2, **none | counts), bad)
    ways = re.findall("'indexium operations (resume|retry) 1'", capsys.readouterr().err)
    assert ways == ([way] if way else [])


def test_remaining_files_of_write_are_retried(planned: Command, films: Path) -> None:
    with Library.open(planned.home) as library:
        plan = library.plan("name:-i.mp4")
        changed = films / "-i.mp4"
        changed.write_bytes(changed.read_bytes().replace(b"Bob Ray", b"Bob Roy"))
        os.utime(changed, (1_600_000_060, 1_600_000_060))
        assert library.write(plan).wait().counts == {"conflict": 1}

    assert planned("operations", "retry", "1") == 2  # there is no terminal
    assert "1 file would be written" in planned.err
    done = planned.json("operations", "retry", "1", "--yes", "--note", "again")
    assert (done["status"], done["user_note"], done["items"][0]["new_comment"]) == (
        "completed",
        "again",
        "People: Ann Lee, Bob Roy",
    )
    assert planned("operations", "retry", "2", "--yes") == 0
    assert "has no file that could be retried" in planned.err
