"""
Decisions from outside: a program or a command accepts a match beside a running service; see `benchmarks.enrichment`.

The service runs in a process of its own, `indexium serve`. What it does after its start, such as a snapshot, has ten
seconds to end. The decisions follow one another without pauses, so the enrichment of the first ones runs beside the
others.
"""

from __future__ import annotations

import contextlib
import json
import statistics
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import startup
from benchmarks.support import report
from benchmarks.support.timing import p95, seconds
from indexium_core.api import service
from indexium_core.api.service import Service

_TURNS = 20
_GOAL, _GOAL_OF_COMMAND = 60.0, 400.0  # milliseconds
_START_SECONDS = 60.0
_QUIET_SECONDS = 10.0


def decision_rows(home: Path, where: str) -> Iterator[report.Row]:
    """Yield the rows of a home with open questions that no process has open."""
    environment = startup.environment(home) | {"INDEXIUM_API_WRITES_PER_MINUTE": "1000"}
    with _served(home, environment) as running:
        found = _call(running, "/api/titles/matches?per_page=200")
        ids = [each["item"]["id"] for each in found["items"]]
        turns = min(_TURNS, len(ids) // 2)
        calls = [partial(_accept, running, title_id) for title_id in ids[:turns]]
        times = [1000 * seconds(call) for call in calls]
        yield report.Row(f"{where}: accept by REST", statistics.median(times), "ms", "goal of p95", _GOAL, p95(times))
        commands = [
            (*startup.INDEXIUM, "titles", "match", str(title_id), "--accept", "1") for title_id in ids[turns:][:turns]
        ]
        runs = [partial(subprocess.run, each, env=environment, check=True, capture_output=True) for each in commands]
        times = [1000 * seconds(run) for run in runs]
        work = f"{where}: accept by a command"
        yield report.Row(work, statistics.median(times), "ms", "goal", _GOAL_OF_COMMAND)


@contextlib.contextmanager
def _served(home: Path, environment: dict[str, str]) -> Iterator[Service]:
    """Run the service within this block."""
    process = subprocess.Popen(
        [*startup.INDEXIUM, "serve", "--port", "0"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + _START_SECONDS
        while (found := service.read(home)) is None or not service.running_instance(found.url, timeout=1.0):
            if time.monotonic() > end or process.poll() is not None:
                raise RuntimeError("The service has not started.")
            time.sleep(0.1)
        time.sleep(_QUIET_SECONDS)
        yield found
    finally:
        process.terminate()
        process.wait()


def _accept(running: Service, title_id: int) -> None:
    _call(running, f"/api/titles/matches/{title_id}/accept", {"position": 1})


def _call(running: Service, path: str, body: dict[str, int] | None = None) -> Any:
    headers = {"Authorization": f"Bearer {running.token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(running.url + path, data, headers)) as answer:
        return json.load(answer)
