"""What is published, and everything that the plan of a title or a video is made from."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from indexium_core.model.artwork.selection_config import ASSET_TYPES
from indexium_core.model.publishing.options import READERS, PublishOptions
from indexium_core.model.publishing.side_file_names import belongs_to
from indexium_core.model.publishing.subjects import VIDEO, Entity, columns_of
from indexium_core.model.titles.titles import SHARED_BY_NFO, joined_values
from indexium_core.store import sql
from indexium_core.store.connection import Connection

STOP = "stop"  # choice about a file: it is not published any more
RELEASED = "released"  # state of a file that was ours: a person does not want to publish it any more


class PublishingLibrary(NamedTuple):
    """A library that publishes something."""

    library_id: int
    name: str
    path_bytes: bytes
    state: str  # online, offline


class MainFile(NamedTuple):
    """A main file of a title."""

    file_id: int
    path_bytes: bytes
    folder: str  # below the library folder, for display
    library_id: int
    part: int | None


class SelectedPicture(NamedTuple):
    """A selected picture of a title."""

    candidate_id: int
    kind: str
    provider: str
    content_hash: str | None
    is_downloaded: bool
    season: int | None
    size: int | None
    media_type: str | None


class OwnFile(NamedTuple):
    """A side file that is ours."""

    path_bytes: bytes
    kind: str
    content_hash: str
    own_elements: str | None  # JSON
    contents_hash: str | None  # of what our NFO file has to say
    state: str
    operation_id: int
    missing_since: datetime | None  # since when it is known to be gone


class SideFileOwnership(NamedTuple):
    """The title or video to which a side file of ours belongs."""

    entity: Entity
    is_present: bool  # it has a video in the folder of the file
    file: OwnFile


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTitle:
    """A title with its columns."""

    entity: Entity
    library_id: int
    series_id: int | None
    season: int | None
    episode: int | None
    aired: date | None
    title: str
    sort_title: str
    year: int | None
    series_title: str
    series_sort_title: str
    is_series_title_by_hand: bool


class ShownValue(NamedTuple):
    """A value of a title that is shown."""

    value: Any
    origin: str
    is_locked: bool  # a person has locked it


class KnownSeason(NamedTuple):
    """A season of a series."""

    number: int
    name: str
    origin: str  # of its name; hand, if a person has locked it


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVideo:
    """A video that belongs to no title."""

    file: MainFile
    file_name: str
    people: tuple[str, ...]
    values: Mapping[str, str]  # field of the file → value, edits included
    is_edited: bool  # a person has decided its people or a value
    edited: frozenset[str]  # fields with a value by hand, or that an edit empties
    cleared: frozenset[str]  # fields that an edit empties


@dataclass(slots=True, kw_only=True)
class PublishedInputs:
    """Everything that the rows of some titles and videos are made from."""

    titles: list[KnownTitle] = field(default_factory=list)
    videos: list[KnownVideo] = field(default_factory=list)
    values: dict[int, dict[str, ShownValue]] = field(default_factory=dict)  # title → field → shown value
    touched: set[Entity] = field(default_factory=set)  # a person has decided something about them
    rolled_back: set[Entity] = field(default_factory=set)  # their last publication was rolled back
    files: dict[Entity, list[MainFile]] = field(default_factory=dict)
    episodes_of_files: dict[int, list[int]] = field(default_factory=dict)  # file → its episodes
    people_of_files: dict[int, list[str]] = field(default_factory=dict)
    pictures: dict[Entity, list[SelectedPicture]] = field(default_factory=dict)
    seasons: dict[int, list[KnownSeason]] = field(default_factory=dict)  # of series
    ours: dict[Entity, list[OwnFile]] = field(default_factory=dict)
    stored_nfo: Callable[[bytes], bytes | None] = lambda _: None  # path → our NFO file, as it was published
    choices: dict[bytes, tuple[str, str]] = field(default_factory=dict)  # path → hash of the file ("": none), choice
    decided: dict[Entity, list[bytes]] = field(default_factory=dict)  # the paths of the choices about each
    flips: dict[bytes, list[int]] = field(default_factory=dict)  # path → operations that others have overwritten lately

    def are_in_one_file(self, one: Entity, other: Entity) -> bool:
        """Return whether two titles are episodes of one file, which have one NFO file."""
        ids = {one.entity_id, other.entity_id}
        is_episode = one.entity_type == other.entity_type == "episode"
        return is_episode and any(ids <= {*each} for each in self.episodes_of_files.values())


def options(reader: Connection, library_id: int | None = None) -> dict[int, PublishOptions]:
    """Return what each library publishes, or one of them."""
    return {
        row["library_id"]: PublishOptions(
            publish=row["publish"],
            kinds=ASSET_TYPES if row["kinds"] is None else tuple(row["kinds"]),
            readers=READERS if row["readers"] is None else tuple(row["readers"]),
            people=row["people"],
            is_decided=row["is_decided"],
        )
        for row in reader.execute(_sql("options"), {"library_id": library_id}).fetch_dicts()
    }


def set_options(tx: Connection, library_id: int, wanted: PublishOptions) -> None:
    """Store what a library publishes."""
    facts = {"kinds": list(wanted.kinds), "readers": list(wanted.readers), "people": wanted.people}
    tx.execute(_sql("set_options"), {"library_id": library_id, "publish": wanted.publish, **facts})


def libraries(reader: Connection) -> dict[int, PublishingLibrary]:
    """Return the libraries that publish something, by id."""
    rows = reader.execute(_sql("publishing")).fetchall()
    return {row[0]: PublishingLibrary(*row) for row in rows}


def library(reader: Connection, library_id: int) -> PublishingLibrary:
    """Return a library that exists, whatever it publishes."""
    return PublishingLibrary(*reader.execute(_sql("library"), {"library_id": library_id}).fetchall()[0])


def episodes_around(reader: Connection, entities: Collection[Entity]) -> list[Entity]:
    """Return the other episodes in the files of some episodes."""
    episodes = [each.entity_id for each in entities if each.entity_type == "episode"]
    if not episodes:
        return []
    found = reader.execute(_sql("episodes_around"), {"ids": episodes}).fetchall()
    return [Entity("episode", number) for (number,) in found]


def tenants(
    reader: Connection, library_ids: Collection[int], folders: Collection[str] | None = None
) -> list[tuple[int, str, int]]:
    """
    Return library, folder and number of each title, or video without a title, with a video in the folder.

    `folders`: only these, and those below.
    """
    facts = {"library_ids": list(library_ids), "folders": None if folders is None else list(folders)}
    return reader.execute(_sql("tenants"), facts).fetchall()


def rolled_back(reader: Connection) -> set[Entity]:
    """Return the titles and videos whose last publication was rolled back."""
    return {Entity(kind, int(number)) for kind, number in reader.execute(_sql("rolled_back")).fetchall()}


def examples(reader: Connection, library_id: int, *, count: int) -> tuple[list[Entity], int]:
    """Return some titles and videos of a library that would be published, and the number of all of them."""
    found = reader.execute(_sql("examples"), {"also": library_id, "count": count}).fetchall()
    return [Entity(kind, number) for kind, number, _ in found], found[0][2] if found else 0


def read(
    reader: Connection, entities: Collection[Entity], *, since: datetime, example_of: int | None = None
) -> PublishedInputs:
    """
    Return the inputs of some titles and videos.

    Args:
        reader: A connection that reads.
        entities: The titles and videos; unknown ones are left out.
        since: Changes by other programs count from this moment.
        example_of: A library that counts as one that publishes.

    """
    wanted = columns_of(entities)
    found = PublishedInputs()
    rows = reader.execute(_sql("titles_of"), wanted).fetch_dicts()
    for row in rows:
        entity = Entity(row.pop("entity_type"), row.pop("id"))
        found.titles.append(KnownTitle(entity=entity, **row))
    for entity_id, name, value, origin, is_locked in reader.execute(
        _sql("values_of"), wanted | {"shared": SHARED_BY_NFO}
    ).fetchall():
        plain = None if value is None else json.loads(value)
        values = found.values.setdefault(entity_id, {})
        shown = values.get(name)  # the items of others, and now those of the next origin, which are ours in their file
        values[name] = ShownValue(plain if shown is None else joined_values(shown.value, plain), origin, is_locked)
    found.touched = {Entity(*row) for row in reader.execute(_sql("touched_of"), wanted).fetchall()}
    found.rolled_back = {Entity(*row) for row in reader.execute(_sql("rolled_back_of"), wanted).fetchall()}
    for kind, number, *facts in reader.execute(_sql("files_of"), wanted).fetchall():
        found.files.setdefault(Entity(kind, number), []).append(MainFile(*facts))
    own_files = [each.file_id for files in found.files.values() for each in files]
    _read_files(reader, own_files, found)
    for kind, number, *facts in reader.execute(_sql("pictures_of"), wanted).fetchall():
        found.pictures.setdefault(Entity(kind, number), []).append(SelectedPicture(*facts))
    series = [each.entity.entity_id for each in found.titles if each.entity.entity_type == "series"]
    if series:
        for number, *facts in reader.execute(_sql("seasons_of"), {"ids": series}).fetchall():
            found.seasons.setdefault(number, []).append(KnownSeason(*facts))
    if any(each.entity_type == VIDEO for each in entities):
        rows = reader.execute(_sql("videos_of"), {**wanted, "also": example_of}).fetch_dicts()
        found.videos = [_video(row) for row in rows]
    for kind, number, *facts in reader.execute(_sql("ours_of"), wanted).fetchall():
        found.ours.setdefault(Entity(kind, number), []).append(OwnFile(*facts))
    for kind, number, path, *choice in reader.execute(_sql("choices_of"), wanted).fetchall():
        found.decided.setdefault(Entity(kind, number), []).append(path)
        found.choices[path] = (choice[0], choice[1])
    found.stored_nfo = StoredNfoFiles(reader, entities).get
    found.flips = dict(reader.execute(_sql("flips"), {"since": since}).fetchall())
    return found


class StoredNfoFiles:
    """The NFO files of some titles and videos as they were published. They are read when the first one is needed."""

    def __init__(self, reader: Connection, entities: Collection[Entity]) -> None:
        self._reader, self._entities = reader, entities
        self._found: dict[bytes, bytes] | None = None  # by path, deflated

    def get(self, path: bytes) -> bytes | None:
        """Return the NFO file at a path; None if the ledger has no such file."""
        if self._found is None:
            self._found = dict(self._reader.execute(_sql("stored_nfo"), columns_of(self._entities)).fetchall())
        body = self._found.get(path)
        return None if body is None else zlib.decompress(body)


def _read_files(reader: Connection, file_ids: Iterable[int], found: PublishedInputs) -> None:
    ids = list(dict.fromkeys(file_ids))
    if not ids:
        return
    episodes = defaultdict[int, list[int]](list)
    for file_id, episode_id in reader.execute(_sql("episodes_of_files"), {"file_ids": ids}).fetchall():
        episodes[file_id].append(episode_id)
    found.episodes_of_files = dict(episodes)
    found.people_of_files = dict(reader.execute(_sql("people_of"), {"file_ids": ids}).fetchall())


def _video(row: Mapping[str, Any]) -> KnownVideo:
    edits: Mapping[str, str | None] = row["edits"] or {}
    values = {**(row["fields"] or {}), **edits}
    return KnownVideo(
        file=MainFile(row["file_id"], row["path_bytes"], row["folder"], row["library_id"], None),
        file_name=row["file_name"],
        people=tuple(dict.fromkeys(row["names"])),
        values={name: value for name, value in values.items() if value is not None},
        is_edited=bool(edits) or row["edits_people"],
        edited=frozenset(edits),
        cleared=frozenset(name for name, value in edits.items() if value is None),
    )


def owner_of(reader: Connection, path: bytes) -> SideFileOwnership | None:
    """Return the title or video to which a side file of ours belongs; None if it is not ours."""
    row = reader.execute(_sql("owner_of"), {"path": path}).fetchone()
    if row is None:
        return None
    kind, number, videos, *facts = row
    is_present = any(belongs_to(path, video) for video in videos or ())
    return SideFileOwnership(Entity(kind, number), is_present, OwnFile(*facts))


def add_flips(tx: Connection, found: Sequence[tuple[bytes, int]], *, at: datetime) -> None:
    """Store that other programs overwrote side files: path and operation of each, once for each operation."""
    facts = {"paths": [path for path, _ in found], "operations": [number for _, number in found], "at": at}
    tx.execute(_sql("add_flips"), facts)


def _sql(name: str) -> str:
    return sql.compose("publishing", "ranked_values")[name]
