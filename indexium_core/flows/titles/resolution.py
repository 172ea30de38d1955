"""
Find the stored title of each file, so that the same files give the same titles at each scan.

1. A file that a person moved to a title stays there.
2. A file stays in each film or episode that a person has changed, whatever its name says now; in others it does not.
3. A group of files goes to the title that has its key (what the names say).
4. Otherwise it goes to the title with an id of it, if no file has the key of that title: folder and file are others.
5. Otherwise it goes to the title that most of its files had, and the title gets the new key: the files were renamed.
6. Otherwise it gets a new title. Files that are missing stay in the titles that they had.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from indexium_core.model.names.name_parts import Role
from indexium_core.model.titles.fields import EntityType
from indexium_core.model.titles.grouping import MADE_BY_HAND, EpisodeGroup, FileRole, MovieGroup, SeriesGroup, Work
from indexium_core.model.titles.titles import edition_key
from indexium_core.store.titles.external_ids import TitleId
from indexium_core.store.titles.identified import FileLink, StoredTitle

# Return the ids (by provider) of the works of the second list; the first one has all works of the library.
IdsOfWorks: TypeAlias = Callable[[Sequence[Work], Sequence[Work]], Sequence[Mapping[str, str]]]
_Places: TypeAlias = Mapping[tuple[int, str], StoredTitle]  # by file and key of an episode


@dataclass(slots=True)
class ResolvedTitle:
    """A title with its files."""

    entity_type: EntityType
    id: int
    library_id: int
    name_key: str
    is_new: bool
    series_id: int | None = None
    year: int | None = None  # of the group
    edition: str = ""  # that all its main files are
    title: str = ""  # of a series
    country: str = ""
    episode: EpisodeGroup | None = None
    files: list[FileRole] = field(default_factory=list)  # main files first; empty if the names say another kind


class Resolver:
    """Resolves the groups of one library."""

    def __init__(
        self,
        library_id: int,
        stored: Iterable[StoredTitle],
        links: Iterable[FileLink],
        *,
        libraries: Collection[int],
        new_id: Callable[[], int],
        assigned: Iterable[FileLink] = (),
        unassigned: Collection[int] = (),
        missing: Collection[int] = (),
        ids: Iterable[TitleId] = (),
        ids_of: IdsOfWorks = lambda _, wanted: [{}] * len(wanted),
    ) -> None:
        """
        Use the titles of all libraries, because a file may have moved from another one.

        Args:
            library_id: The library of the groups.
            stored: All titles.
            links: Their files.
            libraries: The ids of all libraries: titles of a removed one are found again by their names.
            new_id: Returns an id that no title has.
            assigned: The files that a person moved to a title.
            unassigned: Files that the person moves back: they have no former title.
            missing: Files that are not on the disk.
            ids: The ids of the titles at providers.
            ids_of: Returns the ids of works of the names.

        """
        self._library_id, self._new_id = library_id, new_id
        self._stored = {each.id: each for each in stored}
        self._by_key: dict[tuple[str, int | None, str], int] = {}
        near = set[int]()  # titles that the names of this library can find
        for each in sorted(self._stored.values(), key=lambda title: title.library_id != library_id):
            if each.library_id == library_id or each.library_id not in libraries:
                key = each.name_key.removeprefix(MADE_BY_HAND)
                self._by_key.setdefault((each.entity_type, each.series_id, key), each.id)
                near.add(each.id)
        self._ids, self._ids_of = [each for each in ids if each.title_id in near], ids_of
        self._missing, self._unassigned = missing, unassigned
        self._of_file: dict[int, list[StoredTitle]] = {}
        self._known = list(links)
        for link in self._known:
            title = self._stored.get(link.entity_id)
            if title is not None and link.role == "main" and link.file_id not in unassigned:
                self._of_file.setdefault(link.file_id, []).append(title)
        self._assigned: dict[int, list[FileLink]] = {}
        for link in assigned:
            if link.entity_id in self._stored and link.file_id not in unassigned:
                self._assigned.setdefault(link.file_id, []).append(link)
        self._claimed: set[int] = set()
        self._names_of_kept = defaultdict[int, set[str]](set)  # changed film → keys of the works that have its files
        self.titles: dict[int, ResolvedTitle] = {}
        self.links: dict[tuple[int, int], FileLink] = {}  # by file and title

    def resolve(self, movies: Sequence[MovieGroup], series: Sequence[SeriesGroup]) -> None:
        """Resolve all groups into `titles` and `links`."""
        movies = [each for each in map(self._movie_of_names, movies) if each.files]
        series = [each for each in map(self._series_of_names, series) if each.episodes or each.extras]
        for each in movies:
            for title in (title for file in each.files for title in self._kept(file.file_id)):
                self._names_of_kept[title.id].add(each.key)
        found = self._find([*movies, *series])
        self._claimed |= {each for each in found.values() if each is not None}
        for movie in movies:
            if id(movie) in found:
                self._movie(movie, found[id(movie)])
        for group in series:
            if id(group) in found:
                self._series(group, found[id(group)])
        self._put_editions()

    # Titles by their keys and ids.

    def _find(self, works: Sequence[Work]) -> dict[int, int | None]:
        """Return the title that has the key or an id of each work, without works whose files stay where they were."""
        found = {id(each): self._by_key.get((each.entity_type, None, each.key)) for each in works}
        gone = [each for each in works if all(file.file_id in self._missing for file in each.files)]
        left = {id(each) for each in gone}
        by_id = self._find_by_id(works, [each for each in works if id(each) not in left], found)
        links = self._links_of_missing() if gone else {}
        for each in gone:
            if found[id(each)] is None or found[id(each)] in by_id.values():
                files = {file.file_id for file in each.files}
                if files <= links.keys():  # it names no title any more: its files stay in the titles that they had
                    self.links |= {(link.file_id, link.entity_id): link for file in files for link in links[file]}
                    del found[id(each)]
        return found | by_id

    def _find_by_id(
        self, works: Sequence[Work], present: Sequence[Work], found: Mapping[int, int | None]
    ) -> dict[int, int]:
        """
        Return the title that has an id of each work that has files.

        It is a title of whose name no file is there. A work that has a title by its name leaves it only if no person
        has changed that one, but has changed the title with the id.
        """
        held = {found[id(each)] for each in present}
        holders = {
            (each.entity_type, each.provider, each.value): each.title_id
            for each in self._ids
            if each.is_accepted and each.title_id not in held
        }
        changed = {each for each in holders.values() if self._stored[each].is_touched}
        rivals = {each.title_id for each in self._ids if each.holder_id in changed}
        wanted = [each for each in present if found[id(each)] is None or found[id(each)] in rivals] if holders else []
        pairs = zip(wanted, self._ids_of(works, wanted), strict=True) if wanted else ()
        claims = [(each, holder) for each, ids in pairs if (holder := self._holder(each, ids, holders)) is not None]
        keepers = self._keepers(present) if claims else {}
        claimed: dict[int, int] = {}
        for work, holder in sorted(claims, key=lambda claim: not self._had(*claim)):
            by_key = found[id(work)]
            is_free = holder not in claimed.values() and keepers.get(holder, set()) <= {id(work)}
            if is_free and (by_key is None or (holder in changed and not self._stored[by_key].is_touched)):
                claimed[id(work)] = holder
        return claimed

    def _holder(
        self, work: Work, ids: Mapping[str, str], holders: Mapping[tuple[EntityType, str, str], int]
    ) -> int | None:
        """Return the only title with ids of a work; None if another id contradicts it."""
        titles = {holders.get((work.entity_type, provider, value)) for provider, value in ids.items()} - {None}
        if len(titles) != 1:
            return None
        [title_id] = titles
        known = {each.provider: each.value for each in self._ids if each.title_id == title_id}
        return title_id if all(known.get(provider, value) == value for provider, value in ids.items()) else None

    def _keepers(self, works: Iterable[Work]) -> dict[int, set[int]]:
        """Return the works with a file that stays in a film or series, because a person said so or changed it."""
        found = defaultdict[int, set[int]](set)
        for work in works:
            for title in (title for each in work.files for title in self._kept(each.file_id)):
                found[title.series_id or title.id].add(id(work))
        for file_id, links in self._assigned.items():
            if file_id not in self._missing:
                for title in (self._stored[each.entity_id] for each in links):
                    found[title.series_id or title.id].add(0)  # of no work
        return found

    def _had(self, work: Work, title_id: int) -> bool:
        """Return whether a file of a work was in a film or series."""
        titles = (title for each in work.files for title in self._of_file.get(each.file_id, ()))
        return any(title_id in {title.id, title.series_id} for title in titles)

    def _links_of_missing(self) -> dict[int, list[FileLink]]:
        """Return what is stored of missing files."""
        found = defaultdict[int, list[FileLink]](list)
        for each in self._known:
            is_stored = each.entity_id in self._stored and each.file_id not in self._unassigned
            if each.file_id in self._missing and is_stored:
                found[each.file_id].append(each)
        return found

    def _put_editions(self) -> None:
        """Note the edition of all main files of a title, also of those of other libraries that a person moved there."""
        found = {link.file_id for link in self.links.values()}
        editions = defaultdict[int, dict[str, str]](dict)
        for link in [*self.links.values(), *(each for each in self._known if each.file_id not in found)]:
            if link.role == "main":
                editions[link.entity_id].setdefault(edition_key(link.edition), link.edition)
        for title_id, title in self.titles.items():
            if len(editions[title_id]) == 1:
                [title.edition] = editions[title_id].values()

    # Files that a person moved.

    def _movie_of_names(self, group: MovieGroup) -> MovieGroup:
        return replace(group, files=self._not_moved(group.files))

    def _series_of_names(self, group: SeriesGroup) -> SeriesGroup:
        episodes = {key: replace(each, files=self._not_moved(each.files)) for key, each in group.episodes.items()}
        episodes = {key: each for key, each in episodes.items() if each.files}
        return replace(group, episodes=episodes, extras=self._not_moved(group.extras))

    def _not_moved(self, files: Sequence[FileRole]) -> list[FileRole]:
        """Link the files that a person moved to their titles, and return the others."""
        for each in files:
            for link in self._assigned.get(each.file_id, ()):
                self._note(each, link.entity_type, link.entity_id, link.role)
                if link.entity_type == "episode":  # it keeps its number, even if its other files are renamed
                    self._claimed.add(link.entity_id)
        return [each for each in files if each.file_id not in self._assigned]

    # Films.

    def _movie(self, group: MovieGroup, exact: int | None) -> None:
        kept = {each.file_id: self._kept(each.file_id) for each in group.files if each.role == "main"}
        if exact is not None and self._stored[exact].is_touched:
            kept |= self._exchanged(exact, [each for each, titles in kept.items() if not titles])
        former = [title.id for titles in kept.values() for title in titles if title.entity_type == "movie"]
        free = [each for each in group.files if not kept.get(each.file_id)]
        target = exact if exact is not None else self._former("movie", free, preferred=former)
        for each in group.files:
            for title in kept.get(each.file_id, ()):
                self._keep(title, each, "movie", group.key if title.id == target else title.name_key, year=group.year)
        if free:
            resolved = self._put("movie", target, group.key)
            resolved.year = group.year
            for each in free:
                self._link(resolved, each)

    def _exchanged(self, exact: int, file_ids: Collection[int]) -> dict[int, list[StoredTitle]]:
        """
        Return the films in which files stay although no person has changed these films, by file.

        The film with the name of the group, which a person has changed, has its file under the name of such a film:
        both have exchanged their names, and no film may get the files of both.
        """
        found, names = dict[int, list[StoredTitle]](), self._names_of_kept.get(exact, ())
        for file_id in file_ids:
            former = [each for each in self._of_file.get(file_id, ()) if each.entity_type == "movie"]
            if all(each.id != exact for each in former) and any(each.name_key in names for each in former):
                found[file_id] = former
        return found

    # Series.

    def _series(self, group: SeriesGroup, exact: int | None) -> None:
        files = [each for episode in group.episodes.values() for each in episode.files]
        target = exact if exact is not None else self._former_series([*files, *group.extras])
        present = {key: self._by_key.get(("episode", target, key)) for key in group.episodes} if target else {}
        places = self._places(group, present)
        pairs = {(each.file_id, key) for key, episode in group.episodes.items() for each in episode.files}
        if target is None and not group.extras and pairs <= places.keys():
            for episode in group.episodes.values():  # all files stay in other series: this one would have none
                self._keep_episodes(None, episode, None, places)
            return
        series = self._put("series", target, group.key)
        series.title, series.year, series.country = group.title, group.year, group.country
        series.files = [*files, *group.extras]
        for each in group.extras:
            self._note(each, "series", series.id, each.role)
        self._claimed |= {each for each in present.values() if each is not None}
        for key, episode in group.episodes.items():
            self._episode(series, episode, present.get(key), places)

    def _episode(self, series: ResolvedTitle, group: EpisodeGroup, exact: int | None, places: _Places) -> None:
        free = self._keep_episodes(series, group, exact, places)
        if free:
            target = exact if exact is not None else self._kept_with(series.id, group, places)
            target = target if target is not None else self._former("episode", free)
            resolved = self._put("episode", target, group.key, series_id=series.id)
            resolved.episode = group
            for each in free:
                self._link(resolved, each)

    def _keep_episodes(
        self, series: ResolvedTitle | None, group: EpisodeGroup, exact: int | None, places: _Places
    ) -> list[FileRole]:
        """Leave the files of an episode in the titles that a person has changed, and return the other files."""
        for each in group.files:
            title = places.get((each.file_id, group.key))
            if title is None:
                continue
            resolved = self._keep(title, each, "episode", title.name_key)
            if resolved.episode is None or exact == title.id:
                resolved.episode = group
            if series is not None and title.series_id == series.id and exact in {None, title.id}:
                resolved.name_key, exact = group.key, title.id
        return [each for each in group.files if (each.file_id, group.key) not in places]

    def _kept_with(self, series_id: int, group: EpisodeGroup, places: _Places) -> int | None:
        """Return the changed episode that has got the number of a group from another file of it."""
        titles = (places.get((each.file_id, group.key)) for each in group.files)
        kept = (self.titles.get(each.id) for each in titles if each is not None and each.series_id == series_id)
        return next((each.id for each in kept if each is not None and each.name_key == group.key), None)

    def _places(self, group: SeriesGroup, present: Mapping[str, int | None]) -> _Places:
        """Return the changed title in which a file stays, by file and episode; the file stays in the others, too."""
        keys: dict[int, dict[str, FileRole]] = defaultdict(dict)
        for key, episode in group.episodes.items():
            for each in episode.files:
                if self._kept(each.file_id):
                    keys[each.file_id][key] = each
        found: dict[tuple[int, str], StoredTitle] = {}
        for file_id, roles in keys.items():
            of_file = _places_of(self._of_file[file_id], list(roles), present)
            found |= {(file_id, key): title for key, title in of_file.items()}
            placed = {title.id for title in of_file.values()}
            for title in self._kept(file_id):
                if title.id not in placed:  # its name has no episode for it: what is known of it stays as it is
                    self._claimed.add(title.id)
                    self._note(next(iter(roles.values())), title.entity_type, title.id, "main")
        return found

    def _former_series(self, files: Sequence[FileRole]) -> int | None:
        """Return the series that most of the files had, unless it is that of another group."""
        counts = Counter(
            title.series_id
            for each in files
            for title in self._of_file.get(each.file_id, ())
            if title.series_id is not None and title.series_id in self._stored
        )
        ranked = sorted(counts, key=lambda each: (not self._stored[each].is_touched, -counts[each], each))
        return next((each for each in ranked if each not in self._claimed), None)

    # Both.

    def _kept(self, file_id: int) -> list[StoredTitle]:
        """Return those titles of a file that a person has changed."""
        return [title for title in self._of_file.get(file_id, ()) if title.is_touched]

    def _former(self, kind: EntityType, files: Sequence[FileRole], *, preferred: Sequence[int] = ()) -> int | None:
        """Return the title that most of the files had, unless it is that of another group."""
        counts = Counter(
            title.id
            for each in files
            for title in self._of_file.get(each.file_id, ())
            if title.entity_type == kind and not (kind == "episode" and title.is_touched)  # it has its own number
        )
        ranked = [*preferred, *sorted(counts, key=lambda each: (-counts[each], each))]
        return next((each for each in ranked if each not in self._claimed), None)

    def _put(self, kind: EntityType, title_id: int | None, key: str, *, series_id: int | None = None) -> ResolvedTitle:
        is_new = title_id is None
        number = self._new_id() if title_id is None else title_id
        self._claimed.add(number)
        known = self.titles.get(number)
        if known is not None:
            known.name_key = key
            return known
        resolved = self.titles[number] = ResolvedTitle(kind, number, self._library_id, key, is_new, series_id)
        return resolved

    def _keep(
        self, title: StoredTitle, each: FileRole, kind: EntityType, key: str, *, year: int | None = None
    ) -> ResolvedTitle:
        """Leave a file in a title that a person has changed; its name gives values only if it says the same kind."""
        self._claimed.add(title.id)
        resolved = self.titles.get(title.id)
        if resolved is None:
            resolved = ResolvedTitle(
                title.entity_type, title.id, self._library_id, key, is_new=False, series_id=title.series_id, year=year
            )
            self.titles[title.id] = resolved
        self._note(each, title.entity_type, title.id, "main")
        if title.entity_type == kind:
            resolved.files.append(each)
        return resolved

    def _link(self, title: ResolvedTitle, each: FileRole) -> None:
        self._note(each, title.entity_type, title.id, each.role)
        title.files.append(each)
        title.files.sort(key=lambda file: file.role != "main")

    def _note(self, each: FileRole, kind: EntityType, title_id: int, role: Role) -> None:
        """Link a file to a title, with what its name says about the part of a film and the edition."""
        part = each.guess.part if kind == "movie" else None
        self.links[each.file_id, title_id] = FileLink(each.file_id, kind, title_id, part, role, each.guess.edition)


def _places_of(
    titles: Sequence[StoredTitle], keys: Sequence[str], present: Mapping[str, int | None]
) -> dict[str, StoredTitle]:
    """
    Return which changed title of a file is which episode of its name.

    An episode whose stored title is another one of the file belongs to that one. A changed film takes all: its file is
    no episode.

    Args:
        titles: The stored titles of the file.
        keys: The episodes of its name.
        present: The stored titles of these episodes.

    """
    waiting = [each for each in titles if each.is_touched]
    if (other := next((each for each in waiting if each.entity_type != "episode"), None)) is not None:
        return dict.fromkeys(keys, other)
    others = {each.id for each in titles if not each.is_touched}
    free = [key for key in keys if present.get(key) not in others]
    is_renumbered = len(titles) == len(keys)
    rules: tuple[Callable[[StoredTitle, str], bool], ...] = (
        lambda title, key: present.get(key) == title.id,
        lambda title, key: title.name_key.removeprefix(MADE_BY_HAND) == key,
        lambda title, key: is_renumbered and titles.index(title) == keys.index(key),
        lambda _, key: present.get(key) is None,
        lambda _title, _key: True,
    )
    found: dict[str, StoredTitle] = {}
    for rule in rules:
        for title in waiting[:]:
            key = next((each for each in free if rule(title, each)), None)
            if key is not None:
                found[key] = title
                waiting.remove(title)
                free.remove(key)
    return found
