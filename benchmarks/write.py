"""
Writing a comment into large films, and into many small ones, against copying them with ffmpeg.

    python -m benchmarks.write [--gigabytes 1] [--small 1000] [--runs 5] [--dir FOLDER]

Ours is `Library.write` with default settings: check, journal, fsync, write, fsync, verification by bytes and by
FFmpeg's libraries, and everything recorded.
The peer's is `ffmpeg -map 0 -c copy`, fsync, replace: no check, no undo, no record.
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
from pathlib import Path

from benchmarks import disk
from indexium_core.library import Library, MetadataPlan, OperationHandle
from indexium_core.model.operation import WriteOptions

FFMPEG = ["ffmpeg", "-nostdin", "-loglevel", "error", "-y"]
ALL = WriteOptions(risk=("safe", "warning", "danger"))


def main() -> None:
    """Make the films, measure, print."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--gigabytes", type=float, default=1.0)
    words.add_argument("--small", type=int, default=1000)
    words.add_argument("--runs", type=int, default=5)
    words.add_argument("--dir", type=Path, default=Path.cwd())
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.dir, prefix="indexium-bench-") as name:
        folder = Path(name)
        print(f"fsync p50 here: {disk.fsync_p50(folder) * 1000:.2f} ms")
        source = film(folder, chosen.gigabytes)
        for kind in ("mp4", "mkv"):
            large(folder, source, kind, chosen.runs)
        many(folder, chosen.small)


def film(folder: Path, gigabytes: float) -> Path:
    """Make a ten-minute film of about that size: ten seconds of noise, encoded once and repeated."""
    rate = int(gigabytes * 8e9 / 600)
    short, long = folder / "short.mp4", folder / "source.mp4"
    noise = "nullsrc=s=640x360:r=25,geq=random(1)*255:128:128"
    inputs = ["-f", "lavfi", "-i", noise, "-f", "lavfi", "-i", "sine=sample_rate=48000"]
    rates = ["-b:v", str(rate), "-maxrate", str(rate), "-bufsize", str(rate)]
    keys = ["-g", "125", "-keyint_min", "125", "-sc_threshold", "0"]  # a key frame every 5 s, as films have them
    coded = ["-t", "10", "-c:v", "libx264", "-preset", "ultrafast", *rates, *keys, "-c:a", "aac"]
    run([*FFMPEG, *inputs, *coded, "-shortest", str(short)])
    run([*FFMPEG, "-stream_loop", "59", "-i", str(short), "-c", "copy", str(long)])
    return long


def large(folder: Path, source: Path, kind: str, runs: int) -> None:
    """Time one large film of a kind, ours and the peer's in turn."""
    root = folder / f"large-{kind}"
    root.mkdir()
    path = root / f"film.{kind}"
    run([*FFMPEG, "-i", str(source), "-map", "0", "-c", "copy", str(path)])
    settle(root)
    files, ours, theirs = [], [], []
    with Library.open(folder / f"home-{kind}") as library:
        library.scan([root])
        library.people.add([path], ["Ann Lee"])
        for number in range(runs):
            library.edit("", [f"Person {number}", "Ann Lee"])
            plan = library.plan()
            handles: list[OperationHandle] = []
            os.sync()  # each begins on a quiet disk: the copy before leaves a gigabyte to be freed
            ours.append(timed(lambda plan=plan, handles=handles: handles.append(written(library, plan))))
            files.append(library.operation(handles[0].id).items[0].seconds or 0.0)
            os.sync()
            theirs.append(timed(lambda: copy(path, root / f"copy.{kind}")))
    what = f"{path.stat().st_size / 1e9:.2f} GB {kind}"
    report(f"{what}, the file (check, journal, fsync, write, fsync, verify)", files, theirs)
    report(f"{what}, the whole operation (and everything recorded)", ours, theirs)
    shutil.rmtree(root)


def many(folder: Path, count: int) -> None:
    """Time many small files: ours, the peer's on 50 of them, and the rollback."""
    root = folder / "small"
    root.mkdir()
    clip = folder / "clip.mp4"
    run([*FFMPEG, "-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=2", "-c:v", "mpeg4", str(clip)])
    for number in range(count):
        data = bytearray(clip.read_bytes())
        place = data.index(b"mdat") + 200
        data[place : place + 4] = number.to_bytes(4, "big")  # another film each, so that people differ
        (root / f"{number:04}.mp4").write_bytes(data)
    settle(root)
    with Library.open(folder / "home-small") as library:
        library.scan([root])
        library.people.add(sorted(root.glob("*.mp4")), ["Ann Lee", "Bob Ray"])
        plan = library.plan()
        handles: list[OperationHandle] = []
        ours = timed(lambda: handles.append(written(library, plan)))
        back = timed(lambda: done(library.rollback(handles[0].id).wait().counts))
    some = sorted(root.glob("*.mp4"))[:50]
    theirs = timed(lambda: [copy(path, root / "copy.mp4") for path in some]) * count / len(some)
    print(
        f"{count} small files: write {ours:.2f} s ({count / ours:.0f} files/s), roll back {back:.2f} s; "
        f"ffmpeg copy {theirs:.1f} s (from {len(some)}): {theirs / ours:.0f} times as long"
    )


def written(library: Library, plan: MetadataPlan) -> OperationHandle:
    """Write a plan and return its operation when it has ended."""
    handle = library.write(plan, ALL)
    done(handle.wait().counts)
    return handle


def copy(path: Path, target: Path) -> None:
    """Do what the peer does: copy all streams with the comment, fsync, replace (a copy stands in for the original)."""
    run([*FFMPEG, "-i", str(path), "-map", "0", "-c", "copy", "-metadata", "comment=People: Ann Lee", str(target)])
    with target.open("rb+") as file:
        os.fsync(file.fileno())
    target.replace(target.with_name("replaced" + target.suffix))


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


def report(what: str, ours: list[float], theirs: list[float]) -> None:
    """Print both figures and their ratio."""
    mine, peer = statistics.median(ours), statistics.median(theirs)
    print(
        f"{what}: write {mine * 1000:.1f} ms (min {min(ours) * 1000:.1f}, max {max(ours) * 1000:.1f}); "
        f"ffmpeg copy {peer * 1000:.0f} ms: {peer / mine:.0f} times as long"
    )


def run(command: list[str]) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
