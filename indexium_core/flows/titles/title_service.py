"""Titles for people: identification in the background, lists, details, values by hand, and padlocks."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, NamedTuple, Unpack

from indexium_core import errors
from indexium_core.flows.review.bulk_edits import BulkEdits
from indexium_core.flows.review.decisions import Decisions
from indexium_core.flows.review.undo_steps import UndoneStep
from indexium_core.flows.titles import assigning, planned_values, title_libraries, title_steps
from indexium_core.flows.titles.identification import Identifier, summary
from indexium_core.flows.titles.title_events import emit_changes
from indexium_core.jobs.context import JobContext
from indexium_core.jobs.event_bus import EventBus
from indexium_core.jobs.queue import JobQueueService
from indexium_core.model import job_kinds, wording
from indexium_core.model.accounts.needs import NAMED, NO_LIBRARY, internal, needs
from indexium_core.model.accounts.permissions import JOBS_MANAGE, LIBRARIES_MANAGE, TITLES_EDIT
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.event import Event
from indexium_core.model.job import Job
from indexium_core.model.names.title_guess import checked_kind
from indexium_core.model.remote_calls import remote
from indexium_core.model.review.reports import DecisionReport, FieldsPreview
from indexium_core.model.review.steps import StepRow
from indexium_core.model.titles.fields import PLANNED_FIELDS, checked_value, field_of
from indexium_core.model.titles.planned_values import ALL_CHANGES, PlannedValues
from indexium_core.model.titles.title_filter import FACET_KEYS, RelatedTitle, TitleFacet, TitleFilter, TitleFilters
from indexium_core.model.titles.titles import (
    FileMove,
    IdentifiedTitle,
    TitleItem,
    TitlePage,
    TitleValue,
    ValueDecision,
    field_label,
    gaps_of,
    sort_key,
)
from indexium_core.store.catalog import catalog
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database
from indexium_core.store.titles import assignments, identified, title_facets
from indexium_core.store.titles import titles as store

_MOST = 1000  # titles of a page


class TitlePlace(NamedTuple):
    """What files are of their title."""

    role: str
    season: int | str | None
    episodes: Sequence[int]


@checked_arguments
class TitleService:
    """The titles of a home. One instance serves a home."""

    def __init__(
        self,
        database: Database,
        identifier: Identifier,
        *,
        decisions: Decisions,
        bulk: BulkEdits,
        queue: JobQueueService,
        events: EventBus,
        refresh_publications: Callable[[], object],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        is_served: bool = False,
    ) -> None:
        """
        Call `refresh_publications` after an identification.

        `is_served`: this process serves a dashboard, so an identification follows each scan by an event.
        """
        self._database, self._identifier, self._queue, self._events = database, identifier, queue, events
        self._decisions, self._bulk = decisions, bulk
        self._clock, self._is_served = clock, is_served
        self._refresh_publications = refresh_publications

    # Identification.

    @needs(JOBS_MANAGE, NAMED)
    @remote()
    def identify(self, library_ids: Sequence[int] = (), *, priority: int | str = "normal") -> Job:
        """
        Add a job that identifies the videos of libraries, or of all libraries that hold titles. It needs no network.

        Raises:
            UnknownIdError: A library does not exist.
            UsageError: No library holds titles, or one of the given ones does not.

        """
        return self._add(library_ids, {}, priority)

    @needs(LIBRARIES_MANAGE, NAMED)
    @remote()
    def set_library_kind(self, library_id: int, kind: str) -> Job | None:
        """
        Set what a library holds, see `inventory.set_kind`, and identify its titles in a job; None for home videos.

        Raises:
            UnknownIdError: The library does not exist.
            UsageError: There is no such kind.

        """
        checked = checked_kind(kind)
        catalog.library(self._database.read(), library_id)
        with self._database.atomic() as tx:
            catalog.set_library_kind(tx, library_id, checked)
        return None if checked == "home" else self.identify([library_id])

    def _add(self, library_ids: Sequence[int], unassigned: Mapping[str, Any], priority: int | str) -> Job:
        """Add an identification; `unassigned`: files that are moved back by it, and when a person requested it."""
        names = title_libraries.names_of(self._database.read(), library_ids)
        if all(row.kind == "home" for row in catalog.libraries(self._database.read())):
            raise errors.UsageError(
                "No library holds films or series. Choose its kind first: indexium libraries set ID --kind mixed."
            )
        payload = {"libraries": sorted(library_ids), **unassigned}
        return self._queue.add_job(
            job_kinds.IDENTIFICATION, payload, title=f"Identify titles of {names}", priority=priority
        )

    @needs(JOBS_MANAGE, NO_LIBRARY)
    @remote()
    def follow(self) -> Job | None:
        """
        Add the identification that follows a scan, and return its job.

        None if no library holds titles, or in a service, which adds the job itself at the end of each scan.
        """
        return None if self._is_served else self._add_if_needed()

    @internal
    def follow_scans(self, event: Event) -> None:
        """Identify new files after each scan: a subscriber of events."""
        if event.name == "scan:completed":
            self._add_if_needed()

    def _add_if_needed(self) -> Job | None:
        own, rows = self._database.own_libraries, catalog.libraries(self._database.read())
        found = [each.library_id for each in rows if each.kind != "home" and (own is None or each.library_id in own)]
        return self.identify([] if own is None else found) if found else None

    def handle(self, job: JobContext) -> Mapping[str, Any]:
        """Run a job and return its report: the handler of the queue."""
        wanted, rows = set(job.payload["libraries"]), catalog.libraries(self._database.read())
        libraries = [row for row in rows if row.kind != "home" and (not wanted or row.library_id in wanted)]
        report = self._identifier.run(
            libraries,
            on_progress=job.progress,
            should_stop=job.should_stop,
            unassigned=assigning.FilesToUnassign.of_payload(job.payload),
        )
        emit_changes(self._events, report.changes, job_id=job.job_id)
        facts = asdict(report)
        facts.pop("changes")
        return {**facts, "message": summary(report)}

    # Lists and details.

    @remote()
    def list(
        self,
        query: str = "",
        *,
        sort: str = "title",
        descending: bool = False,
        page: int = 1,
        per_page: int = 50,
        **filters: Unpack[TitleFilters],
    ) -> TitlePage:
        """
        Return one page of titles.

        Args:
            query: Words that the title, the title of the series or a tag has; "" for all titles.
            sort: `title`, `year`, `state`, `rating` or `added`.
            descending: Reverse the order.
            page: Page of the list, from 1.
            per_page: Titles per page, from 1; at most 1,000 are returned.
            filters: `kind`: `movie`, `series`, `season` or `episode`; "" for films and series. `state`: a state of
                `STATES`; "" for all except `ignored`. `library_id`: only titles of this library. `genre`, `tag`,
                `actor`, `director`: one name, or several of which one is enough. `year`: `1994`, or a range such as
                `1990-1999`. `rating`: the lowest, 0 to 10. `matched`: whether a match is accepted, or an id of a
                provider is known. `incomplete`: whether episodes of the series are missing. `unpublished`: whether it
                has changes that are not published.

        Raises:
            UnknownIdError: There is no such library.
            UsageError: The kind, the state or the sort key is unknown, a year or rating is none, or a page is below 1.

        """
        if page < 1 or per_page < 1:
            raise errors.UsageError("The page and the titles per page are numbers from 1.")
        page, per_page = min(page, 10**9), min(_MOST, per_page)
        reader, wanted = self._database.read(), self._wanted(query, filters, is_shown=True)
        found, total = store.items(
            reader, wanted, sort=sort_key(sort), descending=descending, limit=per_page, offset=(page - 1) * per_page
        )
        return TitlePage(items=found, total=total, page=page, per_page=per_page)

    @remote()
    def ids(
        self, query: str = "", *, sort: str = "title", descending: bool = False, **filters: Unpack[TitleFilters]
    ) -> builtins.list[int]:
        """Return the ids of all titles that `list` has on its pages; arguments and errors as there."""
        reader, wanted = self._database.read(), self._wanted(query, filters)
        return store.ids(reader, wanted, sort=sort_key(sort), descending=descending)

    @remote()
    def facets(
        self, query: str = "", *, keys: Sequence[str] = FACET_KEYS, **filters: Unpack[TitleFilters]
    ) -> Mapping[str, TitleFacet]:
        """
        Return the values of filters with their numbers of titles, each counted over the other filters of the list.

        Args:
            query: As `list`.
            keys: Filters of `FACET_KEYS`.
            filters: As `list`.

        Raises:
            UnknownIdError: As `list`.
            UsageError: A key is unknown, or as `list`.

        """
        reader, wanted = self._database.read(), self._wanted(query, filters, is_shown="unpublished" in keys)
        for key in keys:
            if key not in FACET_KEYS:
                raise errors.UsageError(f"There is no filter “{key[:40]}”. Choose one of: {', '.join(FACET_KEYS)}.")
        return title_facets.facets(reader, wanted, keys)

    def _wanted(self, query: str, filters: TitleFilters, *, is_shown: bool = False) -> TitleFilter:
        if is_shown or filters.get("unpublished") is not None:  # `is_shown`: the answer says what is unpublished
            self._refresh_publications()
        return title_libraries.checked_filter(self._database.read(), query, filters)

    @remote()
    def related(self, title_id: int, *, limit: int = 12) -> builtins.list[RelatedTitle]:
        """
        Return films and series that share actors, directors, genres or a collection with a title, most similar first.

        Raises:
            UnknownIdError: There is no such title.

        """
        reader = self._database.read()
        if store.unknown(reader, [title_id]):
            raise errors.UnknownIdError(f"There is no title {title_id}.")
        rows = title_facets.related(reader, title_id, limit=max(1, min(_MOST, limit)))
        items = {each.id: each for each in store.by_ids(reader, [row["id"] for row in rows])}
        return [RelatedTitle(item=items[number], **row) for row in rows if (number := row.pop("id")) in items]

    @remote()
    def get(self, title_id: int) -> IdentifiedTitle:
        """Return a title with its shown values, its files, seasons or episodes; UnknownIdError if there is none."""
        reader = self._database.read()
        found = store.with_children(reader, title_id)
        if not found:
            raise errors.UnknownIdError(f"There is no title {title_id}.")
        item, *children = found
        gaps = gaps_of(store.episodes(reader, [item.id]).get(item.id, [])) if item.entity_type == "series" else []
        files = store.files(reader, item)
        return IdentifiedTitle(
            item=item,
            values=[each for each in store.values(reader, item) if each.shown],
            files=files,
            children=children,
            gaps=gaps,
            nfo_problems=store.nfo_problems(reader, item, [each.file_id for each in files]),
        )

    @remote()
    def shown_values(self, title_id: int) -> builtins.list[TitleValue]:
        """Return the values that count of a title, in the order of its fields. Raises UnknownIdError."""
        return self.get(title_id).listed_values

    @remote()
    def candidates(self, title_id: int, field: str | None = None) -> builtins.list[TitleValue]:
        """
        Return every value of a field (or of all fields) of a title with its origin; of a field the shown one first.

        Raises:
            UnknownIdError: There is no such title.
            UsageError: The title has no such field.

        """
        item = self._item(title_id)
        if field is not None:
            field_of(field, item.entity_type)
        return store.values(self._database.read(), item, field)

    @remote()
    def of_files(self, file_ids: Sequence[int]) -> builtins.list[TitleItem]:
        """Return the films, episodes and series that some files belong to, by id."""
        reader = self._database.read()
        return store.by_ids(reader, [each.id for each in assignments.former(reader, file_ids)])

    def _item(self, title_id: int) -> TitleItem:
        item = store.find(self._database.read(), title_id)
        if item is None:
            raise errors.UnknownIdError(f"There is no title {title_id}.")
        return item

    # Values by hand.

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def set(self, title_id: int, field: str, value: Any) -> builtins.list[TitleValue]:
        """
        Set the value of a field by hand; None or "" removes it, and the next origin is shown. Return the candidates.

        No scan and no provider changes a value by hand. If the field is locked, the padlock moves to the new value.

        Raises:
            UnknownIdError: There is no such title.
            UsageError: The title has no such field.
            ValidationError: The value does not fit the field.

        """
        return self.set_values(title_id, {field: value})

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def set_values(self, title_id: int, values: Mapping[str, Any]) -> builtins.list[TitleValue]:
        """Set several fields by hand, all or none, as `set`. Return their candidates."""
        item = self._item(title_id)
        self._set(item, values)
        return self._candidates_of(item, values)

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def edit(self, title_id: int, field: str, value: Any) -> ValueDecision:
        """Set the value of a field by hand as `set`, with the same errors. Return the step that undoes it."""
        step_id = self._set(self._item(title_id), {field: value})
        verb = "removed your value" if value in (None, "") else "set by hand"
        return ValueDecision(step_id=step_id, text=f"{field_label(field)}: {verb}.")

    def _set(self, item: TitleItem, values: Mapping[str, Any]) -> int | None:
        checked = {name: checked_value(field_of(name, item.entity_type), value) for name, value in values.items()}
        at = self._clock()
        removed = [each is None for each in checked.values()]
        verb = "removed the value of" if all(removed) else "changed" if any(removed) else "set"
        return self._change(
            item, verb, checked, lambda tx, name: store.set_by_hand(tx, item, name, checked[name], at=at)
        )

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def lock(self, title_id: int, fields: Sequence[str]) -> builtins.list[TitleValue]:
        """
        Lock fields of a title: their shown values stay, whatever names, NFO files and providers say later.

        Return the candidates of the fields. Raises UnknownIdError and UsageError as `candidates`; UsageError, too,
        without any field.
        """
        item = self._item(title_id)
        names, at = _field_names(item, fields), self._clock()
        self._change(item, "locked", names, lambda tx, name: store.lock(tx, item, name, at=at))
        return self._candidates_of(item, names)

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def unlock(self, title_id: int, fields: Sequence[str] | None = None) -> builtins.list[TitleValue]:
        """Unlock fields of a title, as `lock`; None: all locked ones. The next scan may replace the shown values."""
        item = self._item(title_id)
        locked = sorted({each.field for each in self.candidates(title_id) if each.locked}) if fields is None else fields
        if fields is None and not locked:
            return []
        names = _field_names(item, locked)
        self._change(item, "unlocked", names, lambda tx, name: store.unlock(tx, item, name))
        return self._candidates_of(item, names)

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def set_lock(self, title_id: int, field: str, *, locked: bool) -> ValueDecision:
        """Lock or unlock a field as `lock` and `unlock`, with the same errors. Return the step that undoes it."""
        item = self._item(title_id)
        [name], at = _field_names(item, [field]), self._clock()
        verb = "locked" if locked else "unlocked"
        step_id = self._change(
            item,
            verb,
            [name],
            lambda tx, each: store.lock(tx, item, each, at=at) if locked else store.unlock(tx, item, each),
        )
        return ValueDecision(step_id=step_id, text=f"{field_label(name)}: {verb}.")

    @internal
    def undo_values(self, tx: Connection, before: str, _step: StepRow, *, at: datetime) -> UndoneStep:
        """Undo a change of values by hand, see `UndoStep`."""
        if (item := title_steps.undo_values(tx, before, at=at)) is None:
            return UndoneStep(0, 0, lambda: None, "The title no longer exists.")
        return UndoneStep(item.file_count, 1, lambda: self._emit_changed([item.id]))

    @internal
    def undo_move(self, tx: Connection, before: str, _step: StepRow, *, at: datetime) -> UndoneStep:
        """Undo a move of files, see `UndoStep`."""
        back = title_steps.undo_move(tx, before, at=at)

        def follow() -> None:
            self._emit_changed(back.changed)
            if back.libraries:
                self._add(sorted(back.libraries), back.unassigned.payload, "normal")

        return UndoneStep(back.files, len(back.changed), follow, back.note)

    # Files by hand.

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def assign(
        self,
        file_ids: Sequence[int],
        title_id: int,
        *,
        role: str = "main",
        season: int | str | None = None,
        episodes: Sequence[int] = (),
    ) -> TitleItem:
        """
        Move files to another title by hand, and return this title. No scan and no identification moves them back.

        Args:
            file_ids: Files of libraries that hold titles.
            title_id: A film, an episode, or a series or season with `episodes`.
            role: `main`, `extra`, `trailer` or `sample`; the last three belong to a film or to a whole series.
            season: Number of the season in a series; default: 1. 0 is for specials.
            episodes: Numbers of the episodes that the files have; an episode that does not exist is made.

        Raises:
            UnknownIdError: There is no such file or no such title.
            UsageError: A library has home videos, the role is unknown, or the title needs a number or has none.
            ValidationError: A number is not valid.

        """
        return self._tell_moved(self._assigned(file_ids, title_id, TitlePlace(role, season, episodes)))

    def _assigned(self, file_ids: Sequence[int], title_id: int | None, place: TitlePlace) -> title_steps.Moved:
        at = self._clock()

        def move(tx: Connection) -> title_steps.Moved:
            libraries = assigning.checked_files(tx, file_ids)
            item = None if title_id is None else store.find(tx, title_id)
            if item is None:
                raise errors.UnknownIdError(f"There is no title {title_id}.")
            targets = assigning.find_targets(tx, item, **place._asdict(), at=at)
            return title_steps.move(tx, libraries, targets, role=place.role, at=at)

        return self._database.run(move)

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def assign_new(
        self,
        file_ids: Sequence[int],
        kind: str,
        title: str,
        *,
        year: int | str | None = None,
        role: str = "main",
        season: int | str | None = None,
        episodes: Sequence[int] = (),
    ) -> TitleItem:
        """
        Move files to a new film, or to an episode of a new series, as `assign`. Return the film or the episode.

        Args:
            file_ids: Files of libraries that hold titles; the new title is in the library of the first one.
            kind: `movie` or `series`.
            title: Its title, a value by hand.
            year: Its year, a value by hand.
            role: As `assign`.
            season: As `assign`.
            episodes: As `assign`.

        Raises:
            UsageError: There is such a film or series, or as `assign`.
            UnknownIdError: As `assign`.
            ValidationError: As `assign`.

        """
        return self._tell_moved(self._assigned_new(file_ids, (kind, title, year), TitlePlace(role, season, episodes)))

    def _assigned_new(
        self, file_ids: Sequence[int], named: tuple[str, str, int | str | None], place: TitlePlace
    ) -> title_steps.Moved:
        at, (kind, title, year) = self._clock(), named

        def move(tx: Connection) -> title_steps.Moved:
            libraries = assigning.checked_files(tx, file_ids)
            library_id = next(iter(libraries.values()))
            item = assigning.make_title(tx, kind, title, year=year, library_id=library_id, at=at)
            targets = assigning.find_targets(tx, item, **place._asdict(), at=at, is_new=True)
            moved = title_steps.move(tx, libraries, targets, role=place.role, at=at)
            identified.show(tx, at=at, ids=[item.id])
            return moved._replace(changed={*moved.changed, item.id})

        return self._database.run(move)

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def move(
        self,
        file_ids: Sequence[int],
        title_id: int | None = None,
        *,
        kind: str = "",
        title: str = "",
        year: int | str | None = None,
        role: str = "main",
        season: int | str | None = None,
        episodes: Sequence[int] = (),
    ) -> FileMove:
        """
        Move files to another title as `assign`, or with a `kind` to a new one as `assign_new`, with the same errors.

        Return the title, the step that undoes the move, and the titles that no longer exist.
        """
        former = {each.id for each in assignments.former(self._database.read(), file_ids)}
        place = TitlePlace(role, season, episodes)
        if kind:
            moved = self._assigned_new(file_ids, (kind, title, year), place)
        else:
            moved = self._assigned(file_ids, title_id, place)
        item = self._tell_moved(moved)
        what = "The file is" if len(file_ids) == 1 else f"{wording.files(len(file_ids))} are"
        return FileMove(
            item=item,
            gone=store.unknown(self._database.read(), sorted(former)),
            step_id=moved.step_id,
            text=f"{what} moved to {item.name}.",
        )

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def unassign(self, file_ids: Sequence[int], *, priority: int | str = "normal") -> Job:
        """
        Undo the moves of files: add the job that identifies their libraries by names again.

        The files stay in their titles until the job stores the new ones. Files that nobody has moved stay in their
        titles, and so do those that are moved again before the job. Raises UnknownIdError and UsageError as `assign`;
        UsageError, too, if none of the files is moved or a library is offline.
        """
        libraries = assigning.unassignable(self._database.read(), file_ids)
        unassigned = assigning.FilesToUnassign(tuple(sorted(libraries)), self._clock())
        return self._add(sorted(set(libraries.values())), unassigned.payload, priority)

    def _tell_moved(self, moved: title_steps.Moved) -> TitleItem:
        self._emit_changed(moved.changed)
        return self._item(moved.item.id)

    def _emit_changed(self, title_ids: Collection[int]) -> None:
        """Send the events of the films and series that changed and still exist."""
        items = store.by_ids(self._database.read(), sorted(title_ids))
        found = {
            (each.entity_type, each.id) if each.series_id is None else ("series", each.series_id) for each in items
        }
        emit_changes(self._events, [(*each, False) for each in sorted(found)])

    # Values for files.

    @remote()
    def preview_values(
        self, title_ids: Sequence[int], fields: Sequence[str] = tuple(PLANNED_FIELDS), *, examples: int = 5
    ) -> FieldsPreview:
        """Return the effect of `plan_values` without a change; errors are the same."""
        texts = planned_values.texts(self._database.read(), title_ids, fields)
        return self._bulk.preview_each(texts, examples=examples)

    @remote()
    def planned_values(self, title_ids: Sequence[int], *, page: int = 1, per_page: int = 20) -> PlannedValues:
        """Return one page of what `plan_values` would change; errors are the same."""
        preview = self.preview_values(title_ids, examples=ALL_CHANGES)
        return PlannedValues.of(preview, page=max(1, page), per_page=max(1, min(_MOST, per_page)))

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def plan_values(self, title_ids: Sequence[int], fields: Sequence[str] = tuple(PLANNED_FIELDS)) -> DecisionReport:
        """
        Plan the shown values of titles for their main files, as one step that can be undone; a write stores them.

        A film gives its title, year, plot, genres and cast; an episode also its series, season and number, and the day
        of its first broadcast in place of the year. A series or a season stands for its episodes. A field without a
        value stays as it is. So does a locked field, a field that the container cannot store, and a date that is more
        exact than the year.

        Args:
            title_ids: Films, series, seasons or episodes.
            fields: Names of `PLANNED_FIELDS`; the year becomes the field `date`, the cast the field `artist`.

        Raises:
            UnknownIdError: There is no such title.
            UsageError: There is no such field, or none is given.

        """
        return self._decisions.set_each(planned_values.texts(self._database.read(), title_ids, fields))

    def _change(
        self, item: TitleItem, verb: str, names: Collection[str], change: Callable[[Connection, str], None]
    ) -> int | None:
        """Change fields by hand, all or none, and return the step; `verb` says how, in the past tense."""
        at = self._clock()

        def work(tx: Connection) -> int | None:
            before = title_steps.by_hand(tx, item, names)
            for name in names:
                change(tx, name)
            identified.show(tx, at=at, ids=[item.id])
            return title_steps.record_values(tx, item, verb, before, at=at)

        step_id = self._database.run(work)
        self._emit_changed([item.id])
        return step_id

    def _candidates_of(self, item: TitleItem, names: Collection[str]) -> builtins.list[TitleValue]:
        return [each for each in store.values(self._database.read(), item) if each.field in names]


def _field_names(item: TitleItem, fields: Sequence[str]) -> list[str]:
    """Return names of fields of a title; UsageError for an unknown name, or without any."""
    if not fields:
        raise errors.UsageError("Name at least one field, such as title.")
    return [field_of(name, item.entity_type).name for name in fields]
