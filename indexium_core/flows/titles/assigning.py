"""Move files to another title by hand: to a film, an episode or a series that is known, or to a new one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from indexium_core import errors
from indexium_core.flows.titles import title_libraries
from indexium_core.model.names.names import fold_title
from indexium_core.model.titles.fields import KIND_NAMES, TITLE_FIELDS, EntityType, checked_value, named_kind
from indexium_core.model.titles.grouping import MADE_BY_HAND
from indexium_core.model.titles.titles import MOST_EPISODES, MOST_MOVED_FILES, ROLES, TitleItem
from indexium_core.store.connection import Connection
from indexium_core.store.titles import assignments, identified
from indexium_core.store.titles import titles as store
from indexium_core.store.titles.assignments import FormerTitle
from indexium_core.store.titles.identified import TitleRow

_MOST_ID = 2**63 - 1


def checked_files(reader: Connection, file_ids: Sequence[int]) -> dict[int, int]:
    """
    Return the libraries of files by file id.

    Raises:
        UnknownIdError: There is no such file.
        UsageError: No file or too many are given, one is no video, or a library has home videos.

    """
    wanted = dict.fromkeys(file_ids)
    if not wanted:
        raise errors.UsageError("Name at least one file.")
    if len(wanted) > MOST_MOVED_FILES:
        raise errors.UsageError(f"{len(wanted):,} files are too many: move at most {MOST_MOVED_FILES:,} at once.")
    for file_id in wanted:
        if not 0 < file_id <= _MOST_ID:
            raise _unknown_file(file_id)
    found: dict[int, int] = {}
    for each in assignments.files(reader, wanted):
        if each.library_id is None:
            raise _unknown_file(each.id)
        if each.media_kind != "video":
            raise errors.UsageError(f"File {each.id} is no video: only videos belong to films and series.")
        found[each.id] = each.library_id
    title_libraries.names_of(reader, sorted(set(found.values())))
    return found


def _unknown_file(file_id: int) -> errors.UnknownIdError:
    return errors.UnknownIdError(f"There is no file {file_id}.")


def unassignable(reader: Connection, file_ids: Sequence[int]) -> dict[int, int]:
    """
    Return the libraries of those of some files that a person has moved, by file id.

    Raises:
        UnknownIdError: There is no such file.
        UsageError: None of the files is moved, or a library is offline; or as `checked_files`.

    """
    libraries = checked_files(reader, file_ids)
    moved = {each.file_id for each in assignments.assigned(reader, libraries)}
    libraries = {file_id: library_id for file_id, library_id in libraries.items() if file_id in moved}
    if not libraries:
        raise errors.UsageError("Nobody has moved these files to a title, so their names identify them already.")
    title_libraries.require_online(reader, libraries.values())
    return libraries


def find_targets(
    tx: Connection,
    item: TitleItem,
    *,
    role: str,
    season: int | str | None,
    episodes: Sequence[int],
    at: datetime,
    is_new: bool = False,
) -> list[tuple[EntityType, int]]:
    """
    Return kind and id of the titles to which files of a role move; episodes that do not exist are made.

    A title that `is_new` has no id for people yet: it does not exist if the move is refused.

    Raises:
        UsageError: The role is unknown, or the title needs a number, or has none.
        ValidationError: A number is not valid.

    """
    if role not in ROLES:
        raise errors.UsageError(f"There is no role “{role[:40]}”. Choose one of: {', '.join(ROLES)}.")
    is_numbered = bool(episodes) or season is not None
    subject = f"{'The new title' if is_new else f'Title {item.id}'} is {named_kind(item.entity_type)}"
    if item.entity_type in ("movie", "episode") and is_numbered:
        raise errors.UsageError(
            f"{subject}, so it takes no season and no episode. Leave out the numbers, or name a series."
        )
    if item.entity_type == "movie":
        return [("movie", item.id)]
    if item.entity_type == "episode" and role == "main":
        return [("episode", item.id)]
    series_id = item.id if item.entity_type == "series" else item.series_id or item.id
    if role != "main":
        if is_numbered:
            raise errors.UsageError(f"A file of the role {role} belongs to the whole series: leave out the numbers.")
        return [("series", series_id)]
    checked = _checked_season(item, subject, series_id, season=season, episodes=episodes)
    return [("episode", _episode(tx, item, series_id, checked, each, at=at)) for each in dict.fromkeys(episodes)]


def _checked_season(
    item: TitleItem, subject: str, series_id: int, *, season: int | str | None, episodes: Sequence[int]
) -> int:
    """Return the season of the episodes to which a main file of a series moves."""
    if not episodes:
        raise errors.UsageError(
            f"{subject}, whose files belong to its episodes. Name the season and the episode (--season and --episode; "
            "season and episodes in Python and REST), or choose the role extra, trailer or sample."
        )
    if len(episodes) > MOST_EPISODES:
        raise errors.UsageError(f"{len(episodes):,} episodes are too many: a file has at most {MOST_EPISODES}.")
    number = item.season if item.entity_type == "season" else 1
    checked = checked_value(TITLE_FIELDS["season"], number if season is None else season)
    if item.entity_type == "season" and checked != item.season:
        raise errors.UsageError(f"{subject}, number {number}. Name the series {series_id} for another season.")
    if checked is None:
        raise errors.ValidationError("A season has a number; 0 is for specials.")
    return int(checked)


def _episode(tx: Connection, item: TitleItem, series_id: int, season: int, number: int, *, at: datetime) -> int:
    """Return the episode with a number; make it if there is none."""
    number = checked_value(TITLE_FIELDS["episode"], number)
    found = assignments.episode(tx, series_id, season, number)
    if found is not None:
        return found
    key = f"s{season}e{number}"
    is_taken = assignments.title_of(tx, "episode", item.library_id, key, series_id) is not None
    made = _make(tx, "episode", item.library_id, f"{key} of hand" if is_taken else key, series_id=series_id, at=at)
    for name, value in (("season", season), ("episode", number)):
        store.set_by_hand(tx, made, name, value, at=at)
    return made.id


def make_title(
    tx: Connection, kind: str, title: str, *, year: int | str | None, library_id: int, at: datetime
) -> TitleItem:
    """
    Make a film or a series with a title and a year by hand, and return it.

    Raises:
        UsageError: The kind is another one, there is no title, or the library has this film or series.
        ValidationError: The title or the year is not valid.

    """
    if kind not in ("movie", "series"):
        raise errors.UsageError(f"The kind of a new title is movie or series, not “{kind[:40]}”.")
    entity_type: EntityType = "movie" if kind == "movie" else "series"
    values = {"title": checked_value(TITLE_FIELDS["title"], title), "year": checked_value(TITLE_FIELDS["year"], year)}
    if values["title"] is None:
        raise errors.UsageError(f"Name the new {KIND_NAMES[kind]}.")
    key = f"{fold_title(values['title'])}|{values['year'] or ''}{'|' if kind == 'series' else ''}"
    known = assignments.title_of(tx, entity_type, library_id, key)
    if known is not None:
        raise errors.UsageError(
            f"There is {named_kind(kind)} with this name already: move the file to title {known}, or add the year."
        )
    made = _make(tx, entity_type, library_id, key, at=at)
    for name, value in values.items():
        if value is not None:
            store.set_by_hand(tx, made, name, value, at=at)
    return made


def _make(
    tx: Connection, kind: EntityType, library_id: int, key: str, *, series_id: int | None = None, at: datetime
) -> TitleItem:
    [number] = identified.next_ids(tx, 1)
    row = TitleRow(kind, number, library_id, MADE_BY_HAND + key, series_id, is_new=True)
    identified.add_titles(tx, [row], at=at)
    [made] = store.by_ids(tx, [number])
    return made


def move(
    tx: Connection, libraries: dict[int, int], targets: Collection[tuple[EntityType, int]], *, role: str, at: datetime
) -> set[int]:
    """
    Move files to titles, and return the ids of all titles that this changes.

    A title that a person made for a file disappears with its last file, as one without any value by hand does.

    Args:
        tx: The transaction.
        libraries: The libraries of the files, by file id.
        targets: Kind and id of each title; a file may have several episodes.
        role: The role of the files.
        at: The time.

    """
    former = assignments.former(tx, libraries)
    known = dict.fromkeys(libraries, (None, "")) | assignments.parts_and_editions(tx, libraries)
    assignments.forget(tx, list(libraries))
    for entity_type, title_id in targets:
        assignments.assign(tx, entity_type, title_id, known, role=role, at=at)
    series = {each.series_id for each in former if each.series_id is not None}
    changed = {each.id for each in former} | series | {title_id for _, title_id in targets}
    assignments.forget_made(tx, sorted(changed))
    for library_id in assignments.libraries_of_titles(tx, changed):
        identified.remove_empty(tx, library_id)
    identified.show(tx, at=at, ids=sorted(changed), series_ids=series)
    return changed


@dataclass(frozen=True, slots=True)
class FilesToUnassign:
    """Files that an identification moves back, unless they were moved again after the request."""

    file_ids: tuple[int, ...]
    requested_at: datetime  # UTC

    @classmethod
    def of_payload(cls, payload: Mapping[str, Any]) -> FilesToUnassign:
        """Return the files of the payload of a job."""
        if not payload.get("unassigned"):
            return NO_FILES
        return cls(tuple(payload["unassigned"]), datetime.fromisoformat(payload["unassigned_at"]))

    @property
    def payload(self) -> dict[str, Any]:
        """The part of the payload of a job that `of_payload` reads."""
        return {"unassigned": list(self.file_ids), "unassigned_at": self.requested_at.isoformat()}

    def waiting(self, reader: Connection) -> set[int]:
        """Return the files that are not moved back yet."""
        if not self.file_ids:
            return set()
        return set(assignments.moved_until(reader, self.file_ids, self.requested_at))

    def former(self, tx: Connection, file_ids: Sequence[int]) -> list[FormerTitle]:
        """Return the titles that those of some files have that are moved back now."""
        found = self.waiting(tx).intersection(file_ids)
        return assignments.former(tx, found) if found else []

    def settle(self, tx: Connection, file_ids: Sequence[int], former: Sequence[FormerTitle]) -> None:
        """Forget that files were moved, after they have new titles; `former` are the titles that they had."""
        if not self.file_ids:
            return
        assignments.unassign(tx, set(self.file_ids).intersection(file_ids), self.requested_at)
        ids = {each.id for each in former} | {each.series_id for each in former if each.series_id is not None}
        assignments.forget_made(tx, sorted(ids))

    def finish(self, tx: Connection, file_ids: Sequence[int], library_ids: Collection[int]) -> None:
        """Forget the moves to titles that the files keep, and remove the titles that have lost their last file."""
        if self.file_ids:
            self.settle(tx, file_ids, ())
            for library_id in sorted(library_ids):
                identified.remove_empty(tx, library_id)


NO_FILES = FilesToUnassign((), datetime.min.replace(tzinfo=UTC))
