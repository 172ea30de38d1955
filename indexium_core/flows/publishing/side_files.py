"""
What happens to each side file of a title: the one rule for NFO files, for pictures and for files that are left over.

A file belongs to nobody (there is none), to us (it has the bytes that we wrote), to others, or it is ours and another
program changed it since. Only our own files are replaced without a word.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from blake3 import blake3

from indexium_core import errors
from indexium_core.files.titles import nfo, nfo_editing, nfo_writers
from indexium_core.flows.publishing.contents import PlannedContent, hash_of
from indexium_core.flows.publishing.disk_reading import FolderReader, PresentFile
from indexium_core.flows.publishing.folders import SideFilePlace
from indexium_core.model.publishing import side_file_names
from indexium_core.model.publishing.nfo_content import NfoContent
from indexium_core.model.publishing.nfo_ownership import OwnValues, named_values
from indexium_core.model.publishing.options import PublishOptions
from indexium_core.model.publishing.publication import SideFileOwner, SideFilePlan
from indexium_core.model.publishing.side_file_names import NFO
from indexium_core.model.publishing.subjects import Entity
from indexium_core.model.titles.fields import TITLE_FIELDS
from indexium_core.model.titles.nfo import NfoDocument
from indexium_core.store.publishing.inputs import (
    RELEASED,
    STOP,
    OwnFile,
    PublishedInputs,
    SelectedPicture,
    SideFileOwnership,
)
from indexium_core.store.publishing.published import EMPTY_HASH

MOST_FLIPS = 2  # changes of one file by other programs within a day, after which it is not published any more
_SAVER = "Jellyfin"
_PICTURE_CODES: Mapping[str, Sequence[str]] = {"others": ["foreign_picture_replaced"], "changed": ["drift"]}  # by owner
_BLOCKED = frozenset({"offline", "not_replaceable", "nfo_unreadable", "name_taken"})


@dataclass(frozen=True, slots=True)
class NfoBody:
    """The new bytes of an NFO file."""

    content: bytes
    contents: Sequence[NfoContent]
    own: OwnValues | None  # what is ours in an edited file; None: it is new, so everything is
    planned: Sequence[PlannedContent]  # from which it is made

    @property
    def own_elements(self) -> str:
        """What is ours in it, as JSON."""
        own = nfo_editing.own_values(self.contents) if self.own is None else self.own
        return json.dumps(own, ensure_ascii=False)

    @property
    def contents_hash(self) -> str:
        """The hash of what it has to say."""
        return hash_of(self.planned)


@dataclass(frozen=True, slots=True)
class StoredNfo:
    """An NFO file as the ledger has it."""

    content: bytes
    own_elements: str  # what is ours in it, as JSON
    contents_hash: str | None  # the hash of what it has to say


@dataclass(frozen=True, slots=True)
class LostFile:
    """A file of ours that is gone, as the ledger has it."""

    content_hash: str
    kind: str  # nfo, or a kind of picture
    nfo: StoredNfo | None  # None: a picture


@dataclass(slots=True)
class PlannedSideFiles:
    """The side files of one title, with the new NFO files."""

    files: list[SideFilePlan] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)  # notes about the title
    bodies: dict[bytes, NfoBody | StoredNfo] = field(default_factory=dict)  # by path
    flips: list[tuple[bytes, int]] = field(default_factory=list)  # files of ours that others changed, with operation
    moved: dict[bytes, bytes] = field(default_factory=dict)  # files of ours in renamed folders: old path → new path
    lost: dict[bytes, LostFile] = field(default_factory=dict)  # files of ours that are gone and may come back, by path
    kept_kinds: set[str] = field(default_factory=set)  # kinds whose present files stay, because nothing new is known


class SideFilePlanner:
    """Plans the side files of one title or video."""

    def __init__(
        self,
        entity: Entity,
        inputs: PublishedInputs,
        options: PublishOptions,
        disk: FolderReader,
        *,
        find_owner: Callable[[bytes], SideFileOwnership | None],
        claims: dict[bytes, Entity],
    ) -> None:
        """
        Plan with what is known.

        `find_owner` returns what is known about a file of ours by its path; `claims` has the paths that other titles
        have taken, and gets those of this one.
        """
        self._inputs, self._options, self._disk, self._find_owner = inputs, options, disk, find_owner
        self._entity, self._claims = entity, claims
        self._stopped = {path for path, (_, choice) in inputs.choices.items() if choice == STOP}
        self._ours = {each.path_bytes: each for each in inputs.ours.get(entity, ()) if not self._is_stopped(each)}
        self.planned = PlannedSideFiles()

    # NFO files.

    def has_nfo_of_file(self, place: SideFilePlace) -> bool:
        """
        Return whether players read an NFO file with the name of the video in a folder of its own.

        They would not read it any more beside a new `movie.nfo`. The text of a release group is no such file.
        """
        of_folder, name = (side_file_names.nfo_name("movie", place.stem, is_own_folder=each) for each in (True, False))
        try:
            names = {each.lower() for each in self._disk.names(place.folder)}
            ours = [os.path.join(place.folder, each) in self._ours for each in (of_folder, name)]  # noqa: PTH118
            if any(ours):  # also if it is gone: it is restored under its name
                return not ours[0]
            if of_folder in names or name.lower() not in names:
                return False
            path = os.path.join(place.folder, self._disk.name_in_other_case(place.folder, name))  # noqa: PTH118 - bytes
            return bool(nfo.parse(self._disk.content(path)))
        except errors.MetadataError:
            return False

    def add_nfo(self, path: bytes, contents: Sequence[PlannedContent]) -> None:
        """Plan an NFO file: a new one, or the present one with the elements that change."""
        folder, name = os.path.split(path)
        try:
            path = os.path.join(folder, self._disk.name_in_other_case(folder, name))  # noqa: PTH118 - a path of bytes
            self._claim(path)
            present = self._disk.present(path)
            if path in self._stopped:
                self._add_stopped(path, NFO, present)
                return
            lost = self._lost(path, present)
            if lost is not None:
                self._restore_nfo(path, present, lost, contents)
            elif present is None:
                self._add_body(path, _new(contents), present, "nobody")
            else:
                self._edit_nfo(path, present, contents)
        except errors.MetadataError as error:
            self._add_blocked(path, NFO, error)

    def _restore_nfo(
        self, path: bytes, present: PresentFile | None, lost: OwnFile, contents: Sequence[PlannedContent]
    ) -> None:
        """Plan our NFO file again that is gone: as it was published, with what others had written in it."""
        if self._choice(path, present) == "keep":
            self._add(path, NFO, "unchanged", present, "nobody")
            return
        stored = self._inputs.stored_nfo(path)
        body: NfoBody | StoredNfo = _new(contents)
        if stored is not None:
            own: OwnValues = json.loads(lost.own_elements or "[]")
            kept = StoredNfo(stored, lost.own_elements or "[]", lost.contents_hash)
            self.planned.lost[path] = LostFile(lost.content_hash, NFO, kept)
            if lost.contents_hash == hash_of(contents):
                body = kept
            else:
                wanted = [with_cleared(each, own, nfo.parse(stored)) for each in contents]
                edit = nfo_editing.edited(stored, wanted, own)
                body = NfoBody(edit.content, wanted, edit.own, contents)
        self._add_body(path, body, present, "ours", codes=self._lost_codes(path, present))

    def _edit_nfo(self, path: bytes, present: PresentFile, contents: Sequence[PlannedContent]) -> None:
        owner, data = self._owner(path, present), self._disk.content(path)
        if blake3(data).hexdigest() != present.content_hash:
            raise errors.RefusedError("It changed while it was read. Look again.", code="not_replaceable")
        if owner == "ours" and self._was_made_from(path, contents):
            self._add_notes(data, owner)
            self._add(path, NFO, "unchanged", present, owner)
            return
        own = self._own_values(path, present)
        try:
            documents = nfo.parse(data)
            wanted = [with_cleared(each, own, documents) for each in contents]
            edit = nfo_editing.edited(data, wanted, own)
        except errors.RefusedError as error:
            choice = self._choice(path, present)
            if choice == "replace":
                self._add_body(path, _new(contents), present, owner, codes=["foreign_nfo_replaced"])
            elif choice == "keep":
                self._add(path, NFO, "unchanged", present, owner)
            else:
                self._add(path, NFO, "blocked", present, owner, codes=["nfo_unreadable"], message=error.message)
            return
        self._add_notes(data, owner)
        if edit.content == data or (owner == "changed" and self._choice(path, present) == "keep"):
            self._add(path, NFO, "unchanged", present, owner, writer=_writer(data, owner))
            return
        codes = {"others": ["foreign_nfo_edited"], "changed": ["drift"]}.get(owner, [])
        body = NfoBody(edit.content, wanted, edit.own, contents)
        self._add_body(path, body, present, owner, codes=codes, changed=edit.changed, writer=_writer(data, owner))

    def _add_notes(self, data: bytes, owner: SideFileOwner) -> None:
        if "jellyfin" not in self._options.readers:
            return
        if b"lockdata" in data.replace(b"\0", b"").lower() and any(each.is_locked for each in nfo.parse(data)):
            self.planned.codes.append("locked_for_jellyfin")
        if owner != "ours" and nfo_writers.probable_writer(data) == _SAVER:
            self.planned.codes.append("saver_is_on")

    def _add_body(
        self,
        path: bytes,
        edit: NfoBody | StoredNfo,
        present: PresentFile | None,
        owner: SideFileOwner,
        *,
        codes: Sequence[str] = (),
        changed: tuple[str, ...] = (),
        writer: str = "",
    ) -> None:
        self.planned.bodies[path] = edit
        self._add(
            path,
            NFO,
            "create" if present is None else "replace" if "foreign_nfo_replaced" in codes else "update",
            present,
            owner,
            codes=codes,
            after_hash=blake3(edit.content).hexdigest(),
            after_size=len(edit.content),
            changed_fields=changed,
            writer=writer,
        )

    # Pictures.

    def add_picture(self, folder: bytes, stem: bytes, picture: SelectedPicture) -> None:
        """Plan a picture with a name without extension, and the removal of its twins with other extensions."""
        extension = side_file_names.extension(picture.media_type or "")
        if picture.content_hash is None or not picture.is_downloaded or extension is None or picture.size is None:
            self.planned.codes.append("picture_not_stored")
            self.planned.kept_kinds.add(picture.kind)
            return
        name = stem + b"." + extension.encode()
        path = os.path.join(folder, name)  # noqa: PTH118 - a path of bytes
        try:
            name = self._disk.name_in_other_case(folder, name)
            path = os.path.join(folder, name)  # noqa: PTH118 - a path of bytes
            self._claim(path)
            stopped = next((each for each in (path, *self._own_twins(path)) if each in self._stopped), None)
            if stopped is not None:
                self._add_stopped(stopped, picture.kind, self._disk.present(stopped))
                return
            self._place_picture(path, picture)
            for twin in side_file_names.twins(name, self._disk.names(folder)):
                self._remove_twin(os.path.join(folder, twin), picture.kind)  # noqa: PTH118 - a path of bytes
        except errors.MetadataError as error:
            self._add_blocked(path, picture.kind, error)

    def _place_picture(self, path: bytes, picture: SelectedPicture) -> None:
        present = self._disk.present(path)
        owner: SideFileOwner = "nobody" if present is None else self._owner(path, present)
        facts: dict[str, Any] = {
            "after_hash": picture.content_hash,
            "after_size": picture.size,
            "candidate_id": picture.candidate_id,
        }
        if present is not None and present.content_hash == picture.content_hash:
            self._add(path, picture.kind, "unchanged", present, owner, **facts)
            return
        lost = self._lost(path, present)
        is_lost = lost is not None or (present is None and self._has_lost_twin(path))
        if (is_lost or owner == "changed") and self._choice(path, present) == "keep":
            self._add(path, picture.kind, "unchanged", present, owner, candidate_id=picture.candidate_id)
            return
        codes = self._lost_codes(path, present) if is_lost else _PICTURE_CODES.get(owner, [])
        if lost is not None:
            owner, self.planned.lost[path] = "ours", LostFile(lost.content_hash, lost.kind, None)
        self._add(path, picture.kind, "create" if present is None else "replace", present, owner, codes=codes, **facts)

    def _remove_twin(self, path: bytes, kind: str) -> None:
        present = self._disk.present(path)
        if present is None or any(each.path_bytes == path for each in self.planned.files):
            return
        owner = self._owner(path, present)
        self.planned.codes.append("two_extensions")
        self._add(path, kind, "remove", present, owner, codes=_PICTURE_CODES.get(owner, []))

    # Files that are left over.

    def add_left_over(self) -> None:
        """
        Plan the removal of our files that are not published any more; a file that others changed stays.

        A picture that is gone and would have another extension, or another content, now can still be restored.
        """
        files = tuple(self.planned.files)
        planned = {each.path_bytes for each in files}
        kinds = {each.kind for each in files if not each.is_nfo} | self.planned.kept_kinds
        for path, own in self._ours.items():
            if path in planned:
                continue
            try:
                present = self._disk.present(path)
            except errors.MetadataError:
                continue
            if self._lost(path, present):
                twins = [path, *(each for each in planned if _stem(each) == _stem(path))]
                if own.kind in kinds and all(self._choice(each, present) != "keep" for each in twins):
                    self.planned.lost[path] = LostFile(own.content_hash, own.kind, None)
                continue
            is_kept = own.kind in self.planned.kept_kinds or path in self._claims
            if present is not None and present.content_hash == own.content_hash and not is_kept:
                self._add(path, own.kind, "remove", present, "ours", codes=["own_file_removed"])

    # What they share.

    def _claim(self, path: bytes) -> None:
        """Take a path for this title. Raises RefusedError (`name_taken`) if another title has it."""
        other = self._claims.setdefault(path, self._entity)
        if other != self._entity:
            raise errors.RefusedError(f"It belongs to {other.address}.", code="name_taken")

    def _owner(self, path: bytes, present: PresentFile) -> SideFileOwner:
        own = self._ours.get(path) or self._adopted(path)
        if own is None:
            return "ours" if self._moved_from(path, present) else "others"
        return "ours" if own.content_hash == present.content_hash else "changed"

    def _is_stopped(self, own: OwnFile) -> bool:
        return own.state == RELEASED or own.path_bytes in self._stopped

    def _add_stopped(self, path: bytes, kind: str, present: PresentFile | None) -> None:
        """Leave a file as it is that a person does not want to publish any more."""
        self._add(path, kind, "unchanged", present, "nobody" if present is None else "others", codes=[RELEASED])

    def _own_twins(self, path: bytes) -> list[bytes]:
        """Return the paths of published pictures that differ from a path only in the extension."""
        known = [*self._stopped, *self._ours]
        return [each for each in known if each != path and _stem(each) == _stem(path)]

    def _lost(self, path: bytes, present: PresentFile | None) -> OwnFile | None:
        """Return our file that should be at a path and is gone, or has no byte left."""
        own = self._ours.get(path)
        is_lost = own is not None and (present is None or present.size == 0) and own.content_hash != EMPTY_HASH
        return own if is_lost else None

    def _has_lost_twin(self, path: bytes) -> bool:
        """Return whether our picture with another extension is gone: a new one in its place is the same question."""
        twins = [each for each in self._own_twins(path) if each in self._ours]
        return bool(twins) and all(self._lost(each, self._disk.present(each)) for each in twins)

    def _lost_codes(self, path: bytes, present: PresentFile | None) -> list[str]:
        """Return the code of a file that is gone: a person may have deleted it, so it is asked once."""
        return [] if self._choice(path, present) == "replace" else ["own_file_missing"]

    def _was_made_from(self, path: bytes, contents: Sequence[PlannedContent]) -> bool:
        """Return whether our NFO file was made from these contents: an edit would change nothing."""
        own = self._ours.get(path)
        return own is not None and own.contents_hash is not None and own.contents_hash == hash_of(contents)

    def _own_values(self, path: bytes, present: PresentFile) -> OwnValues:
        """Return what is ours in an NFO file, also under the path that it had before its folder was renamed."""
        own = self._ours.get(path) or self._moved_from(path, present)
        return json.loads(own.own_elements or "[]") if own else ()

    def _adopted(self, path: bytes) -> OwnFile | None:
        """Return a file of ours of a title that is gone: its video is this title now. None if it is not ours."""
        found = self._find_owner(path)
        if found is None:
            return None
        if found.is_present:
            raise errors.RefusedError(f"It belongs to {found.entity.address}.", code="name_taken")
        self._ours[path] = found.file
        return found.file

    def _moved_from(self, path: bytes, present: PresentFile) -> OwnFile | None:
        """Return our file that is at this path now, because its folder has got another name, as its media has."""
        for own in self._ours.values():
            is_same = own.content_hash == present.content_hash and own.path_bytes != path
            if is_same and not os.path.lexists(own.path_bytes):
                self.planned.moved[own.path_bytes] = path
                return own
        return None

    def _choice(self, path: bytes, present: PresentFile | None) -> str:
        """Return what a person decided about the present file, or about its absence; "" for nothing."""
        content_hash, choice = self._inputs.choices.get(path, ("", ""))
        return choice if content_hash == (present.content_hash if present else "") else ""

    def _add(
        self,
        path: bytes,
        kind: str,
        action: Any,
        present: PresentFile | None,
        owner: SideFileOwner,
        *,
        codes: Iterable[str] = (),
        **facts: Any,
    ) -> None:
        found = list(codes)
        if "drift" in found and present is not None:
            overwritten = self._ours[path].operation_id
            self.planned.flips.append((path, overwritten))
            flips = {*self._inputs.flips.get(path, ()), overwritten}
            if len(flips) >= MOST_FLIPS and self._choice(path, present) != "replace":
                action, found = "blocked", ["changed_repeatedly"]
        plan = SideFilePlan(path_bytes=path, kind=kind, action=action, owner=owner, codes=tuple(found), **facts)
        if present is not None:
            plan = replace(
                plan, before_hash=present.content_hash, before_size=present.size, before_mtime_ns=present.mtime_ns
            )
        if plan.is_written and not self._disk.is_writable(plan.folder_bytes):
            plan = replace(plan, action="blocked", codes=("folder_not_writable",))
        self.planned.files.append(plan)

    def _add_blocked(self, path: bytes, kind: str, error: errors.MetadataError) -> None:
        code = error.reason if error.reason in _BLOCKED else "not_replaceable"
        plan = SideFilePlan(
            path_bytes=path, kind=kind, action="blocked", owner="others", codes=(code,), message=error.message
        )
        self.planned.files.append(plan)


def _new(contents: Sequence[PlannedContent]) -> NfoBody:
    found = [each.content for each in contents]
    return NfoBody(nfo_editing.new_file(found), found, None, contents)


def with_cleared(planned: PlannedContent, own: OwnValues, documents: Sequence[NfoDocument]) -> NfoContent:
    """
    Return the content for an edit that clears what we wrote and do not have any more, where the file still says it.

    A match that was corrected leaves no id and no plot of the wrong film behind.
    """
    content = planned.for_edit
    written = next((each for each in own if _is_of(each, content)), None)
    if written is None:
        return content
    document = next((each for each in documents if each.kind == content.kind and _has_number(each, content)), None)
    if document is None:
        return content
    present = named_values(document)
    gone = {
        field_name
        for name, value in written["values"].items()
        if (field_name := name.partition(".")[0]) not in planned.content.values and present.get(name) == value
    }
    cleared = {name: None for name in gone if name in TITLE_FIELDS}
    return replace(content, values={**cleared, **content.values}) if cleared else content


def _is_of(own: Mapping[str, Any], content: NfoContent) -> bool:
    numbers = (own.get("season"), own.get("episode"))
    is_same = content.kind != "episodedetails" or numbers == (content.season, content.episode)
    return own.get("kind") == content.kind and is_same


def _has_number(document: NfoDocument, content: NfoContent) -> bool:
    return content.kind != "episodedetails" or content.episode in document.episodes or not document.episodes


def _stem(path: bytes) -> bytes:
    """Return a path without its extension."""
    return os.path.splitext(path)[0]  # noqa: PTH122 - a path of bytes


def _writer(data: bytes, owner: SideFileOwner) -> str:
    return "" if owner == "ours" else nfo_writers.probable_writer(data)
