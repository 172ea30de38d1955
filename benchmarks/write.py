"""
Writing a comment into large films, and into many small ones, against those who copy or edit them otherwise.

    python -m benchmarks.write [--gigabytes 1] [--small 1000] [--runs 5] [--only NAME …] [--dir FOLDER]
                            [--slow-fsync MS]

Ours is `Library.write` with default settings: check, journal, fsync, write, fsync, verification by bytes and by
FFmpeg's libraries, and everything recorded. Every run writes a fresh copy of the film, so that none profits from the
room that the one before made.
The peers: `ffmpeg -map 0 -c copy`, fsync, replace (no check, no undo, no record); ExifTool, which rewrites;
mkvpropedit, which edits in place without undo. A peer that is not installed is left out.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import disk, films
from indexium_core.library import Library, MetadataPlan, OperationHandle
from indexium_core.model.operations.operation import WriteOptions

ALL = WriteOptions(risk=("safe", "warning", "danger"))
TAGS = "<Tags><Tag><Targets/><Simple><Name>COMMENT</Name><String>People: Ann Lee</String></Simple></Tag></Tags>"


@dataclass(frozen=True, slots=True)
class Case:
    """One film to be written."""

    name: str
    suffix: str
    seconds: int
    options: tuple[str, ...] = ()  # of FFmpeg's muxer
    scale: float = 1.0  # of the size asked for


CASES = (
    Case("mp4, index at the end", "mp4", 600),
    Case("mov", "mov", 600),
    Case("mkv", "mkv", 600),
    Case("mp4, index in front without room", "mp4", 600, ("-movflags", "+faststart")),
    Case("2-hour mp4, index at the end", "mp4", 7200),
    Case("2-hour mp4, index in front without room", "mp4", 7200, ("-movflags", "+faststart")),
    Case("2-hour mkv", "mkv", 7200),
    Case("avi", "avi", 600, scale=0.1),
)


def main() -> None:
    """Make the films, measure, print."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--gigabytes", type=float, default=1.0)
    words.add_argument("--small", type=int, default=1000)
    words.add_argument("--runs", type=int, default=5)
    words.add_argument("--only", nargs="+", default=[], help="cases whose name contains one of these words, or 'small'")
    words.add_argument("--dir", type=Path, default=Path.cwd())
    words.add_argument(
        "--slow-fsync", type=int, default=0, metavar="MS", help="also the small films, each fsync longer"
    )
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.dir, prefix="indexium-bench-") as name:
        folder = Path(name)
        print(f"fsync p50 here: {disk.fsync_p50(folder) * 1000:.2f} ms")
        for case in CASES:
            if not chosen.only or any(word in case.name for word in chosen.only):
                large(folder, case, chosen.gigabytes, chosen.runs)
        if not chosen.only or "small" in chosen.only:
            many(folder, chosen.small)
    if chosen.slow_fsync:
        print(f"\nEach fsync takes {chosen.slow_fsync} ms longer:", flush=True)
        small = ["--only", "small", "--small", str(chosen.small), "--dir", str(chosen.dir)]
        if disk.with_slow_fsync("benchmarks.write", small, chosen.slow_fsync) is None:
            print("skipped: there is no C compiler")


def large(folder: Path, case: Case, gigabytes: float, runs: int) -> None:
    """Time one large film of a kind, ours and the peers' in turn."""
    source = films.film(folder, case.seconds, gigabytes * case.scale, case.suffix, case.options)
    files, ours = [], []
    theirs: dict[str, list[float]] = {name: [] for name in peers(case)}
    effort = disk.Effort()
    what, strategy, journal = "", "", 0
    for number in range(runs):
        root = folder / "large"
        root.mkdir()
        path = Path(shutil.copyfile(source, root / f"film.{case.suffix}"))
        settle(root)
        what = f"{path.stat().st_size / 1e9:.2f} GB {case.name}"
        with Library.open(folder / f"home-{number}") as library:
            library.scan([root])
            library.people.add([path], ["Ann Lee", f"Person {number}"])
            plan = library.plan()
            handles: list[OperationHandle] = []
            with effort:
                ours.append(timed(lambda plan=plan, handles=handles: handles.append(written(library, plan))))
            [item] = library.operation(handles[0].id).items
            files.append(item.seconds or 0.0)
            strategy, journal = item.strategy, library.operation(handles[0].id).operation.backup_bytes
        for name, work in peers(case).items():
            shutil.copyfile(source, path)
            os.sync()  # each begins on a quiet disk: the copy before leaves a gigabyte to be freed
            theirs[name].append(timed(lambda work=work, path=path: work(path)))
        shutil.rmtree(root)
        shutil.rmtree(folder / f"home-{number}")
    print(f"\n{what}: {strategy}, journal {journal:,} bytes, {effort.per(runs)}")
    for name, times in theirs.items():
        report("the file (check, journal, fsync, write, fsync, verify)", files, name, times)
        report("the whole operation (and everything recorded)", ours, name, times)
    source.unlink()


