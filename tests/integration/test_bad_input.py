"""
Damaged, misleading and mislabelled files in one library that is scanned, planned and written.

Each ends as `hostile.CASES` states: written like any other film, and restorable; or rejected with a code and unchanged.
No file needs much time or memory, and no content of a file makes the program open another file.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexium_core.files import fingerprint
from indexium_core.files.containers import registry
from indexium_core.files.reader import BytesReader
from indexium_core.library import Library
from indexium_core.model.operations.operation import ItemDetails
from indexium_core.model.planning.plan import PlanItem
from tests.support import hostile, readers, tables
from tests.support.cases import each_case
from tests.support.oracles import oracle
from tests.support.sentences import repeated
from tests.support.studio import ALL, OLD

SECONDS = 20  # processor seconds; the scan needs about four
MEGABYTES = 700  # an empty scan needs 170; the memory in use depends on the number of threads
IN_OPEN = 0x20  # inotify(7)
# `ru_maxrss` of a child starts with the value of its parent (getrusage(2)), so the process reads its own value.
MEASURED = """
import pathlib, sys
from indexium_core.cli import main
code = main(sys.argv[2:])
pathlib.Path(sys.argv[1]).write_text(pathlib.Path("/proc/self/status").read_text())
sys.exit(code)
"""


@dataclass(frozen=True)
class Visit:
    """The results of all files."""

    ended: dict[str, str]  # strategy or code, by case
    said: dict[str, list[str]]  # every message of a file, by case
    planned: dict[str, str | None]  # comment of the files that should be written
    shown: dict[str, set[str]]  # by ffprobe, of the written files
    kept: dict[str, bool]  # whether a file is unchanged after the write
    restored: dict[str, bool]  # … and after the rollback
    opened: list[str]  # other files that were opened
    strays: set[str]  # new files in the folder, after the rollback
    pictures: dict[str, bool]  # whether the image data of a written photo stay
    megabytes: float  # of the scan


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    oracle("ffprobe")
    folder = tmp_path_factory.mktemp("hostile")
    films = folder / "films"
    films.mkdir()
    paths = {case: films / made.name for case, made in hostile.CASES.items()}
    for case, path in paths.items():
        path.write_bytes(hostile.CASES[case].make())
        os.utime(path, (OLD, OLD))
    secret = films / hostile.SECRET
    secret.write_text("not for you")
    before = {case: state(path) for case, path in paths.items()}
    with watched(secret) as opened:
        megabytes = scanned(folder / "home", films)
        with Library.open(folder / "home") as library:
            return written(library, paths, before, megabytes, opened)


def state(path: Path) -> tuple[str, int, int]:
    seen = path.stat()
    return readers.sha256(path), seen.st_mtime_ns, seen.st_ino


def scanned(home: Path, films: Path) -> float:
    """Scan in a process with a limit of processor time; return its peak memory."""
    told = home.parent / "status"
    with Library.open(home) as library:
        library.inventory.add(films, photos=True)
    command = [sys.executable, "-c", MEASURED, str(told), "--home", str(home), "scan", str(films)]
    limited = ["sh", "-c", f'ulimit -t {SECONDS}; exec "$@"', "sh", *command]
    subprocess.run(limited, stdout=subprocess.DEVNULL, check=True)
    peak = re.search(r"^VmHWM:\s*(\d+) kB$", told.read_text(), re.MULTILINE)
    assert peak
    return int(peak[1]) / 1024


@contextlib.contextmanager
def watched(path: Path) -> Iterator[list[str]]:
    """Collect the names of opened files. The fixture opens one file itself, to prove that the detection works."""
    system = ctypes.CDLL(None, use_errno=True)
    if not hasattr(system, "inotify_init1"):
        pytest.skip("only Linux tells who opens a file")
    fd = system.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    system.inotify_add_watch(fd, os.fsencode(path), IN_OPEN)
    found: list[str] = []
    try:
        path.read_text()
        assert os.read(fd, 4096)
        yield found
        with contextlib.suppress(BlockingIOError):
            found += [path.name] if os.read(fd, 4096) else []
    finally:
        os.close(fd)


def written(
    library: Library,
    paths: dict[str, Path],
    before: dict[str, tuple[str, int, int]],
    megabytes: float,
    opened: list[str],
) -> Visit:
    cases = {os.fsencode(path): case for case, path in paths.items()}
    images = {case: image_data(paths[case]) for case in hostile.PHOTOS}
    ids = {cases[path]: file_id for file_id, path in _files(library)}
    library.people.add(list(paths.values()), ["Ann Lee"])
    plan = library.plan()
    items = {item.file_id: item for item in plan.page(per_page=0, include_unchanged=True).items}
    operation = library.write(plan, ALL)
    operation.wait()
    done = {item.file_id: item for item in library.operation(operation.id, per_page=0).items}
    ended = {}
    for case, file_id in ids.items():
        result = done.get(file_id)
        ended[case] = items[file_id].issues[0].code if result is None else result.strategy or result.code
    changed = [case for case, file_id in ids.items() if file_id in done and done[file_id].status == "success"]
    shown = {case: readers.ffprobe(paths[case])[0] for case in changed if case not in hostile.PHOTOS}
    photos = [case for case in changed if case in hostile.PHOTOS]
    shown |= zip(photos, _shown_by_exiftool([paths[case] for case in photos]), strict=True)
    pictures = {case: image_data(paths[case]) == old for case, old in images.items()}
    kept = {case: state(path) == before[case] for case, path in paths.items()}
    library.rollback(operation.id).wait()
    return Visit(
        ended=ended,
        said={case: _said(library, items[file_id], done.get(file_id)) for case, file_id in ids.items()},
        planned={case: items[ids[case]].result_comment for case in changed},
        shown=shown,
        kept=kept,
        restored={case: state(path)[:2] == before[case][:2] for case, path in paths.items()},
        opened=opened,
        strays={path.name for path in paths["mp4: nothing"].parent.iterdir()} - {path.name for path in paths.values()},
        megabytes=megabytes,
        pictures=pictures,
    )


def image_data(path: Path) -> str | None:
    """A digest of the image data of a photo, wherever they are."""
    reader = BytesReader(path.read_bytes())
    _, layout = registry.examine(reader)
    return fingerprint.payload_hash(reader, layout.payload, full=True)


def _shown_by_exiftool(paths: list[Path]) -> list[set[str]]:
    """The comments of photos, or of their sidecars."""
    sidecars = {path: path.with_name(f"{path.name}.xmp") for path in paths}
    shown = readers.exiftool_all([sidecars[path] if sidecars[path].exists() else path for path in paths])
    return [comments for comments, _ in shown]


def _said(library: Library, item: PlanItem, done: ItemDetails | None) -> list[str]:
    """Return every message about a file in pages, commands and REST: plan, details and write."""
    details = library.files.file(item.file_id)
    operation = [] if done is None else [done.message, *(each.message for each in done.attempts)]
    return [*(issue.message for issue in item.issues), details.strategy_why, details.state_message, *operation]


def _files(library: Library) -> list[tuple[int, bytes]]:
    return tables.rows(library, "SELECT file_id, path_bytes FROM scanned_files")


@each_case("case", hostile.CASES)
def test_no_message_repeats_itself(visit: Visit, case: str) -> None:
    for message in visit.said[case]:
        assert repeated(message) == []


@each_case("case", hostile.CASES)
def test_input_has_expected_result(visit: Visit, case: str) -> None:
    assert visit.ended[case] == hostile.CASES[case].ends


@each_case("case", hostile.CASES)
def test_file_is_written_as_planned_or_unchanged_and_restorable(visit: Visit, case: str) -> None:
    if case in visit.planned:
        assert visit.kept[case] == hostile.CASES[case].ends.startswith("sidecar_")
        assert visit.pictures.get(case, True)
        assert visit.shown[case] == {visit.planned[case]}
    else:
        assert visit.kept[case]
    assert visit.restored[case]


def test_no_other_file_was_opened_or_made(visit: Visit) -> None:
    assert visit.opened == []
    assert visit.strays == {hostile.SECRET}
    assert not Path("pwned").exists()


def test_scan_of_bad_files_limits_memory(visit: Visit) -> None:
    assert visit.megabytes < MEGABYTES
