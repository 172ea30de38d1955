"""
The build of the demo library in its own folder, and of its database.

A build writes only to that folder, and refuses a folder with other files. A file gets its name when it is complete, so
the next build completes an interrupted one, and a repeated build changes nothing.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexium_core import errors, notebook
from indexium_core.demo import clips, content, films, photos
from indexium_core.demo.content import QUALIFIERS, DemoFile
from indexium_core.demo.players import demo_players
from indexium_core.demo.providers.demo_home import use_stand_in
from indexium_core.model.planning import cells
from indexium_core.store.people import legacy
from indexium_core.store.people.legacy import LegacyItem, LegacyOperation

if TYPE_CHECKING:
    from indexium_core.library import Library


_EVENTS: tuple[dict[str, Any], ...] = (
    {"eventType": "Test", "instanceName": "Radarr", "movie": {"title": "Test", "folderPath": "C:\\testpath"}},
    {"eventType": "Grab", "instanceName": "Radarr", "movie": {"title": "Quiet Harbour", "year": 2012}},
    {
        "eventType": "Download",
        "instanceName": "Radarr",
        "movie": {"title": "Salt Road", "year": 2020, "folderPath": "/movies-4k/Salt Road (2020)"},
        "movieFile": {"path": "/movies-4k/Salt Road (2020)/Salt.Road.2020.2160p.mkv"},
    },
)
MARKER = ".indexium-demo.json"  # marks a folder as a demo folder
HOME_VIDEOS = "Home videos"
PEOPLE = "people.csv"
FACES = "faces.db"  # a legacy .db file
OLD = "old.db"  # a legacy .db file with history, which the user can import
_FORMER_SEED = -1  # of a recording that another one replaces; no other clip has it
_FIRST_DAY = datetime(2019, 6, 1, 12, tzinfo=UTC)  # age of the mtimes: a file with a recent mtime counts as growing


def _add_radarr(library: Library, films: Path) -> None:
    """Add a Radarr whose container has the films at `/movies`; the folder of its last event is not in its map."""
    added = library.webhooks.add("radarr", folder_map=[("/movies", str(films))])
    for event in _EVENTS:
        library.webhooks.receive(added.source.name, added.secret, json.dumps(event).encode())
    library.webhooks.events()


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoManifest:
    """A demo library on disk."""

    folder: Path
    people: Path  # the CSV with the people of each file
    files: tuple[DemoFile, ...]
    fresh: bool  # the build made at least one file


def build(
    folder: Path,
    *,
    files: int = 60,
    with_photos: bool = False,
    progress: Callable[[int, int, str], None] | None = None,
) -> DemoManifest:
    """
    Make the demo library of about `files` videos in `folder`, or its missing files; `with_photos`: also the photos.

    `progress` is called with the number of complete files, the number of all files, and the name of the last complete
    file.

    Raises:
        UsageError: The folder has other files, or cannot be created.
        FFmpegError: ffmpeg is missing, or failed to make a clip.

    """
    _claim(folder, files)
    entries = content.entries(files)
    to_make = [entry for entry in entries if entry.condition != "missing" and not (folder / entry.path).exists()]
    _make_all(folder, [entry for entry in to_make if not _source(entry)], len(entries), progress)
    for entry in to_make:
        if _source(entry):
            _make(folder, entry)
    made_photos = photos.make_missing(folder) if with_photos else 0
    _write_people(folder / PEOPLE, entries)
    _write_faces(folder / FACES, entries)
    _write_history(folder / OLD)
    return DemoManifest(folder=folder, people=folder / PEOPLE, files=entries, fresh=bool(to_make or made_photos))


def prepare(library: Library, folder: Path) -> None:
    """
    Scan the demo library, import its people, delete a file, replace and damage others, and make some decisions.

    The photos are included if the folder has them.
    """
    present = content.entries(json.loads((folder / MARKER).read_text(encoding="utf-8"))["files"])
    to_change = [entry for entry in present if entry.condition in {"missing", "replaced"}]
    for entry in to_change:
        _make(folder, _former(entry))
    library.inventory.add(folder)
    library.scan([folder])
    library.people.import_file(folder / PEOPLE)
    library.people.import_file(folder / FACES)
    for entry in to_change:
        (folder / entry.path).unlink()
        if entry.condition == "replaced":
            _make(folder, entry)
    library.scan([folder])
    for entry in present:
        if entry.condition == "corrupt":
            _damage(folder / entry.path)
            library.jobs.wait(library.verification.add(f'path:"{entry.path}" risk:{entry.risk}').id)
        _decide(library, entry)


def open_library(
    folder: Path | str = "indexium-demo",
    *,
    files: int = 60,
    home: Path | None = None,
    url: str = "",
    progress: Callable[[int, int, str], None] | None = None,
) -> Library:
    """
    Make the demo in a folder if it is missing, and return its open home, by default `.indexium` in the folder.

    With the address of a dashboard (`url`), the home is opened for a service, as `Library.open` does.

    The folder gets one library of `files` home videos with photos, and one of films and series. Its providers
    and its players are stand-ins, which run until the process ends.

    Raises:
        UsageError: The folder has other files, or cannot be created.
        FFmpegError: ffmpeg is missing, or failed to make a clip.

    """
    from indexium_core.library import Library

    folder = Path(folder).absolute()
    _claim(folder, files)
    is_older = (folder / PEOPLE).exists()  # a demo of a former version has its clips in the folder itself
    clips_folder = folder if is_older else folder / HOME_VIDEOS
    with notebook.progress_bar("Demo library", progress) as show:
        made = build(clips_folder, files=files, with_photos=True, progress=show)
        new_films = 0 if is_older else films.make_missing(folder / films.FOLDER)
    home = home or folder / ".indexium"
    library = Library.open(home, url=url, config=use_stand_in(home), take_over="all" if url else "safe")
    try:
        known = {Path(os.fsdecode(row.path_bytes)) for row in library.inventory.list()}
        if made.fresh or clips_folder not in known:
            prepare(library, clips_folder)
            for photo in photos.PHOTOS:
                if photo.planned:
                    library.people.add([clips_folder / photo.path], photo.planned)
        is_new = bool(new_films) or not (is_older or folder / films.FOLDER in known)
        if is_new:
            library.inventory.add(folder / films.FOLDER, kind="mixed")
            library.scan([folder / films.FOLDER])
            if not library.webhooks.list():
                _add_radarr(library, folder / films.FOLDER / "Films")
        if not is_older:
            demo_players.use(library, folder / films.FOLDER, is_new=is_new)
    except BaseException:
        library.close()
        raise
    return library


def _claim(folder: Path, files: int) -> None:
    """Create the folder with its marker, or check that it is a demo folder."""
    marker = folder / MARKER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        foreign = [entry.name for entry in folder.iterdir() if entry.name not in {MARKER, ".indexium"}]
        if foreign and not marker.exists():
            raise errors.UsageError(f"{folder} has other files. Choose a new or empty folder for the demo with --dir.")
        marker.write_text(json.dumps({"files": files}) + "\n", encoding="utf-8")
    except OSError as error:
        message = f"The demo cannot be created in {folder}: {(error.strerror or str(error)).lower()}."
        raise errors.UsageError(message) from error


def _make_all(
    folder: Path, entries: Sequence[DemoFile], total: int, progress: Callable[[int, int, str], None] | None
) -> None:
    """Make clips in parallel; each ffmpeg uses one thread."""
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
    """Make one file under a temporary name, and rename it when it is complete."""
    target = folder / entry.path
    target.parent.mkdir(parents=True, exist_ok=True)
    if entry.link_of:
        target.hardlink_to(folder / entry.link_of)
        return
    partial = target.with_name(f".part-{entry.clip.seed}-{target.name}")
    _fill(folder, entry, partial)
    moment = (_FIRST_DAY + timedelta(days=17 * entry.clip.seed)).timestamp()
    os.utime(partial, (moment, moment))
    partial.chmod(0o444 if entry.condition == "read_only" else 0o644)
    partial.replace(target)


def _fill(folder: Path, entry: DemoFile, target: Path) -> None:
    if entry.copy_of and entry.clip.comment is None:
        shutil.copyfile(folder / entry.copy_of, target)
    elif entry.copy_of:
        clips.make(replace(_original(entry).clip, comment=entry.clip.comment), target)
    elif entry.condition == "empty":
        target.touch()
    elif entry.condition == "text":
        target.write_text("<!doctype html><title>404</title><p>The film you asked for is not here.\n", encoding="utf-8")
    else:
        clips.make(entry.clip, target)
    if entry.condition == "truncated":
        os.truncate(target, target.stat().st_size * 6 // 10)


def _damage(path: Path) -> None:
    """Change one byte of the media of an MP4 file, as a failing disk does: size and modification time stay."""
    status = path.stat()
    with path.open("r+b") as file:
        content = file.read()
        place = content.index(b"mdat") + 4
        place += int.from_bytes(content[place - 8 : place - 4]) // 2
        file.seek(place)
        file.write(bytes([content[place] ^ 0xFF]))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _write_people(target: Path, entries: Sequence[DemoFile]) -> None:
    """Write the people of the files as CSV, one person per row, for `indexium people import`."""
    with target.open("w", encoding="utf-8", newline="") as file:
        file.write(cells.line(["path", "person", "qualifier"]))
        for entry in entries:
            for person in entry.people:
                file.write(cells.line([entry.path, person, QUALIFIERS.get((entry.path, person), "")]))


def _decide(library: Library, entry: DemoFile) -> None:
    query = f'path:"{entry.path}"'
    if entry.edit is not None:
        library.edit(query, list(entry.edit))
    if entry.postponed:
        library.decisions.postpone(query)
    if entry.comment_mode == "preserve":
        library.decisions.set_mode(query, comment_mode="preserve")


def _write_faces(target: Path, entries: Sequence[DemoFile]) -> None:
    """Write a legacy .db file with unconfirmed face suggestions."""
    present = {entry.path for entry in entries}
    rows = [
        legacy.LegacyFace(path=os.fsencode(path), name=name, confidence=confidence, faces=faces)
        for path, name, confidence, faces in (*content.FACES, content.UNMATCHED_FACE)
        if path in present or path == content.UNMATCHED_FACE[0]
    ]
    target.unlink(missing_ok=True)
    legacy.write(target, rows)


def _write_history(target: Path) -> None:
    """Write a legacy .db file with operations."""
    operations = []
    for number, (title, start, written) in enumerate(content.OLD_OPERATIONS, start=1):
        started = datetime.fromisoformat(start).replace(tzinfo=UTC)
        items = [
            LegacyItem(
                file_hash=path,
                path=os.fsencode(path),
                status="success",
                message="",
                previous_comment=None,
                new_comment=f"People: {name}",
                tags_added=[name],
                tags_removed=[],
                processed_at=None,
            )
            for path, name in written
        ]
        operations.append(
            LegacyOperation(
                number=number,
                operation_type="write",
                status="completed",
                started_at=started,
                completed_at=started + timedelta(seconds=40),
                file_count=len(items),
                success_count=len(items),
                failure_count=0,
                error_message="",
                user_note=title,
                items=items,
            )
        )
    target.unlink(missing_ok=True)
    legacy.write(target, [], operations)


def _former(entry: DemoFile) -> DemoFile:
    """Return the entry with the recording that the first scan finds at its path."""
    return replace(entry, clip=replace(entry.clip, seed=_FORMER_SEED)) if entry.condition == "replaced" else entry


def _original(entry: DemoFile) -> DemoFile:
    """Return the original of a copy."""
    return next(each for each in content.ENTRIES if each.path == entry.copy_of)


def _source(entry: DemoFile) -> str:
    return entry.copy_of or entry.link_of
