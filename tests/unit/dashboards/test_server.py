"""Start, failed start, and stop of the server."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from tornado.websocket import WebSocketClosedError

from dashboards import app, shared
from dashboards.session import Session
from dashboards.web import server
from dashboards.web.server import DashboardServer
from indexium_core import errors
from tests.support.fake_library import FakeLibrary
from tests.support.waiting import PATIENCE, until

SERVE = """
import sys
from pathlib import Path
from dashboards.web import server
from tests.support.fake_library import FakeLibrary
timers = ("keep_alive", "stats_log_frequency", "check_unused_sessions")
rare = {f"{name}_milliseconds": 600_000 for name in timers}
make = server.get_server
server.get_server = lambda *given, **named: make(*given, **(named | rare))
library = FakeLibrary(5)
library.home = Path(sys.argv[2])
server.serve(library, port=int(sys.argv[1]))
print("begun nothing:", library.stopped)
print("left behind:", [path.name for path in library.home.iterdir()])
print("stopped clean")
"""


def test_health_has_instance_id(served: DashboardServer) -> None:
    with urllib.request.urlopen(f"{served.url}/healthz") as answer:
        said = json.load(answer)
    assert said["status"] == "ok"
    assert said["instance_id"] == "fake"


def test_page_loads_no_script_that_it_does_not_use(served: DashboardServer) -> None:
    with urllib.request.urlopen(f"{served.url}/plan") as answer:
        text = answer.read().decode()
    scripts = re.findall(r'<script[^>]* src="[^"]*/([^"/?]+)', text)
    assert "bokeh.min.js" in scripts
    assert not [name for name in scripts if "shims" in name or name.startswith("bokeh-gl")]


def test_port_in_use_is_one_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(errors.UsageError, match=rf"Port {port} is in use .* --port {port + 1}\."):
            server.make_server(FakeLibrary(1), port=port)  # type: ignore[arg-type]


def test_port_in_use_by_indexium_is_named(served: DashboardServer) -> None:
    port = served.port
    with pytest.raises(errors.UsageError, match=rf"Port {port} is in use by Indexium \({served.url}\)\. Stop it"):
        server.free_port("127.0.0.1", port)


@pytest.mark.parametrize("is_alive", [True, False])
def test_busy_service_of_the_home_is_named(tmp_path: Path, *, is_alive: bool) -> None:
    child = subprocess.Popen(["sleep", "60" if is_alive else "0"])
    with socket.socket() as silent:  # accepts requests and answers none, as a busy service does
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        if not is_alive:
            child.wait()
        known = {"url": server.address("127.0.0.1", port), "token": "t", "instance_id": "1", "version": "1"}
        record = known | {"pid": child.pid}
        (tmp_path / "service.json").write_text(json.dumps(record))
        program = "Indexium" if is_alive else "another program"
        with pytest.raises(errors.UsageError, match=rf"Port {port} is in use by {program}"):
            server.free_port("127.0.0.1", port, home=tmp_path)
    child.kill()
    child.wait()


def test_address_of_another_machine_is_refused() -> None:
    with pytest.raises(errors.UsageError, match=r"--host 127\.0\.0\.1"):
        server.free_port("192.0.2.1", 0)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2"])
def test_remote_access_needs_option(host: str) -> None:
    with pytest.raises(errors.UsageError, match="--allow-remote"):
        server.make_server(FakeLibrary(1), host=host)  # type: ignore[arg-type]


def test_remote_access_prints_no_warning_of_another_library(caplog: pytest.LogCaptureFixture) -> None:
    made = server.make_server(FakeLibrary(1), host="0.0.0.0", allow_remote=True)  # type: ignore[arg-type]
    with made.background():
        assert made._started.is_set()
    found = [each for each in caplog.records if each.name.startswith(("bokeh", "panel", "tornado"))]
    assert {each.msg for each in found} <= {"Session %s destroyed"}  # no warning: a server of another test has ended


def test_unspecified_address_is_opened_as_localhost() -> None:
    made = server.make_server(FakeLibrary(1), host="0.0.0.0", allow_remote=True)  # type: ignore[arg-type]
    assert made.url == f"http://127.0.0.1:{made.port}"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:5006"),
        ("localhost", "http://localhost:5006"),
        ("::1", "http://[::1]:5006"),
        ("0:0:0:0:0:0:0:1", "http://[::1]:5006"),
        ("::", "http://[::1]:5006"),
        ("0.0.0.0", "http://127.0.0.1:5006"),
    ],
)
def test_printed_address_can_be_opened(host: str, url: str) -> None:
    assert server.address(host, 5006) == url


def test_start_reads_no_summary_of_the_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text of a library takes statements, and Bokeh formats the arguments of all routes."""
    texts = []

    def summary(library: FakeLibrary) -> str:
        texts.append(library.home)
        return "12 files"

    monkeypatch.setattr(FakeLibrary, "__repr__", summary, raising=False)
    made = server.make_server(FakeLibrary(1), port=0)  # type: ignore[arg-type]
    made.stop()
    made.run()
    assert not texts


