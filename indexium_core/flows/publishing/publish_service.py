"""Publications for people: what a selection would write, the start of an operation, and decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from indexium_core import errors
from indexium_core.flows.accounts.approval_gate import only_proposing
from indexium_core.flows.publishing import publication_details
from indexium_core.flows.publishing import publication_lists as lists
from indexium_core.flows.publishing.planned_files import PlannedRow
from indexium_core.flows.publishing.publication_planner import PublicationPlanner
from indexium_core.flows.publishing.publication_review import PublicationReview
from indexium_core.flows.publishing.publication_steps import PublicationSteps
from indexium_core.flows.titles import title_libraries
from indexium_core.flows.writing.publication_writer import PublicationWriter
from indexium_core.flows.writing.writer import OperationHandle
from indexium_core.jobs.event_bus import EventBus
from indexium_core.model.accounts.needs import FOUND, NAMED, internal, needs, reads_home
from indexium_core.model.accounts.permissions import PUBLISH
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.event import Event
from indexium_core.model.files import strategies
from indexium_core.model.operations import item_words
from indexium_core.model.operations.dry_run import DryRunReport
from indexium_core.model.operations.idempotency import IdempotentRequest
from indexium_core.model.operations.operation import WriteResult
from indexium_core.model.publishing.options import NOTHING_IS_PUBLISHED
from indexium_core.model.publishing.publication import (
    PublicationOverview,
    PublicationRow,
    action_counts,
    digest_of,
)
from indexium_core.model.publishing.requests import (
    EVERY_ROW,
    NOTHING_WRITTEN,
    RESTORE,
    CheckedTitle,
    CheckedTitles,
    PublicationDecision,
    PublicationFilter,
    PublicationRequest,
    PublicationSelection,
    PublicationSummary,
    PublishedTitle,
    PublishResult,
    named_titles,
)
from indexium_core.model.publishing.risks import BY_HAND, PUBLISHED_RISKS
from indexium_core.model.publishing.subjects import VIDEO, Entity, name_of_type
from indexium_core.model.remote_calls import remote
from indexium_core.store.database import Database
from indexium_core.store.publishing import items, rows
from indexium_core.store.publishing.items import NewPublication
from indexium_core.store.titles import titles as title_store


@checked_arguments
class PublishService(PublicationReview):
    """Plans and starts publications. One instance serves a home."""

    def __init__(
        self,
        database: Database,
        planner: PublicationPlanner,
        writer: PublicationWriter,
        decisions: PublicationSteps,
        *,
        events: EventBus,
        clock: Callable[[], datetime],
        fetch_pictures: Callable[[], object],
    ) -> None:
        super().__init__(database, planner, events=events, clock=clock, fetch_pictures=fetch_pictures)
        self._writer, self._steps = writer, decisions

    @remote()
    def overview(self, wanted: PublicationFilter = EVERY_ROW) -> PublicationOverview:
        """Return what stands above the rows that `plan` returns for the same filter. Raises UsageError as `plan`."""
        self._planner.refresh()
        return lists.overview(
            self._database.read(), wanted, self.libraries(), rollback_until=self._writer.rollback_until
        )

    def summary(self, selection: PublicationSelection) -> PublicationSummary:
        """
        Return what a publication of a selection would do.

        Raises UnknownIdError if a title or the library does not exist, UsageError if an address or a risk is none.
        """
        planned, excluded = self._selected(selection)
        chosen = [each.row for each in planned]
        files = [file for row in chosen for file in row.written]
        options, libraries = self.all_options(), {row.library_id for row in chosen}
        readers = {reader for each in libraries for reader in options[each].readers}
        by_row = _highest_risks(chosen)
        return PublicationSummary(
            titles=len(chosen),
            rows=len(by_row),
            by_risk=dict(Counter(row.risk for row in chosen)),
            actions=action_counts(files),
            new_bytes=sum(row.new_bytes for row in chosen),
            excluded=excluded,
            digest=_digest(chosen),
            rollback_until=self._writer.rollback_until,
            notes=publication_details.kept_by_players(files, readers),
            is_restoration=selection.restore,
            rows_by_risk=dict(Counter(by_row.values())),
            dangers=tuple(top.address for top, risk in by_row.items() if risk == "danger"),
        )

    def _selected(self, selection: PublicationSelection) -> tuple[list[PlannedRow], dict[str, int]]:
        """Return the rows that a selection would write, from the present files; and those left out, by reason."""
        selection.check()
        self._planner.refresh(disk=selection.restore)
        reader = self._database.read()
        named = [self._entity(*each) if selection.is_by_hand else each for each in selection.entities]
        named += map(Entity.of_address, selection.found)
        tops = list(named)
        if selection.filter is not None:
            title_libraries.check(reader, selection.filter.library_id)
            listed = rows.page(reader, lists.search(selection.filter), sort="title", limit=None, offset=0)
            tops += [each.top for each in listed if each.top.address not in selection.excluded]
        found = [] if selection.alone else [row.entity for row in rows.members(reader, tops)]
        entities = list(dict.fromkeys([*found, *named]))
        return self._written(self._planner.compute(entities), selection)

    def _written(
        self, planned: Iterable[PlannedRow], selection: PublicationSelection
    ) -> tuple[list[PlannedRow], dict[str, int]]:
        """Return those of computed rows that a selection would write; and the number of others, by reason."""
        chosen, excluded = [], Counter[str]()
        lost_after, by_hand = selection.lost_after, selection.by_hand
        found = self._planner.restorations(planned, lost_after=lost_after) if selection.restore else planned
        for each in found:
            reason = _reason_to_omit(each.row, selection.risks, by_hand)
            if reason:
                excluded[reason] += 1
            else:
                chosen.append(each)
        excluded.pop("unchanged", None)
        return sorted(chosen, key=lambda each: each.anchor), dict(excluded)

    # Publish.

    @needs(PUBLISH, FOUND, may_be_proposed=True)
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
            UnknownIdError: A named title, or the library, does not exist.
            UsageError: There is nothing to write, or an address or a risk is none.
            StalePlanError: Something changed since the summary.

        """
        planned, excluded = self._selected(selection)
        if expected and expected != _digest([each.row for each in planned]):
            message = "Values or files changed since the plan was shown. Look at it again, then publish."
            raise errors.StalePlanError(message)
        if not planned:
            is_on = any(each.is_on for each in self.all_options().values())
            message = _nothing_to_write(excluded, selection) if is_on else NOTHING_IS_PUBLISHED
            raise errors.UsageError(message, code="nothing_to_write")
        return self._begin(planned, selection, request or PublicationRequest(), idempotent=idempotent)

    @needs(PUBLISH, FOUND, may_be_proposed=True)
    @remote()
    def start_titles(
        self,
        addresses: Sequence[str] = (),
        *,
        found: Sequence[str] = (),
        risk: Sequence[str] = PUBLISHED_RISKS,
        alone: bool = False,
        note: str = "",
        expected: str = "",
        is_proposal: bool = False,
    ) -> int:
        """
        Start a publication of a fixed set of titles, as a page asks for it; return the id of the operation.

        Args:
            addresses: Titles that a person chose one by one.
            found: Titles that a person selected all at once.
            risk: The risks that are written.
            alone: Without the seasons and episodes of series.
            note: For the history.
            expected: The digest of the summary that was shown.
            is_proposal: The person was told that it waits for approval, so it does.

        Raises errors as `start`.

        """
        how = PublicationRequest(user_note=note.strip(), source="dashboard")
        with only_proposing(wanted=is_proposal):
            return self.start(named_titles(addresses, found, risk=risk, alone=alone), how, expected=expected).id

    def _begin(
        self,
        planned: Sequence[PlannedRow],
        selection: PublicationSelection,
        request: PublicationRequest,
        *,
        idempotent: IdempotentRequest | None = None,
    ) -> OperationHandle:
        by_hand = bool(selection.by_hand) and selection.filter is None and not selection.found
        options = {  # for a retry
            "risk": list(selection.risks),
            "by_hand": by_hand,
            "restore": selection.restore,
            "lost_after": selection.lost_after.isoformat() if selection.lost_after else None,
        }
        how = replace(request, user_action=RESTORE) if selection.restore else request
        return self._writer.start(_publications(planned), how, options=options, idempotent=idempotent)

    @reads_home
    def computed(self, entities: Collection[Entity]) -> list[PlannedRow]:
        """Return the rows of titles and videos from the present values and files."""
        return list(self._planner.compute(entities))

    @needs(PUBLISH)
    def restore(self, planned: Iterable[PlannedRow], request: PublicationRequest) -> PublishResult:
        """Restore the files that are gone in rows that were computed just now; wait, and return the result."""
        selection = PublicationSelection(filter=PublicationFilter(), restore=True)
        rows, _ = self._written(planned, selection)
        return self._ended(self._begin(rows, selection, request)) if rows else NOTHING_WRITTEN

    def problem_of(self, operation_id: int) -> str:
        """Return why a publication was stopped, or why some of its titles were not written; "" if all were."""
        return self._writer.problem_of(operation_id)

    @needs(PUBLISH)
    def resume(self, operation_id: int) -> OperationHandle:
        """Resume a publication that was stopped; UsageError if there is nothing to resume."""
        return self._writer.resume(operation_id)

    @needs(PUBLISH, NAMED)
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
        return self.publish(PublicationSelection(addresses=(entity.address,)), request)

    @needs(PUBLISH, NAMED)
    def publish_bulk(
        self, entity_type: str, entity_ids: Sequence[int], request: PublicationRequest | None = None
    ) -> PublishResult:
        """Publish several titles of a kind, as `publish_entity`. Without ids there is nothing to write."""
        addresses = tuple(self._entity(entity_type, each).address for each in entity_ids)
        if not addresses:
            return NOTHING_WRITTEN
        return self.publish(PublicationSelection(addresses=addresses), request)

    @needs(PUBLISH, FOUND)
    def publish(self, selection: PublicationSelection, request: PublicationRequest | None = None) -> PublishResult:
        """Publish a selection as `start`, wait, and return the result; without anything to write, there is none."""
        try:
            handle = self.start(selection, request)
        except errors.UsageError as error:
            if error.reason != "nothing_to_write":
                raise
            return NOTHING_WRITTEN
        return self._ended(handle)

    def _ended(self, handle: OperationHandle) -> PublishResult:
        """Wait for a publication, and return its result."""
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
    def dry_run(
        self,
        selection: PublicationSelection,
        *,
        progress: Callable[[int, int], bool | None] | None = None,
    ) -> DryRunReport:
        """
        Check every selected title as its publication would, and return a report; no file is opened for writing.

        `progress` is called with the number of checked titles and of all titles; False cancels.
        """
        planned, excluded = self._selected(selection)
        return replace(self._writer.check(_publications(planned), progress=progress), excluded=excluded)

    @remote()
    def check_titles(
        self, addresses: Sequence[str] = (), *, found: Sequence[str] = (), alone: bool = False
    ) -> CheckedTitles:
        """Check titles as `dry_run` does, and return them with their names; see `start_titles`."""
        planned, _ = self._selected(named_titles(addresses, found, risk=PUBLISHED_RISKS, alone=alone))
        report = self._writer.check(_publications(planned))
        planned_rows = {each.row.entity: each.row for each in planned}
        return CheckedTitles(
            titles=[_checked(planned_rows[_entity_of(each)], each) for each in report.failures_first],
            bytes_to_write=report.bytes_to_write,
            seconds=report.seconds,
        )

    # Decisions.

    @needs(PUBLISH, NAMED)
    @remote()
    def choose(self, address: str, choice: str, path: str = "") -> PublicationDecision:
        """
        Decide about the files of a title that another program changed, that cannot be edited, or that are gone.

        A series has the files of its seasons and episodes, too. It can be undone.

        Args:
            address: The title or video, such as `movie:12`.
            choice: `keep`: the present file stays, or one that is gone stays away; `replace`: ours takes its place, or
                is restored; "": no choice any more. These count while the file has its present bytes. `stop`: the file
                is not published any more; `resume`: it is again.
            path: Only this file, as the plan shows it; "": all of the title.

        Raises:
            UnknownIdError: The title does not exist, or nothing of it is published.
            UsageError: There is no such choice, or no file needs one.

        """
        entity = self._entity(*Entity.of_address(address))
        self._planner.refresh()
        reader = self._database.read()
        found = rows.members(reader, [entity]) or rows.rows_of(reader, [entity])
        if not found:
            raise errors.UnknownIdError(f"Nothing of this {name_of_type(entity.entity_type)} is published.")
        decision = self._steps.choose(found, choice, path)
        self.refresh(disk=False)
        return decision

    @needs(PUBLISH, NAMED)
    @remote()
    def discard_changes(self, entity_type: str, entity_id: int) -> PublicationDecision:
        """
        Undo what people changed of a title since its last publication: values, padlocks, pictures. It is one step.

        Raises:
            UnknownIdError: There is no such title.
            UsageError: It was never published, it is a video, or a later decision must be undone first.

        """
        entity = self._entity(entity_type, entity_id)
        since = items.last_published(self._database.read(), entity)
        item = None if entity_type == VIDEO else title_store.find(self._database.read(), entity_id)
        if since is None or item is None:
            message = f"This {name_of_type(entity_type)} was not published, so there is no state to go back to."
            raise errors.UsageError(message, code="wrong_state")
        return self._steps.discard(item, since)

    @internal
    def follow_rollback(self, event: Event) -> None:
        """Bring the plan up to date after a rollback: a subscriber of events."""
        if event.name == "rollback:completed":
            self.refresh(disk=False)


