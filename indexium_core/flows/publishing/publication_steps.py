"""
Decisions about publications, each as one step that can be undone.

People keep a side file of others, or let ours take its place. They discard what they changed of a title since its last
publication: values by hand, padlocks and selected pictures become what they were at that time.
"""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from indexium_core import errors
from indexium_core.flows.artwork.picture_steps import PictureSteps
from indexium_core.flows.review.undo_steps import UndoneStep
from indexium_core.flows.titles import title_steps
from indexium_core.flows.titles.title_events import emit_changes
from indexium_core.jobs.event_bus import EventBus
from indexium_core.model.publishing.publication import PublicationRow, SideFilePlan
from indexium_core.model.publishing.requests import PublicationDecision
from indexium_core.model.publishing.subjects import Entity
from indexium_core.model.review.steps import StepRow
from indexium_core.model.titles.titles import TitleItem
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.publishing import choices
from indexium_core.store.publishing.choices import SideFileChoice
from indexium_core.store.review import steps
from indexium_core.store.titles import titles as title_store

CHOICES: Mapping[str, str] = {
    "keep": "kept the file of another program for",
    "replace": "let our file take the place of another one for",
    "stop": "stopped the publication of a file of",
    "resume": "resumed the publication of a file of",
    "": "took back the choice about a file of",
}
_OF_LOST: Mapping[str, str] = {  # … about files that are gone
    "keep": "left out a deleted file of",
    "replace": "asked to restore a deleted file of",
}
_OPEN_CODES = frozenset(
    {"drift", "changed_repeatedly", "nfo_unreadable", "own_file_missing"}
)  # of files about which people decide