def test_signal_during_start_ends_service() -> None:
    made = server.make_server(FakeLibrary(1))  # type: ignore[arg-type]
    made.stop()
    running = threading.Thread(target=made.run, daemon=True)
    running.start()
    running.join(20)
    assert not running.is_alive()


def test_call_for_closed_page_is_dropped_without_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A running write queues calls for each page; the session of a page may end before its queued calls run."""
    sessions: list[Session] = []

    class Recorded(Session):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            sessions.append(self)

    monkeypatch.setattr(app, "Session", Recorded)
    library = FakeLibrary(1)
    short = server.DashboardServer(library, host="127.0.0.1", port=server.free_port("127.0.0.1", 0), linger=100)  # type: ignore[arg-type]
    ran: list[str] = []
    with short.background():
        urllib.request.urlopen(f"{short.url}/history").close()
        session = sessions[-1]
        context = session._document.session_context
        until(lambda: context.destroyed)
        session._schedule(lambda: ran.append("a call of the closed page"))
        session._loop.add_callback(ran.append, "the next callback of the loop")
        until(lambda: ran)
    library.close()
    assert ran == ["the next callback of the loop"]
    assert [record.getMessage() for record in caplog.records if record.name == "tornado.application"] == []


def answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.further)])
def test_signal_stops_service_cleanly(number: signal.Signals, tmp_path: Path) -> None:
    """An idle service sleeps until its next timer, here for ten minutes: the signal must wake it."""
    port = server.free_port("127.0.0.1", 0)
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", SERVE, str(port), str(tmp_path)]
    with subprocess.Popen(
        command, cwd=root, env=os.environ | {"PYTHONPATH": str(root)}, stdout=subprocess.PIPE, text=True
    ) as process:
        until(lambda: answers(port))
        time.sleep(1)  # it is idle after that
        process.send_signal(number)
        try:
            said, _ = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert "stopped clean" in said
    assert "begun nothing: True" in said
    assert "left behind: []" in said
    assert process.returncode == 0


def test_console_shows_only_warnings_of_libraries(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    server._log_libraries_to_console()

    logging.debug("Dropping a patch")  # noqa: LOG015 - Bokeh does so
    logging.getLogger("indexium_core").warning("operation.failed")
    logging.getLogger("tornado.application").error("Uncaught exception")
    logging.getLogger("tornado.application").error("closed", exc_info=WebSocketClosedError())
    assert capsys.readouterr().err == "Uncaught exception\n"


def test_start_messages_are_shown_once() -> None:
    library = FakeLibrary(1)
    library.notices = ["2 files were put back.", f"Write 1 was interrupted. {shared.COMMAND}1' goes on with it."]
    pages = shared.Shared(library)  # type: ignore[arg-type]
    assert (pages.new_notices(), pages.new_notices()) == (["2 files were put back."], [])
    library.notices.append("The clock was put back.")
    assert pages.new_notices() == ["The clock was put back."]
    library.notices += ["One.", "Two.", "Three.", "Four."]
    assert (pages.new_notices(), pages.new_notices()) == (
        ["One.", "Two.", "Three."],
        [],
    )  # and the next session receives none
    pages.close()
    library.close()
