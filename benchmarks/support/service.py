"""
The service that `dashboard.py` measures, in a process of its own: `python -m benchmarks.support.service HOME FILMS`.

It prints its address. The line `write` on stdin starts to write the films below FILMS and to roll the writes back,
again and again until the line `stop`. The service answers each line with one line, and ends at the end of stdin.
"""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path

from dashboards.web import server
from indexium_core.library import Library
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.planning.plan import WRITABLE


class Writer:
    """A thread that writes files and rolls the writes back until `stop`."""

    def __init__(self, library: Library, films: Path) -> None:
        self._library, self._films = library, films
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.written = 0

    def start(self) -> None:
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """Wait for the present operation; return how many files were written or rolled back since the start."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        return self.written

    def _run(self) -> None:
        library, self.written = self._library, 0
        while not self._stop.is_set():
            plan = library.plan(f'root:"{self._films}"')
            handle = library.write(plan, WriteOptions(risk=WRITABLE))
            self._count(handle.wait().counts)
            self._count(library.rollback(handle.id, replan=True).wait().counts)

    def _count(self, counts: dict[str, int]) -> None:
        if set(counts) != {"success"}:
            print(f"not every file was written: {counts}", file=sys.stderr)
        self.written += counts.get("success", 0)


def main() -> None:
    """Serve until stdin ends."""
    home, films = Path(sys.argv[1]), Path(sys.argv[2])
    server.tune_interpreter()
    for handler in logging.getLogger().handlers:  # of Panel
        handler.setLevel(logging.ERROR)
    # Without a handler, the first message of Bokeh would install one for all loggers.
    logging.getLogger().addHandler(logging.NullHandler())
    port = server.free_port("127.0.0.1", 0)
    with (
        Library.open(home, url=server.address("127.0.0.1", port)) as library,
        server.make_server(library, port=port).background() as running,
    ):
        writer = Writer(library, films)
        print(running.url, flush=True)
        for line in sys.stdin:
            match line.strip():
                case "write":
                    writer.start()
                    print("writing", flush=True)
                case "stop":
                    print(writer.stop(), flush=True)
        writer.stop()


if __name__ == "__main__":
    main()
