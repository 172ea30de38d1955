"""Publications for people: what a library publishes, the plan, its review, the start of an operation, and the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from indexium_core import errors
from indexium_core.flows.publishing import publication_details
from indexium_core.flows.publishing import publication_lists as lists
from indexium_core.flows.publishing.disk_reading import FolderReader
from indexium_core.flows.publishing.planner import PlannedRow, PublicationPlanner
from indexium_core.flows.writing.writer import MetadataWriter, OperationHandle
from indexium_core.jobs.event_bus import EventBus
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.event import Event
from indexium_core.model.operations.request import IdempotentRequest
from indexium_core.model.publishing.details import PublicationDetails
from indexium_core.model.publishing.options import (
    NOTHING_IS_PUBLISHED,
    PublishOptions,
    checked_kinds,
    checked_publish,
    checked_readers,
)
from indexium_core.model.publishing.publication import (
    PublicationItem,
    PublicationPage,
    PublicationRow,
    PublishLogEntry,
    ValidationResult,
    action_counts,
    digest_of,
    issues_of,
)
from indexium_core.model.publishing.requests import (
    PublicationFilter,
    PublicationRequest,
    PublicationSelection,
    PublicationSummary,
    PublishedTitle,
    PublishExample,
    PublishResult,
)
from indexium_core.model.publishing.subjects import VIDEO, Entity, name_of_type, require_published_type
from indexium_core.model.remote_calls import remote
from indexium_core.store.catalog import locks
from indexium_core.store.database import Database
from indexium_core.store.publishing import inputs, items, rows
from indexium_core.store.publishing.items import NewPublication
from indexium_core.store.publishing.rows import PublicationSearch
from indexium_core.store.titles import titles as title_store

SORTS = ("risk", "title", "folder")
_MOST = 1000  # rows of a page
_SHOWN_FILES = 8  # of a row of the list: more are counted
_EXAMPLES = 5


@checked_arguments
class PublishService:
    """Plans and starts publications. One instance serves a home."""

    def __init__(
        self,
        database: Database,
        planner: PublicationPlanner,
        writer: MetadataWriter,
        *,
        events: EventBus,
        clock: Callable[[], datetime],
        keep_days: Callable[[], int],
    ) -> None:
        self._database, self._planner, self._writer = database, planner, writer
        self._events, self._clock, self._keep_days = events, clock, keep_days

    # What a library publishes.

    @remote()
    def options(self, library_id: int) -> PublishOptions:
        """Return what a library publishes. Raises UnknownIdError if there is no such library."""
        found = inputs.options(self._database.read(), library_id).get(library_id)
        if found is None:
            raise errors.UnknownIdError(f"There is no library folder {library_id}.")
        return found

    @remote()
    def all_options(self) -> dict[int, PublishOptions]:
        """Return what each library publishes, by its id."""
        return inputs.options(self._database.read())

    @remote()
    def set_options(
        self,
        library_id: int,
        *,
        publish: str | None = None,
        kinds: Sequence[str] | None = None,
        readers: Sequence[str] | None = None,
        people: bool | None = None,
    ) -> PublishOptions:
        """
        Set what a library publishes; None leaves a choice as it is. Nothing is written by that.

        Args:
            library_id: The library.
            publish: `off`, `nfo`, `artwork` or `both`.
            kinds: Kinds of pictures, such as poster and backdrop.
            readers: The programs that read the files: `kodi`, `jellyfin`, `plex`.
            people: Whether the people of files become cast members.

        Raises:
            UnknownIdError: There is no such library.
            UsageError: There is no such choice.

        """
        now = self.options(library_id)
        wanted = PublishOptions(
            publish=now.publish if publish is None else checked_publish(publish),
            kinds=now.kinds if kinds is None else checked_kinds(kinds),
            readers=now.readers if readers is None else checked_readers(readers),
            people=now.people if people is None else people,
            is_decided=now.is_decided or publish is not None,
        )
        with self._database.atomic() as tx:
            inputs.set_options(tx, library_id, wanted)
        self._planner.refresh()
        self._events.emit("publications:changed")
        return wanted

    @remote()
    def example(self, library_id: int, publish: str = "both") -> PublishExample:
        """
        Return which files some titles of a library would get, whatever it publishes now. Nothing is stored.

        Raises:
            UnknownIdError: There is no such library.
            UsageError: There is no such choice.

        """
        self.options(library_id)
        wanted = PublishOptions(publish=checked_publish(publish), is_decided=True)
        total, planned = self._planner.preview(library_id, wanted, count=_EXAMPLES)
        root = inputs.library(self._database.read(), library_id).path_bytes
        return PublishExample(
            titles=total, examples=[(each.row.name, _names_below(root, each.row)) for each in planned]
        )

    # The plan.

    @remote()
    def refresh(self, *, disk: bool = True) -> int:
        """
        Bring the plan up to date, and return the number of titles and videos that were computed again.

        `disk`: also check whether side files changed on the disk.
        """
        changed = self._planner.refresh(disk=disk)
        if changed:
            self._events.emit("publications:changed")
        return changed

    @remote()
    def plan(
        self,
        query: str = "",
        *,
        risk: Sequence[str] = (),
        action: Sequence[str] = (),
        code: Sequence[str] = (),
        library_id: int | None = None,
        unpublished: bool | None = None,
        sort: str = "risk",
        page: int = 1,
        per_page: int = 50,
    ) -> PublicationPage:
        """
        Return one page of the plan of publications. A series with its seasons and episodes is one row.

        Args:
            query: Words of a title, a folder, a file or a person; `note:locked` for a note.
            risk: Risks of `PUBLICATION_RISKS`; (): all but unchanged rows.
            action: Rows with a file that is created, updated, replaced, removed, unchanged or blocked.
            code: Rows with one of these codes, such as `drift`.
            library_id: Only this library.
            unpublished: Whether the title has changes that are not published.
            sort: `risk`, `title` or `folder`.
            page: Page of the list, from 1.
            per_page: Rows per page, from 1; at most 1,000 are returned.

        Raises:
            UsageError: A risk or the sort key is unknown, or a page is below 1.

        """
        if page < 1 or per_page < 1:
            raise errors.UsageError("The page and the titles per page are numbers from 1.")
        if sort not in SORTS:
            raise errors.UsageError(f"There is no sort key “{sort[:40]}”. Choose one of: {', '.join(SORTS)}.")
        wanted = PublicationFilter(
            query=query,
            risk=tuple(risk),
            action=tuple(action),
            code=tuple(code),
            library_id=library_id,
            unpublished=unpublished,
        )
        search = lists.search(wanted)
        self._planner.refresh()
        reader, per_page = self._database.read(), min(_MOST, per_page)
        totals = rows.totals(reader, search)
        counted = [name for name in totals if not search.risks or name in search.risks]
        listed = rows.page(reader, search, sort=sort, limit=per_page, offset=(page - 1) * per_page)
        actions = Counter(action for name in counted for action in totals[name][2])
        return PublicationPage(
            items=lists.items(reader, listed),
            total=sum(totals[name][0] for name in counted if search.risks or name != "unchanged"),
            page=page,
            per_page=per_page,
            risks={name: count for name, (count, _, _) in totals.items()},
            actions=dict(actions),
            codes=rows.code_totals(reader, search),
            new_bytes=sum(totals[name][1] for name in counted),
            titles=sum(count for name, (count, _, _) in totals.items() if name in ("safe", "warning", "danger")),
        )

    @remote()
    def addresses(self, wanted: PublicationFilter) -> list[str]:
        """Return the addresses of all rows that `plan` has on its pages, in the order of risks."""
        search = lists.search(wanted)
        self._planner.refresh()
        return [
            each.top.address for each in rows.page(self._database.read(), search, sort="risk", limit=None, offset=0)
        ]

    @remote()
    def get(self, entity_type: str, entity_id: int) -> PublicationItem:
        """
        Return the row of a title or a video with all of its files, of a series with those of its seasons and episodes.

        Raises:
            UnknownIdError: Nothing of it is published: see `validate_before_publish`.
            UsageError: There is no such kind of title.

        """
        entity = self._entity(entity_type, entity_id)
        self._planner.refresh()
        reader = self._database.read()
        search = PublicationSearch(tops=(entity,))
        found = lists.items(reader, rows.page(reader, search, sort="title", limit=1, offset=0), most=None)
        if not found:
            found = [lists.alone(row) for row in rows.rows_of(reader, [entity])]
        if not found:
            raise errors.UnknownIdError(f"Nothing of this {name_of_type(entity_type)} is published.")
        return found[0]

    def _entity(self, entity_type: str, entity_id: int) -> Entity:
        """Return a title or a video that exists. Raises UnknownIdError or UsageError."""
        require_published_type(entity_type)
        reader = self._database.read()
        if entity_type == VIDEO:
            known = locks.is_file(reader, entity_id)
        else:
            item = title_store.find(reader, entity_id)
            known = item is not None and item.entity_type == entity_type
        if not known:
            raise errors.UnknownIdError(f"There is no {name_of_type(entity_type)} {entity_id}.")
        return Entity(entity_type, entity_id)

    @remote()
    def details(self, entity_type: str, entity_id: int) -> PublicationDetails:
        """
        Return what a publication would do with a title or a video, and what players show afterwards.

        Raises errors as `get`.
        """
        entity, item = self._entity(entity_type, entity_id), self.get(entity_type, entity_id)
        planned = next(self._planner.compute([entity]), None)
        if planned is None:
            raise errors.UnknownIdError(f"Nothing of this {name_of_type(entity_type)} is published.")
        reader, disk = self._database.read(), FolderReader({})
        readers = inputs.options(reader, planned.row.library_id)[planned.row.library_id].readers
        members = [] if entity_type != "series" else rows.members(reader, [entity])
        return PublicationDetails(
            item=item,
            files=publication_details.files_of(planned, disk),
            issues=issues_of(planned.row.codes),
            players=publication_details.players_of(planned, disk, readers),
            rollback=publication_details.rollback_of(planned),
            members=[(each.entity.address, each.name) for each in members if each.entity != entity],
            last_published=items.last_published(reader, entity),
        )

    # Before a publication.

    @remote()
    def validate_before_publish(self, entity_type: str, entity_id: int) -> ValidationResult:
        """
        Return whether a title or a video can be published now, and what is worth saying before.

        Raises UnknownIdError if it does not exist, UsageError if there is no such kind of title.
        """
        entity = self._entity(entity_type, entity_id)
        planned = list(self._planner.compute([entity]))
        codes = [code for each in planned for code in each.row.codes]
        return ValidationResult(
            entity_type=entity_type,
            entity_id=entity_id,
            can_publish=any(each.row.risk not in ("blocked", "unchanged") for each in planned),
            has_changes=any(each.row.written for each in planned),
            issues=issues_of(codes),
        )

    @remote()
    def summary(self, selection: PublicationSelection) -> PublicationSummary:
        """
        Return what a publication of a selection would do.

        Raises UnknownIdError if a named title does not exist, UsageError if an address or a risk is none.
        """
        planned, excluded = self._selected(selection)
        return self._summary([each.row for each in planned], excluded)

    def _summary(self, chosen: Sequence[PublicationRow], excluded: dict[str, int]) -> PublicationSummary:
        files = [file for row in chosen for file in row.written]
        return PublicationSummary(
            titles=len(chosen),
            rows=len({row.top for row in chosen}),
            by_risk=dict(Counter(row.risk for row in chosen)),
            actions=action_counts(files),
            new_bytes=sum(row.new_bytes for row in chosen),
            excluded=excluded,
            digest=_digest(chosen),
            rollback_until=self._clock() + timedelta(days=self._keep_days()),
        )

    def _selected(self, selection: PublicationSelection) -> tuple[list[PlannedRow], dict[str, int]]:
        """Return the rows that a selection would write, from the present files; and those left out, by reason."""
        selection.check()
        self._planner.refresh()
        reader = self._database.read()
        named = [self._entity(*each) if selection.is_by_hand else each for each in selection.entities]
        if selection.filter is not None:
            listed = rows.page(reader, lists.search(selection.filter), sort="title", limit=None, offset=0)
            tops = [each.top for each in listed if each.top.address not in selection.excluded]
        else:
            tops = list(named)
        found = [] if selection.alone else [row.entity for row in rows.members(reader, tops)]
        entities = list(dict.fromkeys([*found, *(each for each in named if each not in found)]))
        chosen, excluded = [], Counter[str]()
        for each in self._planner.compute(entities):
            reason = _reason_to_omit(each.row, selection)
            if reason:
                excluded[reason] += 1
            else:
                chosen.append(each)
        excluded.pop("unchanged", None)
        return sorted(chosen, key=lambda each: each.anchor), dict(excluded)

    # Publish.

    @remote()
    def start(
        self,
        selection: PublicationSelection,
        request: PublicationRequest | None = None,
        *,
        expected: str = "",
        idempotent: IdempotentRequest | None = None,
    ) -> OperationHandle:
        """
        Start a publication in the background; return at once.

        Args:
            selection: What to publish.
            request: How.
            expected: The digest of the summary that was shown.
            idempotent: An idempotent request; a repeated one does not start a second operation.

        Raises:
            UnknownIdError: A named title does not exist.
            UsageError: There is nothing to write, or an address or a risk is none.
            StalePlanError: Something changed since the summary.

        """
        planned, excluded = self._selected(selection)
        if not planned:
            is_on = any(each.is_on for each in self.all_options().values())
            message = _nothing_to_write(excluded) if is_on else NOTHING_IS_PUBLISHED
            raise errors.UsageError(message, code="nothing_to_write")
        if expected and expected != _digest([each.row for each in planned]):
            message = "Values or files changed since the plan was shown. Look at it again, then publish."
            raise errors.StalePlanError(message)
        publications = [
            NewPublication(
                row=each.row,
                anchor=each.anchor,
                bodies={path: body.content for path, body in each.bodies.items()},
                own_elements={path: body.own_elements for path, body in each.bodies.items()},
            )
            for each in planned
        ]
        options = {"risk": list(selection.risks)}
        return self._writer.start_publication(
            publications, request or PublicationRequest(), options=options, idempotent=idempotent
        )

    def publish_entity(
        self, entity_type: str, entity_id: int, request: PublicationRequest | None = None
    ) -> PublishResult:
        """
        Publish a title or a video, of a series with its seasons and episodes; wait, and return the result.

        Files of ours that another program changed since are written, too: the title is named.

        Raises:
            UnknownIdError: It does not exist.
            UsageError: There is no such kind of title.

        """
        entity = self._entity(entity_type, entity_id)
        return self._publish(PublicationSelection(addresses=(entity.address,)), request)

    def publish_bulk(
        self, entity_type: str, entity_ids: Sequence[int], request: PublicationRequest | None = None
    ) -> PublishResult:
        """Publish several titles of a kind, as `publish_entity`. Without ids there is nothing to write."""
        addresses = tuple(self._entity(entity_type, each).address for each in entity_ids)
        if not addresses:
            return PublishResult(operation_id=None, success=True, published=0, failed=0)
        return self._publish(PublicationSelection(addresses=addresses), request)

    def _publish(self, selection: PublicationSelection, request: PublicationRequest | None) -> PublishResult:
        try:
            handle = self.start(selection, request)
        except errors.UsageError as error:
            if error.reason != "nothing_to_write":
                raise
            return PublishResult(operation_id=None, success=True, published=0, failed=0)
        counts = handle.wait().counts
        failed = self._writer.failed_items(handle.id)
        return PublishResult(
            operation_id=handle.id,
            success=not failed,
            published=counts.get("success", 0),
            failed=len(failed),
            titles=[
                PublishedTitle(
                    entity_type=each.entity_type or "",
                    entity_id=each.entity_id or 0,
                    name=each.file_name,
                    status=each.status,
                    code=each.code,
                    message=each.message,
                )
                for each in failed
            ],
        )

    @remote()
    def log(self, entity_type: str, entity_id: int, *, count: int = 50) -> list[PublishLogEntry]:
        """Return the publications of a title or a video, newest first. Raises errors as `get`."""
        return items.log_of(
            self._database.read(), self._entity(entity_type, entity_id), count=max(1, min(_MOST, count))
        )

    def follow_operations(self, event: Event) -> None:
        """Bring the plan up to date after a publication or a rollback: a subscriber of events."""
        if event.name in ("publish:completed", "rollback:completed"):
            self.refresh(disk=False)


def _reason_to_omit(row: PublicationRow, selection: PublicationSelection) -> str:
    """Return why a row is not written: its risk, or that another program changed a file and nobody named the title."""
    if row.risk not in selection.risks:
        return row.risk
    is_named = row.entity.address in selection.addresses or row.top.address in selection.addresses
    return "" if (is_named and selection.is_by_hand) or "drift" not in row.codes else "changed since"


def _nothing_to_write(excluded: dict[str, int]) -> str:
    if not excluded:
        return "There is nothing to publish: every file is as it should be."
    counts = ", ".join(f"{count:,} {reason}" for reason, count in excluded.items())
    return (
        f"There is nothing to publish: {counts} are left out. The option risk (on the command line: --risk) selects "
        "the risks to write, and a file that another program changed is written only if its title is named."
    )


def _digest(chosen: Iterable[PublicationRow]) -> str:
    return digest_of((each.entity.address, each.digest) for each in chosen)


def _names_below(root: bytes, row: PublicationRow) -> list[str]:
    return [each.path_bytes.removeprefix(root).lstrip(b"/").decode("utf-8", "replace") for each in row.files]
