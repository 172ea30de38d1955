"""
Writes of a comment into large films and into many small ones, beside other programs that copy or edit them.

    python -m benchmarks.write [--gigabytes 1] [--small 1000] [--runs 5] [--only NAME …] [--dir FOLDER]
                            [--slow-fsync MS]

The figure of Indexium is `Library.write` with default settings: check, journal, fsync, write, fsync, verification of
all bytes and by FFmpeg's libraries, and the record of everything. Each run writes a fresh copy of the film, so that no
run uses the room that an earlier run made.
The peers are `ffmpeg -map 0 -c copy` with fsync and replace (no check, no rollback, no record), ExifTool, which copies,
and mkvpropedit, which edits in place without rollback. The limit of a full copy is `cp` with fsync.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks.support import disk, films, report
from benchmarks.support.timing import seconds
from indexium_core import settings
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.flows.writing.writer import OperationHandle
from indexium_core.library import Library
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.planning.plan import WRITABLE

ALL = WriteOptions(risk=WRITABLE)
COMMENT = "People: Ann Lee"
TAGS = f"<Tags><Tag><Targets/><Simple><Name>COMMENT</Name><String>{COMMENT}</String></Simple></Tag></Tags>"
FFMPEG, CP = "`ffmpeg -c copy`", "`cp` with fsync"
EDITORS = {"exiftool": ("mp4", "mov"), "mkvpropedit": ("mkv",)}  # program: suffixes of the films that it edits
PEER_FILES = 50  # small films that FFmpeg copies; its time for all of them follows from these


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of film."""

    name: str
    suffix: str
    seconds: int
    options: tuple[str, ...] = ()  # of FFmpeg's muxer
    scale: float = 1.0  # factor of `--gigabytes`
    is_copied: bool = False  # the file system seems to support neither insert range nor shared blocks


IN_FRONT = ("-movflags", "+faststart")
CASES = (
    Case("mp4, index at the end", "mp4", 600),
    Case("mov", "mov", 600),
    Case("mkv", "mkv", 600),
    Case("mp4, index in front without room", "mp4", 600, IN_FRONT),
    Case("mp4, index in front without room, full copy", "mp4", 600, IN_FRONT, is_copied=True),
    Case("2-hour mp4, index at the end", "mp4", 7200),
    Case("2-hour mp4, index in front without room", "mp4", 7200, IN_FRONT),
    Case("2-hour mkv", "mkv", 7200),
    Case("avi", "avi", 600, scale=0.1),
)


def main() -> None:
    """Print the rows."""
    parser = report.parser(__doc__)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--small", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--only", nargs="+", default=[], help="cases whose name contains one of these words, or 'small'"
    )
    parser.add_argument(
        "--slow-fsync", type=int, default=10, metavar="MS", help="write the small films again, each fsync longer; 0: no"
    )
    options = parser.parse_args()
    report.show(rows(options), json_lines=options.json)


def rows(options: argparse.Namespace) -> Iterator[report.Entry]:
    """Yield the rows of the chosen cases and of the small films."""
    is_chosen = {case: not options.only or any(word in case.name for word in options.only) for case in CASES}
    for program, suffixes in EDITORS.items():
        if shutil.which(program) is None and any(is_chosen[case] and case.suffix in suffixes for case in CASES):
            yield report.Omission(f"writes against `{program}`", f"{program} is not installed.")
    with tempfile.TemporaryDirectory(dir=options.dir, prefix="write-benchmark-") as name:
        for case in CASES:
            if is_chosen[case]:
                yield from large_film(Path(name), case, options.gigabytes, options.runs)
        if not options.only or "small" in options.only:
            yield from small_films(Path(name), options.small)
    if options.slow_fsync:
        yield from with_slow_fsync(options)


def with_slow_fsync(options: argparse.Namespace) -> Iterator[report.Entry]:
    """Yield the rows of the small films on a disk whose fsync takes longer."""
    disk_name = f"each fsync {options.slow_fsync} ms longer"
    arguments = ["--only", "small", "--small", str(options.small), "--dir", str(options.dir), "--slow-fsync", "0"]
    entries = disk.with_slow_fsync("benchmarks.write", arguments, options.slow_fsync)
    if entries is None:
        yield report.Omission(f"small films, {disk_name}", "There is no C compiler.")
    for entry in entries or ():
        yield replace(entry, work=f"{entry.work}, {disk_name}")