def peers(case: Case) -> dict[str, Callable[[Path], object]]:
    """Return who else can write this film, and how."""
    found: dict[str, Callable[[Path], object]] = {"ffmpeg copy": copy}
    if case.suffix in {"mp4", "mov"} and shutil.which("exiftool"):
        found["exiftool"] = exiftool
    if case.suffix == "mkv" and shutil.which("mkvpropedit"):
        found["mkvpropedit"] = mkvpropedit
    return found


def copy(path: Path) -> None:
    """Copy all streams with the comment, fsync, replace."""
    target = path.with_name(f"copy{path.suffix}")
    comment = ["-metadata", "comment=People: Ann Lee"]
    run([*films.FFMPEG, "-i", str(path), "-map", "0", "-c", "copy", *comment, str(target)])
    flush(target)
    target.replace(path)


def exiftool(path: Path) -> None:
    """Let ExifTool write the comment; it makes a copy and replaces."""
    run(
        [
            "exiftool",
            "-q",
            "-m",
            "-api",
            "LargeFileSupport=1",
            "-overwrite_original",
            "-Comment=People: Ann Lee",
            str(path),
        ]
    )
    flush(path)


def mkvpropedit(path: Path) -> None:
    """Let mkvpropedit set the global tags in place."""
    tags = path.with_name("tags.xml")
    tags.write_text(TAGS)
    run(["mkvpropedit", "-q", str(path), "--tags", f"global:{tags}"])
    flush(path)


def flush(path: Path) -> None:
    """Bring a file to the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def many(folder: Path, count: int) -> None:
    """Time many small files: ours, the peer's on 50 of them, and the rollback."""
    root = folder / "small"
    root.mkdir()
    clip = folder / "clip.mp4"
    run([*films.FFMPEG, "-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=2", "-c:v", "mpeg4", str(clip)])
    for number in range(count):
        data = bytearray(clip.read_bytes())
        place = data.index(b"mdat") + 200
        data[place : place + 4] = number.to_bytes(4, "big")  # another film each, so that people differ
        (root / f"{number:04}.mp4").write_bytes(data)
    settle(root)
    effort = disk.Effort()
    with Library.open(folder / "home-small") as library:
        library.scan([root])
        library.people.add(sorted(root.glob("*.mp4")), ["Ann Lee", "Bob Ray"])
        plan = library.plan()
        handles: list[OperationHandle] = []
        with effort:
            ours = timed(lambda: handles.append(written(library, plan)))
        back = timed(lambda: done(library.rollback(handles[0].id).wait().counts))
    some = sorted(root.glob("*.mp4"))[:50]
    theirs = timed(lambda: [copy(path) for path in some]) * count / len(some)
    print(
        f"\n{count} small files: write {ours:.2f} s ({count / ours:.0f} files/s), roll back {back:.2f} s; "
        f"ffmpeg copy {theirs:.1f} s (from {len(some)}): {theirs / ours:.0f} times as long; {effort.per(count)} a file"
    )


def written(library: Library, plan: MetadataPlan) -> OperationHandle:
    """Write a plan and return its operation when it has ended."""
    handle = library.write(plan, ALL)
    done(handle.wait().counts)
    return handle


def settle(root: Path) -> None:
    """Give files an old modification time, so that they do not count as growing, and get them to the disk."""
    for path in root.iterdir():
        os.utime(path, (1_700_000_000, 1_700_000_000))
    os.sync()


def done(counts: dict[str, int]) -> None:
    """Make sure that what was timed was a success."""
    if set(counts) != {"success"}:
        message = f"not every file was written: {counts}"
        raise SystemExit(message)


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def report(what: str, ours: list[float], peer: str, theirs: list[float]) -> None:
    """Print both figures and their ratio."""
    mine, other = statistics.median(ours), statistics.median(theirs)
    print(
        f"  {what}: {mine * 1000:.1f} ms (min {min(ours) * 1000:.1f}, max {max(ours) * 1000:.1f}); "
        f"{peer} {other * 1000:.0f} ms: {other / mine:.1f} times as long"
    )


def run(command: list[str]) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
