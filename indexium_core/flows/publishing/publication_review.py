"""The review of publications: what a library publishes, the plan with its details, and the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from indexium_core import errors
from indexium_core.flows.publishing import publication_details
from indexium_core.flows.publishing import publication_lists as lists
from indexium_core.flows.publishing.disk_reading import FolderReader
from indexium_core.flows.publishing.publication_planner import PublicationPlanner
from indexium_core.jobs.event_bus import EventBus
from indexium_core.model.accounts.needs import NAMED, needs
from indexium_core.model.accounts.permissions import JOBS_MANAGE, LIBRARIES_MANAGE
from indexium_core.model.artwork.assets import CachedImage
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.operations.operation import ItemSideFile
from indexium_core.model.publishing.details import PublicationDetails
from indexium_core.model.publishing.offers import PublishOffer, TitlePublication
from indexium_core.model.publishing.options import (
    LibraryPublishing,
    PublishOptions,
    checked_kinds,
    checked_publish,
    checked_readers,
    proposed_for,
)
from indexium_core.model.publishing.publication import (
    PublicationItem,
    PublicationPage,
    PublicationRow,
    PublishLogEntry,
    ValidationResult,
    issues_of,
)
from indexium_core.model.publishing.requests import (
    EVERY_ROW,
    ExampleTitle,
    PublicationFilter,
    PublishExample,
)
from indexium_core.model.publishing.risks import PUBLICATION_RISKS, PUBLISHED_RISKS
from indexium_core.model.publishing.subjects import VIDEO, Entity, name_of_type, require_published_type
from indexium_core.model.remote_calls import remote
from indexium_core.model.titles.titles import TitlePage
from indexium_core.store.catalog import catalog, locks
from indexium_core.store.database import Database
from indexium_core.store.publishing import inputs, items, rows
from indexium_core.store.publishing.rows import PublicationSearch
from indexium_core.store.titles import titles as title_store

SORTS = ("risk", "title", "folder")
_MOST = 1000  # rows of a page
_EXAMPLES = 5


@checked_arguments
class PublicationReview:
    """Shows what would be published. `PublishService` writes it."""

    def __init__(
        self,
        database: Database,
        planner: PublicationPlanner,
        *,
        events: EventBus,
        clock: Callable[[], datetime],
        fetch_pictures: Callable[[], object],
    ) -> None:
        """`fetch_pictures` downloads selected pictures in the background."""
        self._database, self._planner, self._events, self._clock = database, planner, events, clock
        self._fetch_pictures = fetch_pictures

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
    def libraries(self, only: int | None = None) -> list[LibraryPublishing]:
        """Return each library, or `only` one, with what it publishes."""
        reader = self._database.read()
        options = inputs.options(reader)
        return [
            LibraryPublishing(
                library_id=each.library_id,
                name=each.name,
                options=options[each.library_id],
                proposed=proposed_for(each.kind),
            )
            for each in catalog.libraries(reader)
            if only in (None, each.library_id)
        ]

    @needs(LIBRARIES_MANAGE, NAMED)
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

        The first time that it publishes pictures, a job downloads the selected ones that the cache has not.

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
        if wanted.picture_kinds and not now.picture_kinds:
            self._fetch_pictures()
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
            titles=total,
            examples=[ExampleTitle(name=each.row.name, files=_files_below(root, each.row)) for each in planned],
        )

    @needs(JOBS_MANAGE)
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

    # The plan.

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
    def selectable(self, wanted: PublicationFilter = EVERY_ROW) -> dict[str, str]:
        """
        Return the rows of a filter that a person can select all at once, by their addresses with their risks.

        Rows with a file that another program changed, or that is gone, are not among them, nor those that were rolled
        back: a person decides first.
        Raises UsageError as `plan`.
        """
        self._planner.refresh()
        return lists.selectable(self._database.read(), wanted)

    @remote()
    def risks_of(self, addresses: Sequence[str]) -> dict[str, str]:
        """Return the risks of those of some rows that can be published, by their addresses. Raises UsageError."""
        self._planner.refresh()
        search = PublicationSearch(tops=tuple(map(Entity.of_address, addresses)))
        found = rows.page(self._database.read(), search, sort="title", limit=None, offset=0)
        return {each.top.address: each.risk for each in found if each.risk in PUBLISHED_RISKS}

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

    def present_picture(self, address: str, path: str) -> CachedImage | None:
        """Return a picture of a title as it is on the disk, by its path in the plan; None if there is none."""
        entity = self._entity(*Entity.of_address(address))
        for row in rows.members(self._database.read(), [entity]) or rows.rows_of(self._database.read(), [entity]):
            for file in row.files:
                if file.path == path and not file.is_nfo and file.before_hash:
                    content = FolderReader({}).content(file.path_bytes)
                    return CachedImage(data=content, version=file.before_hash, media_type=file.media_type)
        return None

    @remote()
    def unpublished(self, *, page: int = 1, per_page: int = 50) -> TitlePage:
        """Return one page of the films and series with changes that are not published. Raises UsageError as `plan`."""
        found = self.plan(unpublished=True, sort="title", page=page, per_page=per_page, risk=PUBLICATION_RISKS)
        titles = [each.entity_id for each in found.items if each.entity_type != VIDEO]
        listed = title_store.by_ids(self._database.read(), titles)
        return TitlePage(items=listed, total=found.total, page=page, per_page=per_page)

    @remote()
    def unpublished_count(self) -> int:
        """Return the number of films, series and videos with changes that are not published."""
        return self.plan(unpublished=True, per_page=1, risk=PUBLICATION_RISKS).total

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
    def addresses_of(self, title_ids: Sequence[int]) -> list[str]:
        """Return the addresses of those films and series that have something to publish."""
        wanted = frozenset(title_ids)
        found = map(Entity.of_address, self.addresses(PublicationFilter(risk=PUBLISHED_RISKS)))
        return [each.address for each in found if each.entity_type != VIDEO and each.entity_id in wanted]

    @remote()
    def offer(self) -> PublishOffer:
        """Return how many titles would be published; none is counted if no library publishes."""
        if not any(each.is_on for each in self.all_options().values()):
            return PublishOffer(is_on=False, titles=0)
        return PublishOffer(is_on=True, titles=self.plan(per_page=1).titles)

    @remote()
    def state(self, entity_type: str, entity_id: int) -> TitlePublication:
        """Return whether a title can be published, and its last publication. Raises errors as `log`."""
        log = self.log(entity_type, entity_id, count=1)
        try:
            found = self.get(entity_type, entity_id)
        except errors.UnknownIdError:  # nothing of it is published
            return TitlePublication.of(None, log)
        return TitlePublication.of(found, log)

    @remote()
    def log(self, entity_type: str, entity_id: int, *, count: int = 50) -> list[PublishLogEntry]:
        """Return the publications of a title or a video, newest first. Raises errors as `get`."""
        return items.log_of(
            self._database.read(), self._entity(entity_type, entity_id), count=max(1, min(_MOST, count))
        )

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


def _files_below(root: bytes, row: PublicationRow) -> list[ItemSideFile]:
    def below(path: bytes) -> str:
        return path.removeprefix(root).lstrip(b"/").decode("utf-8", "replace")

    return [ItemSideFile(path=below(each.path_bytes), kind=each.kind, action=each.action) for each in row.files]