def large_film(folder: Path, case: Case, gigabytes: float, runs: int) -> Iterator[report.Row]:
    """Time one large film; Indexium and the peers alternate."""
    source = films.film(folder, case.seconds, gigabytes * case.scale, case.suffix, case.options)
    size = source.stat().st_size
    ours: dict[str, list[float]] = {"the file": [], "the whole operation": []}
    theirs: dict[str, list[float]] = {name: [] for name in peers(case)}
    effort = disk.Effort()
    for number in range(runs):
        root, home = folder / "large", folder / f"home-{number}"
        root.mkdir()
        path = Path(shutil.copyfile(source, root / f"film.{case.suffix}"))
        films.age(root)
        with Library.open(home) as library, disk.full_copies() if case.is_copied else contextlib.nullcontext():
            library.scan([root])
            library.people.add([path], ["Ann Lee", f"Person {number}"])
            plan = library.plan()
            with effort:
                ours["the whole operation"].append(seconds(partial(write, library, plan)))
            [item] = library.operation(1).items
            ours["the file"].append(item.seconds or 0.0)
        for name, edit in peers(case).items():
            shutil.copyfile(source, path)
            os.sync()  # the disk is idle at the start: the copy before leaves many blocks to be freed
            theirs[name].append(seconds(partial(edit, path)))
        shutil.rmtree(root)
        shutil.rmtree(home)
    source.unlink()
    work = f"{size / 1e9:.2f} GB {case.name} ({item.strategy})"
    for part, times in ours.items():
        for peer, peer_times in theirs.items():
            if part == "the file" or peer != CP:
                milliseconds, others = 1000 * statistics.median(times), 1000 * statistics.median(peer_times)
                yield report.Row(f"{work}: {part}", milliseconds, "ms", peer, others)
    yield report.Row(f"{work}: written, journal included", effort.written / runs / 1e3, "kB", "the film", size / 1e3)
    yield report.Row(f"{work}: fsyncs", effort.fsyncs / runs, "fsyncs")


def peers(case: Case) -> dict[str, Callable[[Path], object]]:
    """Return the installed programs that can write this film, by name."""
    programs: dict[str, Callable[[Path], object]] = {FFMPEG: ffmpeg_copy}
    if case.is_copied:
        programs[CP] = cp
    for program, edit in (("exiftool", exiftool), ("mkvpropedit", mkvpropedit)):
        if case.suffix in EDITORS[program] and shutil.which(program):
            programs[f"`{program}`"] = edit
    return programs


def ffmpeg_copy(path: Path) -> None:
    """Copy all streams with the comment, fsync, replace."""
    target = path.with_name(f"copy{path.suffix}")
    comment = ["-metadata", f"comment={COMMENT}"]
    run([*films.FFMPEG, "-i", str(path), "-map", "0", "-c", "copy", *comment, str(target)])
    fsync(target)
    target.replace(path)


def cp(path: Path) -> None:
    """Copy the file without shared blocks, and fsync the copy."""
    target = path.with_name(f"copy{path.suffix}")
    run(["cp", str(path), str(target)])
    fsync(target)
    target.replace(path)


def exiftool(path: Path) -> None:
    """Let ExifTool write the comment: it makes a copy and replaces the file."""
    run(["exiftool", "-q", "-m", "-api", "LargeFileSupport=1", "-overwrite_original", f"-Comment={COMMENT}", str(path)])
    fsync(path)


def mkvpropedit(path: Path) -> None:
    """Let mkvpropedit set the global tags in place."""
    tags = path.with_name("tags.xml")
    tags.write_text(TAGS)
    run(["mkvpropedit", "-q", str(path), "--tags", f"global:{tags}"])
    fsync(path)


def fsync(path: Path) -> None:
    """Write the cached data of a file to the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def small_films(folder: Path, count: int) -> Iterator[report.Row]:
    """Time a write and a rollback of many small films, and FFmpeg's copies of some of them, one after the other."""
    paths = films.small_films(folder / "small", count)
    home, effort = folder / "home-small", disk.Effort()
    with Library.open(home) as library:
        library.scan([folder / "small"])
        library.people.add(paths, ["Ann Lee", "Bob Ray"])
        plan = library.plan()
        ours = seconds(partial(write, library, plan))
        back = seconds(lambda: check_success(library.rollback(1, replan=True).wait().counts))
    with (
        Library.open(home, config=settings.load(home, executor="threads")) as library,
        effort,
    ):  # counts its own process
        write(library, library.plan())
    theirs = statistics.mean(seconds(partial(ffmpeg_copy, path)) for path in paths[:PEER_FILES])
    yield report.Row(f"{count:,} small films: write", count / ours, "files/s", FFMPEG, 1 / theirs)
    yield report.Row(f"{count:,} small films: roll back", count / back, "files/s", FFMPEG, 1 / theirs)
    yield report.Row(f"{count:,} small films, threads: fsyncs a file", effort.fsyncs / count, "fsyncs")
    yield report.Row(f"{count:,} small films, threads: written a file", effort.written / count / 1e3, "kB")


def write(library: Library, plan: MetadataPlan) -> OperationHandle:
    """Write a plan and return its operation after its end."""
    handle = library.write(plan, ALL)
    check_success(handle.wait().counts)
    return handle


def check_success(counts: dict[str, int]) -> None:
    """End the benchmark if not every file was written: its time would mean nothing."""
    if set(counts) != {"success"}:
        message = f"Not every file was written: {counts}."
        raise SystemExit(message)


def run(command: list[str]) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
