"""Commands through a running service, in real processes."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from indexium_core import cli, errors
from indexium_core.api import remote, service
from indexium_core.library import Library
from tests.support import commands, media
from tests.support.rest import PATIENCE, Client
from tests.support.waiting import until

ROOT = Path(__file__).resolve().parents[2]


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


class Service:
    """`indexium serve` on a home."""

    def __init__(self, home: Path, process: commands.Command) -> None:
        self.home, self.process = home, process
        self._told = ""

    @property
    def rest(self) -> Client:
        found = service.read(self.home)
        assert found is not None
        return Client(found.url, Authorization=f"Bearer {found.token}")

    def end(self, number: int = signal.SIGTERM) -> float:
        """Send a signal and return how many seconds the end took."""
        begun = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(PATIENCE)
        return time.monotonic() - begun


@contextlib.contextmanager
def serving(home: Path, *more: str) -> Iterator[Service]:
    process = commands.Command(["--home", str(home), "serve", "--port", "0", *more])
    try:
        while remote.connect(home) is None:
            assert process.poll() is None, process.text("stderr")
            time.sleep(0.05)
        yield Service(home, process)
    finally:
        process.kill()
        process.wait(PATIENCE)


class Ran:
    """A command that has ended."""

    def __init__(self, home: Path, *words: str) -> None:
        process = commands.Command(["--home", str(home), *words])
        self.code = process.wait(120)
        self.out, self.err = process.text("stdout"), process.text("stderr")

    @property
    def json(self) -> Any:
        return json.loads(self.out)


FILMS = {"sea.mp4": "Shot at sea", "new\nline.mkv": None, "lake.mp4": None}


@pytest.fixture
def films(tmp_path: Path) -> Path:
    return media.films(tmp_path / "films", FILMS)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service for all tests that change nothing in it: its start takes seconds. Its home has the people of films."""
    folder = tmp_path_factory.mktemp("shared")
    known(folder / "home", media.films(folder / "films", FILMS))
    with serving(folder / "home") as running:
        yield running


def known(home: Path, films: Path) -> None:
    """A home with the people of the films."""
    with Library.open(home) as library:
        library.scan([films])
        library.people.add(sorted(films.iterdir()), ["Ann Lee"])