class PublicationSteps:
    """Carries out decisions about publications. One instance serves a home."""

    def __init__(
        self,
        database: Database,
        pictures: PictureSteps,
        *,
        events: EventBus,
        clock: Callable[[], datetime],
    ) -> None:
        self._database, self._pictures, self._events, self._clock = database, pictures, events, clock

    # Side files of others.

    def choose(self, rows: Sequence[PublicationRow], choice: str, path: str = "") -> PublicationDecision:
        """
        Store a choice about the files that are not as we left them, or about the one at `path`, as one step.

        `rows`: the row of a title, and those of its seasons and episodes.

        Raises:
            UsageError: There is no such choice, or no such file.

        """
        if choice not in CHOICES:
            raise errors.UsageError(f"There is no choice “{choice[:40]}”. Choose keep, replace, stop or resume.")
        paths = [each.path_bytes for row in rows for each in row.files if path in ("", each.path)]
        known = [each.path_bytes for row in rows for each in row.files]
        name, at = rows[0].name, self._clock()

        def carry_out(tx: Connection) -> PublicationDecision:
            former = choices.of_paths(tx, paths)
            decided = [
                (row.entity, files)
                for row in rows
                for files in [
                    [each for each in row.files if path in ("", each.path) and _is_open(each, former, choice)]
                ]
                if files
            ]
            if not decided:
                raise errors.UsageError(f"No file of “{name}” needs a choice.", code="nothing_to_write")
            files = [each for _, found in decided for each in found]
            changed = [each.path_bytes for each in files]
            before = [each for each in former if each.path_bytes in changed]
            if before == sorted(_wanted(files, choice)):
                return PublicationDecision(step_id=None, summary="Nothing changes: it is so already.")
            entities, subjects = list[list[object]](), list[str]()
            for entity, found in decided:
                own_paths = [each.path_bytes for each in found]
                if choice == "resume":  # a stopped file does not follow its media: its former path resumes, too
                    left = choices.stopped_elsewhere(tx, entity, {each.kind for each in found}, known)
                    own_paths += [each.path_bytes for each in left]
                    before += left
                choices.put(tx, entity, own_paths, _wanted(found, choice), at=at)
                quoted = [_quoted(each) for each in own_paths]
                entities.append([*entity, quoted])
                subjects += quoted
            if choice == "replace":
                choices.forget_flips(tx, changed)
            are_lost = all(each.before_hash is None or not each.before_size for each in files)
            label = f"{(_OF_LOST if are_lost else CHOICES).get(choice, CHOICES[choice])} “{name}”"
            kept = json.dumps({"entities": entities, "before": _plain(before)})
            step_id = steps.record_titles(tx, "side_file", label, kept, files=0, subjects=subjects, at=at)
            return PublicationDecision(step_id=step_id, summary=f"{label[:1].upper()}{label[1:]}.")

        return self._database.run(carry_out)

    def undo_choice(self, tx: Connection, before: str, step: StepRow, *, at: datetime) -> UndoneStep:
        """Undo a choice about side files, see `UndoStep`."""
        facts = json.loads(before)
        former = [
            SideFileChoice(urllib.parse.unquote_to_bytes(path), content_hash, choice)
            for path, content_hash, choice in facts["before"]
        ]
        for kind, number, quoted in facts["entities"]:
            paths = [urllib.parse.unquote_to_bytes(each) for each in quoted]
            wanted = [each for each in former if each.path_bytes in paths]
            choices.put(tx, Entity(kind, number), paths, wanted, at=at)
        return UndoneStep(step.files, 1, self._emit_publications)

    # Changes since the last publication.

    def discard(self, item: TitleItem, since: datetime) -> PublicationDecision:
        """
        Undo the steps that changed values and pictures of a title since a moment, as one step.

        Raises:
            UsageError: A later decision must be undone first.

        """
        at = self._clock()

        def carry_out(tx: Connection) -> PublicationDecision:
            undone = [
                (each.step_id, each.kind, turned)
                for each in steps.about_title(tx, item.id, since=since)
                if (turned := self._turn(tx, each.kind, steps.before(tx, each.step_id), at=at, only=item.id))
            ]
            if not undone:
                return PublicationDecision(step_id=None, summary=f"Nothing of “{item.name}” changed by hand since.")
            for step_id in self._whole(tx, undone):
                steps.mark_undone(tx, step_id, at=at)
            label = f"discarded the changes of “{item.name}” since its publication"
            kept = json.dumps({"id": item.id, "undone": undone}, ensure_ascii=False)
            step_id = steps.record_titles(
                tx, "discard", label, kept, files=item.file_count, subjects=[str(item.id)], at=at
            )
            return PublicationDecision(step_id=step_id, summary=f"{label[:1].upper()}{label[1:]}.")

        decision = self._database.run(carry_out)
        self._emit(item)
        return decision

    def _turn(self, tx: Connection, kind: str, before: str, *, at: datetime, only: int | None = None) -> str:
        """Undo the part of a step that is about one title, and return what undoes this in turn; "" without any."""
        if kind == "picture":
            return self._pictures.restore(tx, before, at=at, only=only)
        title_steps.undo_values(tx, before, at=at)
        facts = json.loads(before)
        return json.dumps({**facts, "before": facts["after"], "after": facts["before"]}, ensure_ascii=False)

    @staticmethod
    def _whole(tx: Connection, undone: Sequence[tuple[int, str, str]]) -> list[int]:
        """Return the steps that are undone as a whole; one about many titles stays in force for the others."""
        return [
            step_id
            for step_id, kind, turned in undone
            if kind != "picture"
            or len(json.loads(turned)["slots"]) == len(json.loads(steps.before(tx, step_id))["slots"])
        ]

    def undo_discard(self, tx: Connection, before: str, step: StepRow, *, at: datetime) -> UndoneStep:
        """Undo that changes of others were discarded, see `UndoStep`."""
        facts = json.loads(before)
        item = title_store.find(tx, facts["id"])
        if item is None:
            return UndoneStep(0, 0, lambda: None, "The title no longer exists.")
        for _, kind, turned in reversed(facts["undone"]):
            self._turn(tx, kind, turned, at=at)
        for step_id in self._whole(tx, [tuple(each) for each in facts["undone"]]):
            steps.mark_undone(tx, step_id, at=None)
        return UndoneStep(step.files, 1, lambda: self._emit(item))

    def _emit_publications(self) -> None:
        self._events.emit("publications:changed")

    def _emit(self, item: TitleItem) -> None:
        shown = ("series", item.series_id) if item.series_id else (item.entity_type, item.id)
        emit_changes(self._events, [(*shown, False)])


def _is_open(file: SideFilePlan, former: Sequence[SideFileChoice], choice: str) -> bool:
    """
    Return whether people can decide so about a file.

    The publication of a file can stop if it is ours, or would be written. One that is stopped can only resume, so that
    a choice about the title changes nothing about it.
    """
    if choice == "resume" or "released" in file.codes:
        return choice == "resume" and "released" in file.codes
    if choice == "stop" and (file.owner != "others" or file.is_written):
        return True
    return bool(_OPEN_CODES & set(file.codes)) or any(
        each.path_bytes == file.path_bytes and each.content_hash == (file.before_hash or "") for each in former
    )


def _wanted(files: Sequence[SideFilePlan], choice: str) -> list[SideFileChoice]:
    """Return what is stored of a choice about some files: nothing of one that ends another."""
    if choice in ("", "resume"):
        return []
    return [SideFileChoice(each.path_bytes, each.before_hash or "", choice) for each in files]


def _quoted(path: bytes) -> str:
    return urllib.parse.quote_from_bytes(path)


def _plain(found: Sequence[SideFileChoice]) -> list[list[str]]:
    return [[_quoted(each.path_bytes), each.content_hash, each.choice] for each in found]
