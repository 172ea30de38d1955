"""
What happens to each side file of a title: the one rule for NFO files, for pictures and for files that are left over.

A file belongs to nobody (there is none), to us (it has the bytes that we wrote), to others, or it is ours and another
program changed it since. Only our own files are replaced without a word.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from blake3 import blake3

from indexium_core import errors
from indexium_core.flows.publishing import folders, nfo_bodies
from indexium_core.flows.publishing.contents import hash_of
from indexium_core.flows.publishing.disk_reading import FolderReader, PresentFile
from indexium_core.flows.publishing.folders import SideFilePlace
from indexium_core.flows.publishing.former_files import following, in_format_of, place_of
from indexium_core.flows.publishing.planned_files import LostFile, NfoBody, PlannedSideFiles, StoredNfo
from indexium_core.model.publishing import side_file_names
from indexium_core.model.publishing.nfo_content import NfoContent
from indexium_core.model.publishing.nfo_ownership import OwnValues
from indexium_core.model.publishing.options import PublishOptions
from indexium_core.model.publishing.publication import SideFileOwner, SideFilePlan
from indexium_core.model.publishing.side_file_names import NFO
from indexium_core.model.publishing.subjects import Entity
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
_PICTURE_CODES: Mapping[str, Sequence[str]] = {"others": ["foreign_picture_replaced"], "changed": ["drift"]}  # by owner
_BLOCKED = frozenset({"offline", "not_replaceable", "nfo_unreadable", "name_taken"})


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
        is_wanted_by_other: Callable[[bytes], bool],
    ) -> None:
        """
        Plan with what is known.

        `find_owner` returns what is known about a file of ours by its path; `claims` has the paths that other titles
        have taken, and gets those of this one. `is_wanted_by_other` says of a path whether a title will take it.
        """
        self._inputs, self._options, self._disk, self._find_owner = inputs, options, disk, find_owner
        self._entity, self._claims, self._is_wanted_by_other = entity, claims, is_wanted_by_other
        self._stopped = {path for path, (_, choice) in inputs.choices.items() if choice == STOP}
        self._ours = {each.path_bytes: each for each in inputs.ours.get(entity, ()) if not self._is_stopped(each)}
        self._former: dict[bytes, OwnFile] = {}  # `place_of` a file → our file that it takes the place of
        self._new_names: dict[bytes, bytes] = {}  # path of such a file → its new name
        self._followed: dict[bytes, tuple[str, str]] = {}  # choices that follow their media, by the new path
        self._wanted: list[tuple[bytes, Callable[[], None]]] = []  # paths, and what plans each
        self.planned = PlannedSideFiles()

    @property
    def wanted(self) -> Collection[bytes]:
        """The paths of the files that were added."""
        return {path for path, _ in self._wanted}

    def finish(self) -> None:
        """Plan the files that were added, then those that are left over."""
        self._follow()
        for _, plan in self._wanted:
            plan()
        self._add_left_over()

    def _follow(self) -> None:
        """Find the files of ours whose media, or folder, has another name, with what a person decided about them."""
        choices = {path: self._inputs.choices[path] for path in self._inputs.decided.get(self._entity, ())}
        found = following([path for path, _ in self._wanted], self._ours, choices)
        self._ours, self._former, self._new_names = found.ours, found.former, found.names
        self.planned.moved, self.planned.decided = found.moved, found.decided
        self._followed = {new: choices[old] for old, new in found.decided.items()}
        self._stopped |= {new for new, (_, choice) in self._followed.items() if choice == STOP}

    # NFO files.

    def nfo_of_film(self, place: SideFilePlace) -> bytes:
        """Return the name of the NFO file that players read in the folder of a film instead of `movie.nfo`; or b""."""
        return folders.nfo_of_film(place, self._ours.values(), self._disk)

    def add_nfo(self, place: SideFilePlace, name: bytes, contents: Sequence[NfoContent]) -> None:
        """Add an NFO file: a new one, or the present one with the elements that change."""
        path = os.path.join(place.folder, name)  # noqa: PTH118 - a path of bytes
        new = folders.path_after_edit(self._entity, place, name)
        self._wanted.append((path, partial(self._plan_nfo, path, contents, new)))

    def _plan_nfo(self, path: bytes, contents: Sequence[NfoContent], new: bytes) -> None:
        folder, name = os.path.split(path)
        try:
            path = os.path.join(folder, self._disk.name_in_other_case(folder, name))  # noqa: PTH118 - a path of bytes
            self._claim(path)
            present = self._disk.present(path)
            if path in self._stopped:
                self._add_stopped(path, NFO, present)
            elif (lost := self._lost(path, present)) is not None:
                self._restore_nfo(path, present, lost, contents)
            elif present is None:
                self._follow_nfo(path, contents)
            else:
                self._edit_nfo(path, present, contents, new)
        except errors.MetadataError as error:
            self._add_blocked(path, NFO, error)

    def _restore_nfo(
        self, path: bytes, present: PresentFile | None, lost: OwnFile, contents: Sequence[NfoContent]
    ) -> None:
        """Plan our NFO file again that is gone: as it was published, with what others had written in it."""
        if self._choice(path, present) == "keep":
            self._add(path, NFO, "unchanged", present, "nobody")
            return
        stored = self._stored_nfo(lost)
        body: NfoBody | StoredNfo
        if stored is None:
            body = nfo_bodies.new_body(contents)
        else:
            self.planned.lost[path] = LostFile.of(lost, nfo_bodies.stored_body(lost, stored))
            body = nfo_bodies.successor(lost, stored, contents)
        self._add_body(path, body, present, "ours", codes=self._lost_codes(path, present))

    def _follow_nfo(self, path: bytes, contents: Sequence[NfoContent]) -> None:
        """Plan an NFO file where there is none: as we published it under the former name of its media, or a new one."""
        own = self._former.get(place_of(path))
        if own is not None and self._choice(path, None) == "keep":
            self._add(path, NFO, "unchanged", None, "nobody")
            return
        body = None if own is None else self._successor(own, contents)
        self._add_body(path, body or nfo_bodies.new_body(contents), None, "nobody")

    def _successor(self, own: OwnFile, contents: Sequence[NfoContent]) -> NfoBody | StoredNfo | None:
        """Return the file that takes the place of our NFO file; None if its bytes are not known any more."""
        for read in (self._changed_nfo, self._stored_nfo, self._present_nfo):
            with contextlib.suppress(errors.RefusedError):
                data = read(own)
                if data is not None:
                    return nfo_bodies.successor(own, data, contents)
        return None

    def _changed_nfo(self, own: OwnFile) -> bytes | None:
        """Return our NFO file under the former name of its media, if another program changed it and it may go."""
        present = self._present(own.path_bytes)
        is_changed = present is not None and present.size > 0 and present.content_hash != own.content_hash
        if not is_changed or self._choice(own.path_bytes, present) == "keep":
            return None
        return self._disk.content(own.path_bytes)

    def _present_nfo(self, own: OwnFile) -> bytes | None:
        """Return our NFO file under the former name of its media, as it is: its removal loses what others wrote."""
        return None if self._present(own.path_bytes) is None else self._disk.content(own.path_bytes)

    def _stored_nfo(self, own: OwnFile) -> bytes | None:
        former = {new: old for old, new in self.planned.moved.items()}
        return self._inputs.stored_nfo(former.get(own.path_bytes, own.path_bytes))

    def _edit_nfo(self, path: bytes, present: PresentFile, contents: Sequence[NfoContent], new: bytes) -> None:
        owner, data = self._owner(path, present), self._disk.content(path)
        if blake3(data).hexdigest() != present.content_hash:
            raise errors.RefusedError("It changed while it was read. Look again.", code="not_replaceable")
        if owner == "ours" and self._was_made_from(path, contents):
            self.planned.codes += nfo_bodies.notes(data, owner, self._options)
            self._add(path, NFO, "unchanged", present, owner)
            return
        own = self._own_values(path, present)
        try:
            body = nfo_bodies.edited_body(data, contents, own)
        except errors.RefusedError as error:
            choice = self._choice(path, present)
            if choice == "replace":
                self._add_body(path, nfo_bodies.new_body(contents), present, owner, codes=["foreign_nfo_replaced"])
            elif choice == "keep":
                self._add(path, NFO, "unchanged", present, owner)
            else:
                self._add(path, NFO, "blocked", present, owner, codes=["nfo_unreadable"], message=error.message)
            return
        self.planned.codes += nfo_bodies.notes(data, owner, self._options)
        writer = nfo_bodies.writer(data, owner)
        if body.content == data or (owner == "changed" and self._choice(path, present) == "keep"):
            self._add(path, NFO, "unchanged", present, owner, writer=writer)
        elif new.lower() == path.lower():
            self._add_body(path, body, present, owner, writer=writer)
        else:
            self._claim(new)
            self._add(path, NFO, "remove", present, owner)  # its elements are in the new one
            self._add_body(new, body, None, owner, writer=writer)

    def _add_body(
        self,
        path: bytes,
        body: NfoBody | StoredNfo,
        present: PresentFile | None,
        owner: SideFileOwner,
        *,
        codes: Sequence[str] = (),
        writer: str = "",
    ) -> None:
        """Add new bytes, with the codes of their edit, whichever bytes were edited."""
        edit = body.edit if isinstance(body, NfoBody) else None
        codes = codes if edit is None else [*codes, *nfo_bodies.codes_of(edit, owner)]
        self.planned.bodies[path] = body
        self._add(
            path,
            NFO,
            "create" if present is None else "replace" if "foreign_nfo_replaced" in codes else "update",
            present,
            owner,
            codes=codes,
            after_hash=blake3(body.content).hexdigest(),
            after_size=len(body.content),
            changed_fields=() if edit is None or present is None else edit.changed,
            writer=writer,
            message="" if edit is None else nfo_bodies.losses(edit),
        )

    # Pictures.

    def add_picture(self, folder: bytes, stem: bytes, picture: SelectedPicture) -> None:
        """Add a picture with a name without extension, and the removal of its twins with other extensions."""
        extension = side_file_names.extension(picture.media_type or "")
        if picture.content_hash is None or not picture.is_downloaded or extension is None or picture.size is None:
            self.planned.codes.append("picture_not_stored")
            self.planned.kept_kinds.add(picture.kind)
            self._wanted.append((os.path.join(folder, stem + b".jpg"), lambda: None))  # noqa: PTH118 - a path of bytes
            return
        path = os.path.join(folder, stem + b"." + extension.encode())  # noqa: PTH118 - a path of bytes
        self._wanted.append((path, partial(self._plan_picture, path, picture)))

    def _plan_picture(self, path: bytes, picture: SelectedPicture) -> None:
        folder, name = os.path.split(path)
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
        is_ours = is_lost or owner == "changed" or place_of(path) in self._former
        if is_ours and self._choice(path, present) == "keep":
            self._add(path, picture.kind, "unchanged", present, owner, candidate_id=picture.candidate_id)
            return
        codes = self._lost_codes(path, present) if is_lost else _PICTURE_CODES.get(owner, [])
        if lost is not None:
            owner, self.planned.lost[path] = "ours", LostFile.of(lost)
        self._add(path, picture.kind, "create" if present is None else "replace", present, owner, codes=codes, **facts)

    def _remove_twin(self, path: bytes, kind: str) -> None:
        present = self._disk.present(path)
        if present is None or any(each.path_bytes == path for each in self.planned.files):
            return
        owner = self._owner(path, present)
        self.planned.codes.append("two_extensions")
        self._add(path, kind, "remove", present, owner, codes=_PICTURE_CODES.get(owner, []))

    # Files that are left over.

    def _add_left_over(self) -> None:
        """
        Plan the removal of our files that are not published any more; a file that others changed stays.

        A picture that is gone and would have another extension, or another content, now can still be restored.
        """
        files = {place_of(each.path_bytes): each for each in self.planned.files if each.action != "remove"}
        planned, media = {each.path_bytes for each in self.planned.files}, self._inputs.files.get(self._entity, ())
        kinds = {each.kind for each in files.values() if not each.is_nfo} | self.planned.kept_kinds
        successors = {own.path_bytes: files[place] for place, own in self._former.items() if place in files}
        for path, own in self._ours.items():
            if path in planned or path in self.planned.moved:
                continue
            try:
                present = self._present(path)
            except errors.MetadataError:
                continue
            is_kept = own.kind in self.planned.kept_kinds or path in self._claims or self._is_wanted_by_other(path)
            is_lost = self._lost(path, present) is not None
            if path in successors and not (present and is_kept):
                self._leave(own, present, successors[path])
            elif is_lost and path in self._new_names:
                self._add_lost(own, self._new_names[path])
            elif is_lost:
                if own.kind in kinds and any(side_file_names.belongs_to(path, each.path_bytes) for each in media):
                    self._add_lost_picture(path, own)
            elif present is not None and present.content_hash == own.content_hash and not is_kept:
                self._remove(own, present, codes=["own_file_removed"])

    def _add_lost_picture(self, path: bytes, own: OwnFile) -> None:
        twins = [path, *(each.path_bytes for each in self.planned.files if place_of(each.path_bytes) == place_of(path))]
        if any(self._choice(each, self._present(path)) == "keep" for each in twins):
            self.planned.gone[path] = "left"
        else:
            self.planned.lost[path] = LostFile.of(own)

    def _leave(self, own: OwnFile, present: PresentFile | None, successor: SideFilePlan) -> None:
        """Plan what happens to our file under the former name of its media; `successor`: that of the new name."""
        path, is_lost = own.path_bytes, self._lost(own.path_bytes, present) is not None
        is_kept = self._choice(path, present) == "keep"
        if is_lost and successor.before_hash is not None:  # another program has the new name
            found = self._choice_of(successor.path_bytes, successor.before_hash)
            self.planned.gone[path] = "left" if found == "keep" else "foreign"
        elif is_lost:
            self._add_lost(own, in_format_of(successor.path_bytes, path))
        if successor.is_written and (present is None or is_kept):
            self.planned.forgotten[path] = own.kind
        if present is None or successor.action == "blocked":
            return
        if is_lost or present.content_hash == own.content_hash:
            codes = [] if successor.is_written else ["own_file_removed"]
            if successor.action == "create":  # with what others wrote in it
                self._add(path, own.kind, "remove", present, "ours", codes=codes)
            else:
                self._remove(own, present, codes=codes)
        elif is_kept:
            self._add(path, own.kind, "unchanged", present, "changed")
        elif successor.is_written:
            self._add(path, own.kind, "remove", present, "changed", codes=["drift"])

    def _remove(self, own: OwnFile, present: PresentFile, *, codes: Sequence[str]) -> None:
        """Plan that a file of ours goes. An NFO file that has elements of others stays without ours."""
        body = nfo_bodies.withdrawn_body(own, self._disk.content(own.path_bytes)) if own.kind == NFO else None
        if body is None:
            self._add(own.path_bytes, own.kind, "remove", present, "ours", codes=codes)
        elif blake3(body.content).hexdigest() != present.content_hash:
            self._add_body(own.path_bytes, body, present, "ours")

    def _add_lost(self, own: OwnFile, path: bytes) -> None:
        """Note that a gone file may come back under the new name of its media, or that a person leaves it out."""
        if self._choice(path, None) == "keep":
            self.planned.gone[own.path_bytes] = "left"
        elif not os.path.lexists(path):
            stored = self._stored_nfo(own) if own.kind == NFO else None
            if stored is not None or own.kind != NFO:
                body = None if stored is None else nfo_bodies.stored_body(own, stored)
                self.planned.lost[path] = LostFile.of(own, body)

    # What they share.

    def _claim(self, path: bytes) -> None:
        """Take a path for this title. Raises RefusedError (`name_taken`) if another title has it."""
        other = self._claims.setdefault(path, self._entity)
        if other != self._entity:
            raise errors.RefusedError(f"It belongs to {other.address}.", code="name_taken")

    def _owner(self, path: bytes, present: PresentFile) -> SideFileOwner:
        own = self._ours.get(path) or self._adopted(path)
        if own is None:
            if self._moved_from(path, present):
                return "ours"
            former = self._moved_and_changed(path)
            return "others" if former is None or former.content_hash == present.content_hash else "changed"
        return "ours" if own.content_hash == present.content_hash else "changed"

    def _is_stopped(self, own: OwnFile) -> bool:
        return own.state == RELEASED or own.path_bytes in self._stopped

    def _add_stopped(self, path: bytes, kind: str, present: PresentFile | None) -> None:
        """Leave a file as it is that a person does not want to publish any more."""
        self._add(path, kind, "unchanged", present, "nobody" if present is None else "others", codes=[RELEASED])

    def _own_twins(self, path: bytes) -> list[bytes]:
        """Return the paths of published pictures that differ from a path only in the extension."""
        known = [*self._stopped, *self._ours]
        return [each for each in known if each != path and place_of(each) == place_of(path)]

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

    def _was_made_from(self, path: bytes, contents: Sequence[NfoContent]) -> bool:
        """Return whether our NFO file was made from these contents: an edit would change nothing."""
        own = self._ours.get(path)
        return own is not None and own.contents_hash is not None and own.contents_hash == hash_of(contents)

    def _own_values(self, path: bytes, present: PresentFile) -> OwnValues:
        """Return what is ours in an NFO file, also under the path that it had before its folder was renamed."""
        own = self._ours.get(path) or self._moved_from(path, present) or self._moved_and_changed(path)
        return json.loads(own.own_elements or "[]") if own else ()

    def _adopted(self, path: bytes) -> OwnFile | None:
        """Return our file of a title that is gone, or of another episode of its video; None if it is not ours."""
        found = self._find_owner(path)
        if found is None:
            return None
        if found.is_present and not self._inputs.are_in_one_file(self._entity, found.entity):
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

    def _moved_and_changed(self, path: bytes) -> OwnFile | None:
        """Return our file that may be the one at this path: one that is still at its own path is another file."""
        own = self._former.get(place_of(path))
        return None if own is None or os.path.lexists(own.path_bytes) else own

    def _choice(self, path: bytes, present: PresentFile | None) -> str:
        """Return what a person decided about the present file, or about its absence; "" for nothing."""
        return self._choice_of(path, present.content_hash if present else "")

    def _choice_of(self, path: bytes, content_hash: str) -> str:
        decided, choice = self._followed.get(path) or self._inputs.choices.get(path, ("", ""))
        return choice if decided == content_hash else ""

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
            overwritten = (self._ours.get(path) or self._former[place_of(path)]).operation_id
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

    def _present(self, path: bytes) -> PresentFile | None:
        """Return the file at a former path, None if it is gone. Raises RefusedError if it is no plain file."""
        return self._disk.present(path) if os.path.lexists(path) else None

    def _add_blocked(self, path: bytes, kind: str, error: errors.MetadataError) -> None:
        code = error.reason if error.reason in _BLOCKED else "not_replaceable"
        plan = SideFilePlan(
            path_bytes=path, kind=kind, action="blocked", owner="others", codes=(code,), message=error.message
        )
        self.planned.files.append(plan)
