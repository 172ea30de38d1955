"""The side files of a title as values: the new NFO files, files of ours that are gone, and the row of the plan."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from stat import S_ISREG

from indexium_core.files.titles import nfo_editing
from indexium_core.files.titles.nfo_editing import NfoEdit
from indexium_core.flows.publishing.contents import hash_of
from indexium_core.model.publishing import risks
from indexium_core.model.publishing.nfo_content import NfoContent
from indexium_core.model.publishing.publication import PublicationRow, SideFileAction, SideFilePlan
from indexium_core.store.publishing.inputs import OwnFile

BEFORE_EVENT = timedelta(minutes=10)  # a sender removes files, then sends: the plan may have seen that already


@dataclass(frozen=True, slots=True)
class NfoBody:
    """The new bytes of an NFO file."""

    content: bytes
    contents: Sequence[NfoContent]  # what it has to say
    edit: NfoEdit | None = None  # None: it is new, so everything in it is ours

    @property
    def own_elements(self) -> str:
        """What is ours in it, as JSON."""
        own = nfo_editing.own_values(self.contents) if self.edit is None else self.edit.own
        return json.dumps(own, ensure_ascii=False)

    @property
    def contents_hash(self) -> str:
        """The hash of what it has to say."""
        return hash_of(self.contents)


@dataclass(frozen=True, slots=True)
class StoredNfo:
    """An NFO file as the ledger has it."""

    content: bytes
    own_elements: str  # what is ours in it, as JSON
    contents_hash: str | None  # the hash of what it has to say


@dataclass(frozen=True, slots=True)
class LostFile:
    """A file of ours that is gone, as the ledger has it."""

    path: bytes  # in the ledger
    content_hash: str
    kind: str  # nfo, or a kind of picture
    nfo: StoredNfo | None  # None: a picture
    since: datetime | None  # since when it is known to be gone

    @classmethod
    def of(cls, own: OwnFile, body: StoredNfo | None = None) -> LostFile:
        """Return a file of ours that is gone; `body`: of an NFO file."""
        return cls(own.path_bytes, own.content_hash, own.kind, body, own.missing_since)


@dataclass(slots=True)
class PlannedSideFiles:
    """The side files of one title, with the new NFO files."""

    files: list[SideFilePlan] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)  # notes about the title
    bodies: dict[bytes, NfoBody | StoredNfo] = field(default_factory=dict)  # by path
    flips: list[tuple[bytes, int]] = field(default_factory=list)  # files of ours that others changed, with operation
    moved: dict[bytes, bytes] = field(default_factory=dict)  # files of ours with other names: old path → new path
    decided: dict[bytes, bytes] = field(default_factory=dict)  # choices about files that follow their media: the same
    lost: dict[bytes, LostFile] = field(default_factory=dict)  # files of ours that are gone and may come back, by path
    gone: dict[bytes, str] = field(default_factory=dict)  # other gone files of ours: path → left, or foreign
    forgotten: dict[bytes, str] = field(default_factory=dict)  # files of ours with a successor: path → kind
    kept_kinds: set[str] = field(default_factory=set)  # kinds whose present files stay, because nothing new is known


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row of the plan with what it is made of."""

    row: PublicationRow
    anchor: bytes  # the media, or the folder, that must exist when the files are written
    planned: PlannedSideFiles
    folder: bytes  # of the NFO file
    is_own_folder: bool
    number: int | None = None  # of the season or of the episode

    @property
    def bodies(self) -> Mapping[bytes, NfoBody | StoredNfo]:
        """The new NFO files by path."""
        return self.planned.bodies

    @property
    def lost(self) -> Mapping[bytes, LostFile]:
        """The files of ours that are gone and may come back, by the path that they would have."""
        return self.planned.lost

    @property
    def forgotten(self) -> list[SideFilePlan]:
        """The files that the ledger forgets once the row is written: they have successors, and are gone or kept."""
        kinds = self.planned.forgotten.items()
        return [SideFilePlan(path_bytes=path, kind=kind, action="remove", owner="ours") for path, kind in kinds]

    def states(self) -> Iterator[tuple[bytes, str]]:
        """Yield how files of ours are on the disk: path and state of the ledger."""
        lost = {each.path for each in self.lost.values()}
        for file in self.row.files:
            if file.owner in ("ours", "changed") and file.path_bytes not in lost:
                yield file.path_bytes, "drifted" if file.owner == "changed" else "published"
        yield from ((path, "missing") for path in lost)

    def lost_with_media(self) -> Iterator[bytes]:
        """Yield the files of ours that are gone together with their media: perhaps no person deleted them."""
        if self.lost and not os.path.lexists(self.anchor):
            yield from (each.path for each in self.lost.values())

    def with_lost_after(self, moment: datetime | None, *, now: datetime) -> PlannedRow:
        """
        Return the row without lost files that were known to be gone before the upgrade of a moment; None: with all.

        They were known if the plan saw that before the present media came. A moment after `now` says nothing: the clock
        was set back since.
        """
        if moment is None or moment > now or not self.lost:
            return self
        known = max(moment - BEFORE_EVENT, min(moment, self._media_time() or moment))
        lost = {path: each for path, each in self.lost.items() if each.since is None or each.since >= known}
        return replace(self, planned=replace(self.planned, lost=lost))

    def _media_time(self) -> datetime | None:
        """Return when the media came to its place; None: the files belong to a folder, which no upgrade replaces."""
        try:
            stat = Path(os.fsdecode(self.anchor)).lstat()
        except OSError:
            return None
        return datetime.fromtimestamp(stat.st_ctime, UTC) if S_ISREG(stat.st_mode) else None

    def restoration(self, sizes: Mapping[str, int]) -> PlannedRow:
        """
        Return the row that only restores the files that are gone, as they were published.

        A file whose media has another name gets the new one; what is left of it under the old name is removed.
        `sizes`: of pictures in the cache, by hash.
        """
        known = {file.path_bytes: file for file in self.row.files}
        files = [_restored(known.get(path), path, lost, sizes) for path, lost in self.lost.items()]
        renamed = {
            lost.path: lost.kind
            for file in files
            for lost in [self.lost[file.path_bytes]]
            if file.is_written and lost.path != file.path_bytes
        }
        empty = [each for path in renamed for each in [known.get(path)] if each is not None and each.is_written]
        files += empty
        planned = replace(
            self.planned,
            bodies={path: lost.nfo for path, lost in self.lost.items() if lost.nfo is not None},
            forgotten={path: renamed[path] for path in renamed.keys() - {each.path_bytes for each in empty}},
        )
        codes = tuple(risks.in_order(code for file in files for code in file.codes))
        return replace(self, row=replace(self.row, files=tuple(files), codes=codes), planned=planned)


def _restored(file: SideFilePlan | None, path: bytes, lost: LostFile, sizes: Mapping[str, int]) -> SideFilePlan:
    """Return the plan of a file that is restored as it was published; `sizes`: of pictures in the cache, by hash."""
    if file is None:
        file = SideFilePlan(path_bytes=path, kind=lost.kind, action="create", owner="ours")
    if file.action == "blocked":
        return file
    size = sizes.get(lost.content_hash) if lost.nfo is None else len(lost.nfo.content)
    if size is None:
        return replace(file, action="blocked", codes=("picture_gone",))
    action: SideFileAction = "create" if file.before_hash is None else "replace"
    as_published = replace(file, action=action, after_hash=lost.content_hash, after_size=size)
    return replace(as_published, codes=(), changed_fields=(), message="")
