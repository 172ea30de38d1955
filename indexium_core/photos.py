"""
Metadata of single photos and videos, without a home: date, size in pixels, rating.

The functions read as a scan does, and a write uses the same strategies, journal and verification as the plan. The
journal of a write is in the state folder of the user; after a crash, the next write restores what was interrupted.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import re
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from indexium_core import errors
from indexium_core.files import fingerprint, journal, sidecar_reading
from indexium_core.files.reader import FileReader
from indexium_core.flows.scanning import file_facts
from indexium_core.flows.writing import file_edit
from indexium_core.flows.writing.policy import WritePolicy
from indexium_core.jobs.executors import Processes, WorkerLostError
from indexium_core.model.fields import values
from indexium_core.model.fields.table import CREATION_TIME, RATING, field_named
from indexium_core.model.files.media import Change, FileFacts
from indexium_core.store.operations.ledger_rows import Task

_CHUNK_FILES = 100  # read by one call
_MIN_PROCESS_FILES = 3000  # worker processes start within the time that fewer files need
_WORK_MODULES = ("indexium_core.flows.scanning.file_facts",)
_LOCAL_DATE = "com.apple.quicktime.creationdate"  # in local time with a zone; the header of the video has UTC
_SECONDS = re.compile(r"(:\d{2})\.(\d{1,6})\d*")
_NO_MEDIA = "The file is neither a photo nor a video."


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaMetadata:
    """What a photo or a video states about itself."""

    path: str
    date: datetime | None = None  # of the recording; without a zone if none is known
    width: int = 0  # pixels as shown, after the rotation; 0: unknown
    height: int = 0
    rating: int = 0  # 1 to 5; 0: none; -1: rejected
    camera: str = ""
    lens: str = ""
    position: tuple[float, float] | None = None  # latitude and longitude in degrees
    problem: str = ""  # why the file could not be read, as a sentence


def extract_exif_date(path: str | Path) -> datetime | None:
    """
    Return the moment of the recording of a photo or a video, without a zone if the file has none; None if unknown.

    A photo has it in EXIF or XMP; a video in `com.apple.quicktime.creationdate`, the movie header of an MP4 or MOV, or
    the `DateUTC` of a Matroska file.

    Raises:
        FileAccessError: The file is missing or cannot be read.
        CorruptFileError: It is empty, damaged, or neither a photo nor a video.

    """
    return _date(_facts(path))


def get_dimensions(path: str | Path) -> tuple[int, int] | None:
    """
    Return width and height in pixels; None for a file without pictures. Errors as `extract_exif_date`.

    They are those as shown, after the rotation of a photo or of a video in MP4, MOV or 3GP.
    """
    width, height = _dimensions(_facts(path))
    return (width, height) if width and height else None


def extract_exif_rating(path: str | Path) -> int:
    """Return the rating: 1 to 5, 0 for none, -1 for a rejected photo; errors as `extract_exif_date`."""
    return values.rating_number(_facts(path).fields.get(RATING))


def extract_metadata_batch(paths: Iterable[str | Path]) -> Iterator[MediaMetadata]:
    """
    Yield the metadata of files in their order, each from one read; many files are read by several processes.

    A file that cannot be read has a `problem`; it does not stop the others.
    """
    names = [os.fsencode(path) for path in paths]
    chunks = [names[start : start + _CHUNK_FILES] for start in range(0, len(names), _CHUNK_FILES)]
    processors = os.cpu_count() or 1
    if len(names) < _MIN_PROCESS_FILES or processors == 1:
        yield from map(_metadata, names, itertools.chain.from_iterable(map(file_facts.describe_files, chunks)))
        return
    with tempfile.TemporaryDirectory(prefix="indexium-") as folder, ThreadPoolExecutor(processors) as pool:
        processes = Processes(Path(folder) / "lock", modules=_WORK_MODULES, spare=0)
        try:
            facts = pool.map(lambda chunk: _describe(processes, chunk), chunks)
            yield from map(_metadata, names, itertools.chain.from_iterable(facts))
        finally:
            pool.shutdown(cancel_futures=True)
            processes.close()


def write_exif_rating(path: str | Path, rating: int) -> bool:
    """
    Write a rating of 1 to 5 into a photo or a video; 0 removes it. Return whether the file changed.

    It is the write of the plan for this one field: with a journal, in place where the file has room, and verified.

    Raises:
        ValidationError: The rating is not a number from 0 to 5.
        FileAccessError: The file is missing, or cannot be read or written.
        ConflictError: Another program changes or uses the file.
        MetadataError: The file cannot be written, or has no place for a rating (`code`); it is unchanged.

    """
    wanted = values.parse(field_named(RATING), str(rating))
    task = _task(os.path.realpath(os.fsencode(path)), wanted)
    folder = Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser() / "indexium" / "journals"
    with _new_journal(folder) as undo_journal:
        result = file_edit.edit(task, undo_journal, WritePolicy(backups=folder, keep_backup=False)).record.result
        undo_journal.sync()
    if result.status != "unknown":  # otherwise the next write decides by the journal
        undo_journal.path.unlink()
    if result.status in {"success", "skipped"}:
        return result.status == "success"
    is_conflict = result.status == "conflict"
    raise (errors.ConflictError if is_conflict else errors.MetadataError)(result.message, code=result.code)


def _facts(path: str | Path) -> FileFacts:
    facts = file_facts.describe_file(os.fsencode(path))
    if facts.state != "ok":
        raise errors.CorruptFileError(facts.message or _NO_MEDIA, code=facts.state)
    return facts


def _describe(processes: Processes, paths: list[bytes]) -> list[FileFacts]:
    """Read some files in a process; if it ends, each alone, so that the one that ends it does not stop the others."""
    try:
        return processes.call(file_facts.describe_files, paths)
    except WorkerLostError as lost:
        if len(paths) == 1:
            return [FileFacts(state="corrupt", message=f"The process that read the file {lost}.")]
    return [facts for path in paths for facts in _describe(processes, [path])]


def _metadata(path: bytes, facts: FileFacts) -> MediaMetadata:
    name = os.fsdecode(path)
    if facts.state != "ok":
        return MediaMetadata(path=name, problem=facts.message or _NO_MEDIA)
    width, height = _dimensions(facts)
    photo = facts.photo
    return MediaMetadata(
        path=name,
        date=_date(facts),
        width=width,
        height=height,
        rating=values.rating_number(facts.fields.get(RATING)),
        camera=photo.camera if photo else "",
        lens=photo.lens if photo else "",
        position=photo.position if photo else None,
    )


def _dimensions(facts: FileFacts) -> tuple[int, int]:
    if facts.photo:
        return facts.photo.width, facts.photo.height
    pictures = [each for each in facts.streams if each.kind == "video" and not each.details.get("attached_pic")]
    width, height = pictures[0].shown_size if pictures else (0, 0)
    return int(width or 0), int(height or 0)


def _date(facts: FileFacts) -> datetime | None:
    texts = [facts.photo.taken if facts.photo else "", facts.fields.get(CREATION_TIME, "")]
    texts.insert(0, str(facts.tags.get("container", {}).get(_LOCAL_DATE, "")))
    for text in filter(None, texts):
        with suppress(ValueError):
            return datetime.fromisoformat(_SECONDS.sub(lambda found: f"{found[1]}.{found[2]:0<6}", text))
    return None


def _task(path: bytes, rating: str | None) -> Task:
    """Return the task of a write of a rating, with the present state of the file as its precondition."""
    with FileReader(path) as reader:
        _, layout = sidecar_reading.examine(path, reader)
        places = [place for place in layout.fields if place.field == RATING]
        return Task(
            item_id=1,
            file_id=0,
            path=path,
            expected_size=reader.stat.size,
            expected_mtime_ns=reader.stat.mtime_ns,
            expected_hash=fingerprint.payload_hash(reader, layout.payload),
            changes=tuple(
                Change(field=RATING, where=place.where, old=place.shown, new=rating if place.takes_value else None)
                for place in places
            )
            or (Change(field=RATING, old=None, new=rating),),
        )


def _new_journal(folder: Path) -> journal.OperationJournal:
    """Return a new journal, after the restore of files whose write was interrupted."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)  # no other process finds a journal before it is locked
        for path in folder.glob("*.journal"):
            with suppress(errors.IndexiumError):  # another process uses it, or its disk is not connected
                if all(each.outcome.is_resolved for each in journal.recover(path)):
                    path.unlink()
        return journal.OperationJournal.create(folder / f"{secrets.token_hex(8)}.journal", in_home=False)
    finally:
        os.close(lock)