def _entity_of(result: WriteResult) -> Entity:
    return Entity(result.entity_type or "", result.entity_id or 0)


def _checked(row: PublicationRow, result: WriteResult) -> CheckedTitle:
    text, level = item_words.item_status(result.status, result.code)
    return CheckedTitle(
        address=row.entity.address,
        top=row.top.address,
        name=row.name,
        folder=row.folder,
        status=result.status,
        text="ready" if result.status == "success" else text,
        level=level,
        glyph=item_words.item_glyph(result.status, result.code),
        message=result.message or strategies.in_words(result.strategy),
    )


def _publications(planned: Iterable[PlannedRow]) -> list[NewPublication]:
    return [
        NewPublication(
            row=each.row,
            anchor=each.anchor,
            bodies={path: body.content for path, body in each.bodies.items()},
            own_elements={path: body.own_elements for path, body in each.bodies.items()},
            contents_hashes={path: body.contents_hash for path, body in each.bodies.items()},
            forgotten=each.forgotten,
        )
        for each in planned
    ]


def _reason_to_omit(row: PublicationRow, allowed: Collection[str], by_hand: Collection[str]) -> str:
    """Return why a row is not written: its risk, or a file that is not as we left it while nobody named the title."""
    if row.risk not in allowed:
        return row.risk
    if row.entity.address in by_hand or row.top.address in by_hand:
        return ""
    return next((reason for code, reason in BY_HAND.items() if code in row.codes), "")


def _highest_risks(chosen: Iterable[PublicationRow]) -> dict[Entity, str]:
    """Return the rows of the list that planned rows belong to, each with the highest risk of these."""
    found: dict[Entity, str] = {}
    for row in chosen:
        found[row.top] = max(row.risk, found.get(row.top, "safe"), key=PUBLISHED_RISKS.index)
    return found


def _nothing_to_write(excluded: dict[str, int], selection: PublicationSelection) -> str:
    if selection.restore:
        left = ", ".join(f"{count:,} {reason}" for reason, count in excluded.items())
        return f"There is nothing to restore: {left or 'no published file of these titles is gone'}."
    if not excluded:
        return "There is nothing to publish: every file is as it should be."
    counts = ", ".join(f"{count:,} {reason}" for reason, count in excluded.items())
    return (
        f"There is nothing to publish: {counts} are left out. The option risk (on the command line: --risk) selects "
        "the risks to write, and a file that another program changed is written only if its title is named."
    )


def _digest(chosen: Iterable[PublicationRow]) -> str:
    return digest_of((each.entity.address, each.digest) for each in chosen)