def test_commands_print_same_with_and_without_service(
    home: Path, films: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Start with an empty home: two homes, one of them with a service; compare every response and exit code."""
    alone, served = home, tmp_path / "served"
    one, two = tmp_path / "one" / "films", tmp_path / "two" / "films"  # of one length: journals hold the path
    for folder in (one, two):
        shutil.copytree(films, folder)
    people = "path,person\nsea.mp4,Ann Lee\nlake.mp4,Bob Ray\nnot-there.mp4,Ann Lee\n"
    for folder in (one, two):
        (folder / "people.csv").write_text(people)
    calls: list[tuple[str, ...]] = [
        ("libraries", "add", ".", "--name", "films"),
        ("scan", "."),
        ("libraries", "list", "--json"),
        ("people", "import", "people.csv"),
        ("people", "add", "new\nline.mkv", "--person", "Ann Lee"),
        ("people", "list", "--json"),
        ("plan", "--json"),
        ("plan", "--stats", "--json"),
        ("plan", "--facets"),
        ("plan", "--csv"),
        ("plan", "foo("),
        ("show", "sea.mp4"),
        ("show", "nothing.mp4"),
        ("files", "people", "--json"),
        ("checks", "--json"),
        ("suggest", "sea.mp4", "--json"),
        ("edit", "lake", "--add", "Zoë Öz"),
        ("undo", "--list"),
        ("undo",),
        ("postpone", "sea"),
        ("decisions", "list", "--json"),
        ("views", "save", "Mine", "risk:danger"),
        ("views", "list", "--json"),
        (
            "sql",
            "SELECT file_name, comment_people, 0.50 AS half, size > 1 AS big FROM files ORDER BY ALL",
        ),
        ("sql", "SELECT file_name, 1.5::DECIMAL(3, 1) AS n, TIME '07:30' AS t FROM files ORDER BY ALL"),
        ("sql", "SELECT nme FROM files"),
        ("sql", "SELECT file_name FROM files ORDER BY ALL", "--out", "files.csv"),
        ("settings", "set", "backup_budget", "20GB"),
        ("providers", "search", "Metropolis"),
        ("write", "--dry-run", "--json"),
        ("write",),
        ("write", "--yes", "--json"),
        ("operations", "show", "1", "--json"),
        ("operations", "people", "1", "--json"),
        ("backups", "list", "--json"),
        ("backups", "verify"),
        ("rollback", "1", "lake", "--dry-run"),
        ("rollback", "1", "--yes"),
        ("rollback", "1", "--yes"),
        ("history", "--json"),
        ("operations", "pause", "1"),
        ("operations", "resume", "77"),
        ("libraries", "remove", "7", "--yes"),
        ("fields", "add", "tape_number", "--type", "integer"),
        ("fields", "add", "camera"),
        ("fields", "set", "tape_number", "--title", "Tape"),
        ("fields", "list", "--json"),
        ("fields", "list"),
        ("edit", "lake", "--set", "tape_number=7"),
        ("plan", "tape_number:>6", "--json"),
        ("show", "lake.mp4"),
        ("fields", "set", "tape_number", "--highest", "5"),
        ("fields", "remove", "tape_number"),
        ("undo",),
        ("fields", "remove", "tape_number"),
        ("plan", "tape_number:>6"),
        ("publish", "options", "1", "--publish", "nfo"),
        ("publish", "--dry-run", "--json"),
        ("publish",),
        ("operations", "retry", "1"),
    ]

    def say(where: Path, folder: Path, words: tuple[str, ...]) -> tuple[int, str, str]:
        """Run a command in this process, which is faster; the service is a separate process."""
        monkeypatch.chdir(folder)
        code = cli.main(["--home", str(where), *words])
        out, err = capsys.readouterr()
        return code, same(out, folder), same(err, folder).replace(str(where), "HOME")

    with serving(served) as running:
        for words in calls:
            assert say(alone, one, words) == say(served, two, words), words
        assert running.end() < 10
        assert not (served / "service.json").exists()
    assert {path.name: path.read_bytes() for path in one.iterdir()} == {
        path.name: path.read_bytes() for path in two.iterdir()
    }


def same(text: str, folder: Path) -> str:
    """The output of a command, without values that differ between two runs."""
    text = text.replace(str(folder), "FOLDER")
    text = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|\+00:00)?", "MOMENT", text)
    text = re.sub(
        r'"(seconds|mtime_ns|est_seconds|plan_id|bytes|free_bytes|device|proof|rate)": [^,\n]*', r'"\1"', text
    )
    text = re.sub(r"\d+(\.\d+)? (ms|s|min)\b", "TIME", text)
    text = re.sub(r'("job": \{\s*"id": )\d+', r"\1", text)  # a service also has a job for thumbnails
    return re.sub(r'"log": \[.*', "", re.sub(r"\s+", " ", text))  # lines of two threads have no order


def test_home_without_service_is_opened_despite_stale_file(home: Path, films: Path) -> None:
    known(home, films)
    with serving(home) as running:
        running.end(signal.SIGKILL)
    assert (home / "service.json").exists()
    assert remote.connect(home) is None
    assert Ran(home, "plan", "--json").json["total"] == 3


IMPORTED = "import sys; from indexium_core.cli import main; main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"


def imported_by(home: Path, *words: str) -> set[str]:
    """Return the packages that a command imported until its end."""
    command = [sys.executable, "-c", IMPORTED, "--home", str(home), *words]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=120, check=True)
    return {name.partition(".")[0] for name in done.stderr.splitlines()[-1].split()}


def test_command_through_service_imports_no_database_or_media_library(home: Path, shared: Service) -> None:
    heavy = {"duckdb", "numpy", "pandas", "av", "ffmpeg", "fastapi", "panel", "bokeh"}
    assert "duckdb" in imported_by(home, "plan")
    for words in (
        ["plan"],
        ["plan", "--json"],
        ["show", "sea.mp4"],
        ["operations", "list"],
        ["jobs", "list"],
    ):
        assert imported_by(shared.home, *words) & heavy == set(), words


@pytest.mark.further
def test_service_file_is_private_and_removed_at_end(home: Path, films: Path) -> None:
    known(home, films)
    with serving(home) as running:
        path = home / "service.json"
        assert path.stat().st_mode & 0o777 == 0o600
        assert json.loads(path.read_text())["pid"] == running.process.pid
        running.end()
        assert not path.exists()


def test_service_on_ipv6_is_found_and_guarded(home: Path, films: Path) -> None:
    known(home, films)
    if not has_ipv6():
        pytest.skip("this machine has no IPv6 loopback; this test serves on it")
    with serving(home, "--host", "::1") as running:
        url = running.rest.url
        assert re.fullmatch(r"http://\[::1\]:\d+", url)
        assert Ran(home, "plan", "--json").json["total"] == 3
        assert f"in use by process {running.process.pid} (http://[::1]:" in Ran(home, "recover").err
        page, port = Client(url), url.rpartition(":")[2]
        assert page.post("/api/metadata/plan", {}, Origin=url).status == 200
        for origin in (f"http://localhost:{port}", "http://[::1]:9", "http://[::1]"):
            assert page.post("/api/metadata/plan", {}, Origin=origin).code == "forbidden"
        assert page.get("/api/jobs", Host="[::2]").code == "unknown_host"
        policy = page.get("/plan").headers["content-security-policy"]
        assert "connect-src 'self' blob: ;" in policy  # on this machine, no IPv6 address can be used


def has_ipv6() -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


def test_command_waits_for_starting_service(home: Path, films: Path) -> None:
    known(home, films)
    process = started(home, "serve", "--port", "0")
    try:
        while not (home / "lock").exists() or b"http" not in (home / "lock").read_bytes():
            assert process.poll() is None, process.text("stderr")
            time.sleep(0.01)
        found = Ran(home, "plan", "--json")  # it holds the home, and does not respond yet
        assert (found.code, found.json["total"]) == (0, 3)
    finally:
        process.kill()
        process.wait(PATIENCE)


def test_exclusive_commands_name_holder_of_home(shared: Service) -> None:
    found = Ran(shared.home, "recover")
    assert found.code == 3
    assert f"in use by process {shared.process.pid} (http://127.0.0.1:" in found.err
    second = Ran(shared.home, "serve", "--port", "0")
    assert second.code == 3
    assert f"Open {shared.rest.url} in a browser, or stop that process first; another port" in second.err
    assert "--home" not in second.err


def started(home: Path, *words: str) -> commands.Command:
    return commands.Command(["--home", str(home), *words])


def wait_for_note(command: commands.Command, note: str) -> None:
    """Wait until a command has printed a note on stderr."""
    until(lambda: note in command.text("stderr") or command.poll() is not None)
    assert note in command.text("stderr")


@contextlib.contextmanager
def stopped(running: Service) -> Iterator[None]:
    """Stop the process of a service: it holds the home, and its port accepts connections."""
    running.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        running.process.send_signal(signal.SIGCONT)


def test_command_waits_for_busy_service(shared: Service) -> None:
    home, pid = shared.home, shared.process.pid
    with stopped(shared):
        waiting = [
            started(home, *words) for words in (["plan", "--json"], ["jobs", "list"], ["rollback", "1", "--yes"])
        ]
        for command in waiting:
            wait_for_note(command, f"The service of the home {home} (process {pid}) does not answer")
    assert [command.wait(120) for command in waiting] == [0, 0, 2]
    assert json.loads(waiting[0].text("stdout"))["total"] == 3
    assert "There is no operation 1" in waiting[2].text("stderr")
    assert not any("stop that process" in command.text("stderr") for command in waiting)


def test_service_that_never_answers_is_busy_and_not_to_be_stopped(
    shared: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INDEXIUM_HOME_WAIT_SECONDS", "3")
    with stopped(shared):
        found = Ran(shared.home, "plan")
    assert found.code == 3
    assert f"(process {shared.process.pid}, http://" in found.err
    assert "has not answered for 3 s. It is busy or suspended" in found.err
    assert "stop that process" not in found.err


@pytest.mark.parametrize("words", [["plan"], ["recover"], ["serve", "--port", "0"], ["db", "restore", "--yes"]])
def test_command_waits_for_another_command_in_home(home: Path, words: list[str]) -> None:
    with Library.open(home) as library:
        library.database_backups.make()
        waiting = started(home, *words)
        wait_for_note(waiting, f"Another process ({os.getpid()}) has the home {home} open.")
    if words[0] == "serve":
        until(lambda: remote.connect(home) is not None)
        waiting.send_signal(signal.SIGTERM)
    assert waiting.wait(120) == 0, waiting.text("stderr")


def test_interrupt_ends_wait_for_home(home: Path) -> None:
    with Library.open(home):
        waiting = started(home, "plan")
        wait_for_note(waiting, "Ctrl-C ends the wait")
        waiting.send_signal(signal.SIGINT)
        assert waiting.wait(120) == 130


def test_command_without_wait_names_holder_of_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INDEXIUM_HOME_WAIT_SECONDS", "0")
    with Library.open(home):
        found = Ran(home, "plan")
    assert found.code == 3
    assert f"in use by process {os.getpid()}" in found.err


def test_command_does_not_wait_for_its_own_process(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Library.open(home):
        assert cli.main(["--home", str(home), "plan"]) == 3
    assert "in use by this process" in capsys.readouterr().err


def test_service_of_another_version_is_rejected_with_remedy(shared: Service) -> None:
    path = shared.home / "service.json"
    written = path.read_text()
    try:
        path.write_text(json.dumps(json.loads(written) | {"version": "0.0.1"}))
        found = Ran(shared.home, "plan")
    finally:
        path.write_text(written)
    assert found.code == 2
    assert "Stop the service" in found.err


def test_wrong_token_is_rejected(shared: Service) -> None:
    client, rest = Client(shared.rest.url), shared.rest
    for headers in ({}, {"Authorization": "Bearer x"}):
        answer = client.post("/api/library/inventory.list", {"args": [], "kwargs": {}}, **headers)
        assert (answer.status, answer.code) == (401, "unauthorized")
    for name in ("close", "_start", "__init__", "recover", "people._edit_out", "settings.home", "plan.__init__"):
        assert rest.post(f"/api/library/{name}", {"args": [], "kwargs": {}}).code == "unknown_address"
    for words in ({}, {"args": [1, 2, 3], "kwargs": {}}, {"args": [], "kwargs": {"odd": 1}}, [], 3):
        assert rest.post("/api/library/inventory.list", words).code == "invalid_request"
    bad = {"args": [{"$": "Popen", "v": {}}], "kwargs": {}}
    assert rest.post("/api/library/scans.run", bad).code == "invalid_request"


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """Enough films for a write that has begun when the next request comes."""
    return similar(tmp_path / "few", 40)


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Enough films for a write that lasts long enough for the test."""
    return similar(tmp_path / "many", 200)


@pytest.fixture
def more(tmp_path: Path) -> Path:
    """The same for a scan: so many that processes read them."""
    return similar(tmp_path / "more", 600)


def similar(folder: Path, count: int) -> Path:
    folder.mkdir()
    first = media.build("mp4", folder, name="0.mp4", seed=1)
    data = first.read_bytes()
    for number in range(1, count):
        (folder / f"{number}.mp4").write_bytes(data + number.to_bytes(4, "big").join([b"\0\0\0\x0cfree", b""]))
    for path in folder.iterdir():
        os.utime(path, (1_600_000_000, 1_600_000_000))
    return folder


def interrupted(home: Path, *words: str, when: Callable[[], object]) -> str:
    """Start a command, press Ctrl-C when `when` matches, and return the output after it."""
    process = commands.Command(["--home", str(home), *words])
    while not when():
        assert process.poll() is None, process.text("stderr")
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 130
    return process.text("stderr")


def test_ctrl_c_keeps_write_in_service_and_names_commands(home: Path, many: Path) -> None:
    known(home, many)
    with serving(home) as running:

        def at_work() -> bool:  # by now the command knows that the write started
            found = running.rest.get("/api/metadata/operations").json["items"]
            return any(operation["success_count"] for operation in found)

        said = interrupted(home, "write", "--yes", when=at_work)
        assert "Operation 1 continues in the service" in said
        assert "'indexium operations show 1'" in said
        while not (found := running.rest.get("/api/metadata/operations/1?wait=20").json)["completed_at"]:
            pass
    assert (found["status"], found["success_count"]) == ("completed", found["file_count"])


@pytest.mark.further
def test_command_pauses_and_resumes_write_of_service(home: Path, many: Path) -> None:
    known(home, many)
    with serving(home) as running:
        assert running.rest.post("/api/metadata/write", {"all": True}).status == 202
        assert Ran(home, "operations", "pause", "1").code == 0
        assert running.rest.get("/api/metadata/operations/1").json["status"] == "paused"
        again = Ran(home, "operations", "resume", "1", "--json")
        assert (again.code, again.json["status"]) == (0, "completed")


def test_ctrl_c_stops_scan_in_service(home: Path, more: Path) -> None:
    with serving(home) as running:
        library = remote.connect(home)
        assert library is not None
        interrupted(home, "scan", str(more), "--full", when=lambda: library.scans.progress() is not None)
        while library.scans.progress() is not None:
            time.sleep(0.02)
        assert library.scans.last().cancelled
        assert running.process.poll() is None


def test_killed_service_is_reported_in_one_sentence(home: Path, many: Path) -> None:
    known(home, many)
    with serving(home) as running:
        command = started(home, "write", "--yes")
        while not running.rest.get("/api/metadata/operations").json["total"]:
            assert command.poll() is None, command.text("stderr")
            time.sleep(0.05)
        for call, shown in (("pause", "is paused"), ("resume", "Operation 1 resumes.")):
            assert running.rest.post(f"/api/metadata/operations/1/{call}").status == 200
            wait_for_note(command, shown)  # now the command follows the operation
        running.end(signal.SIGKILL)
        assert command.wait(PATIENCE) == 1
        said = command.text("stderr")
    assert "The service ended during operation 1" in said
    assert "'indexium operations resume 1' resumes it" in said
    assert "Traceback" not in said


def test_repeated_write_request_after_crash_starts_once(home: Path, few: Path) -> None:
    known(home, few)
    asked = {"Idempotency_Key": "tonight"}
    with serving(home) as running:
        first = running.rest.post("/api/metadata/write", {"all": True}, **asked)
        running.end(signal.SIGKILL)
    with serving(home) as running:
        again = running.rest.post("/api/metadata/write", {"all": True}, **asked)
        assert (first.status, again.status, again.json) == (202, 202, first.json)
        assert running.rest.get("/api/metadata/operations").json["total"] == 1


def test_ids_name_files_through_the_service(home: Path, few: Path) -> None:
    known(home, few)
    with serving(home):
        library = remote.connect(home)
        assert library is not None
        plan = library.plan()
        first, second = (item.file_id for item in plan.page(per_page=2).items)
        assert plan.select([second, first]).included == {first, second}
        assert library.plans.outside(plan, [first]) == 0
        assert library.decisions.change_people(f"id:{first},{second}", add=["Nora"]).found == 40  # with the copies
        for call in (lambda: plan.select([first, 99999]), lambda: library.edit(f"id:{first},99999", ["Nora"])):
            with pytest.raises(errors.UnknownIdError, match="99999"):
                call()
        with pytest.raises(errors.UsageError, match=r"Write \[1\]"):
            plan.select(1)  # type: ignore[arg-type]


def test_progress_of_long_call_arrives_during_call(home: Path, few: Path) -> None:
    with serving(home):
        library = remote.connect(home)
        assert library is not None
        told: list[Any] = []
        report = library.scan([few], progress=told.append)
    assert report.new == 40
    assert told
    assert all(one.done <= (one.total or 40) for one in told)


def test_service_ends_within_seconds_despite_followers(home: Path, few: Path) -> None:
    known(home, few)
    with serving(home) as running:
        rest = running.rest
        follow = subprocess.Popen(
            [sys.executable, "-c", FOLLOW, rest.url], env=environment(), stdout=subprocess.PIPE, text=True
        )
        assert follow.stdout is not None
        assert select.select([follow.stdout], [], [], PATIENCE)[0]
        rest.post("/api/metadata/write", {"all": True})
        assert running.end() < 10
        follow.communicate(timeout=PATIENCE)
    assert follow.returncode == 0


FOLLOW = """
import sys
from tests.support.rest import events
with events(sys.argv[1]) as told:
    print(next(told), flush=True)
    for _ in told:
        pass
"""
