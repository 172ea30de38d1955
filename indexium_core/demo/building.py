"""
Making the demo library in a folder of its own, and leading Indexium through it.

Nothing outside the folder is touched, and a folder that holds anything else is refused. Every file appears under its
name only when it is whole, so a build that was stopped is carried on by the next one, and a second run changes nothing.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from indexium_core import errors
from indexium_core.demo import clips, content
from indexium_core.demo.content import DemoFile
from indexium_core.store.people import legacy

if TYPE_CHECKING:
    from indexium_core.library import Library

__all__ = ["DemoManifest", "build", "prepare"]

MARKER = ".indexium-demo.json"  # tells a demo folder from anybody else's
PEOPLE = "people.csv"
FACES = "faces.db"  # what a former program left
_FIRST_DAY = datetime(2019, 6, 1, 12, tzinfo=UTC)  # old mtimes: a file that was just written counts as growing


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoManifest:
    """A demo library on disk."""

    folder: Path
    people: Path  # the CSV that says who is in which file
    files: tuple[DemoFile, ...]
    fresh: bool  # something was made; False where all of it was there


def build(folder: Path, *, files: int = 60, progress: Callable[[int, int, str], None] | None = None) -> DemoManifest:
    """
    Make the demo library of about `files` files in `folder`, or what is missing of it.

    `progress` is told how many files are done, of how many, and the name of the last one.

    Raises:
        UsageError: The folder holds something else, or cannot be made.
        FFmpegError: ffmpeg is missing or could not make a clip.

    """
    _claim(folder, files)
    entries = content.entries(files)
    wanted = [entry for entry in entries if entry.fate != "missing" and not (folder / entry.path).exists()]
    _make_all(folder, [entry for entry in wanted if not _source(entry)], len(entries), progress)
    for entry in wanted:
        if _source(entry):
            _make(folder, entry)
    _write_people(folder / PEOPLE, entries)
    _write_faces(folder / FACES, entries)
    return DemoManifest(folder=folder, people=folder / PEOPLE, files=entries, fresh=bool(wanted))


def prepare(library: Library, folder: Path) -> None:
    """Scan the demo library, say who is in it, lose a file, and take the decisions that a person would have taken."""
    present = content.entries(json.loads((folder / MARKER).read_text(encoding="utf-8"))["files"])
    lost = [entry for entry in present if entry.fate == "missing"]
    for entry in lost:
        _make(folder, entry)
    library.scan([folder])
    library.people.import_file(folder / PEOPLE)
    library.people.import_file(folder / FACES)
    for entry in lost:
        (folder / entry.path).unlink()
    library.scan([folder])
    for entry in present:
        _decide(library, entry)


def _claim(folder: Path, files: int) -> None:
    """Make the folder ours, or see that it is."""
    marker = folder / MARKER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        foreign = [entry.name for entry in folder.iterdir() if entry.name not in {MARKER, ".indexium"}]
        if foreign and not marker.exists():
            message = f"{folder} holds other files. Name a new or empty folder for the demo, with --dir."
            raise errors.UsageError(message)
        marker.write_text(json.dumps({"files": files}) + "\n", encoding="utf-8")
    except OSError as error:
        message = f"The demo cannot be made in {folder}: {(error.strerror or str(error)).lower()}."
        raise errors.UsageError(message) from error


def _make_all(
    folder: Path, entries: Sequence[DemoFile], total: int, progress: Callable[[int, int, str], None] | None
) -> None:
    """Make clips side by side: ffmpeg is told to use one thread each."""
    done = total - len(entries)
    with ThreadPoolExecutor(max(2, os.cpu_count() or 1)) as pool:
        running = {pool.submit(_make, folder, entry): entry for entry in entries}
        try:
            for finished in as_completed(running):
                finished.result()
                done += 1
                if progress:
                    progress(done, total, running[finished].path)
        finally:
            pool.shutdown(cancel_futures=True)


def _make(folder: Path, entry: DemoFile) -> None:
    """Make one file under another name, and give it its own when it is whole."""
    target = folder / entry.path
    target.parent.mkdir(parents=True, exist_ok=True)
    if entry.link_of:
        target.hardlink_to(folder / entry.link_of)
        return
    unfinished = target.with_name(f".part-{entry.clip.seed}-{target.name}")
    _fill(folder, entry, unfinished)
    moment = (_FIRST_DAY + timedelta(days=17 * entry.clip.seed)).timestamp()
    os.utime(unfinished, (moment, moment))
    unfinished.chmod(0o444 if entry.fate == "read_only" else 0o644)
    unfinished.replace(target)


def _fill(folder: Path, entry: DemoFile, target: Path) -> None:
    if entry.copy_of and entry.clip.comment is None:
        shutil.copyfile(folder / entry.copy_of, target)
    elif entry.copy_of:
        clips.make(replace(_original(entry).clip, comment=entry.clip.comment), target)
    elif entry.fate == "empty":
        target.touch()
    elif entry.fate == "text":
        target.write_text("<!doctype html><title>404</title><p>The film you asked for is not here.\n", encoding="utf-8")
    else:
        clips.make(entry.clip, target)
    if entry.fate == "truncated":
        os.truncate(target, target.stat().st_size * 6 // 10)


def _write_people(target: Path, entries: Sequence[DemoFile]) -> None:
    """Write who is in which file, one person a row, as `indexium people import` reads it."""
    with target.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "person"])
        rows.writerows((entry.path, person) for entry in entries for person in entry.people)


def _decide(library: Library, entry: DemoFile) -> None:
    query = f'path:"{entry.path}"'
    if entry.edit is not None:
        library.edit(query, list(entry.edit))
    if entry.postponed:
        library.decisions.postpone(query)
    if entry.comment_mode == "preserve":
        library.decisions.set_mode(query, comment_mode="preserve")


def _write_faces(target: Path, entries: Sequence[DemoFile]) -> None:
    """Write a database as the former program left it, with faces that nobody has put a name to."""
    present = {entry.path for entry in entries}
    told = [
        legacy.LegacyFace(path=os.fsencode(path), name=name, confidence=confidence, faces=faces)
        for path, name, confidence, faces in content.FACES
        if path in present
    ]
    target.unlink(missing_ok=True)
    legacy.write(target, told)


def _original(entry: DemoFile) -> DemoFile:
    """Return what an entry is a copy of."""
    return next(each for each in content.ENTRIES if each.path == entry.copy_of)


def _source(entry: DemoFile) -> str:
    return entry.copy_of or entry.link_of
