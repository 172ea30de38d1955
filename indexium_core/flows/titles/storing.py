"""What an identification has to store, in groups of titles: each group is one short transaction."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from indexium_core.store.titles.identified import FileLink, StoredTitle, TitleRow, TitleValueRow

_GROUP = 2000  # titles or files: less than a second; each group costs the same time once


@dataclass(slots=True)
class FoundTitles:
    """Titles with their files and their values from names, container tags and NFO files."""

    titles: list[TitleRow] = field(default_factory=list)
    links: list[FileLink] = field(default_factory=list)
    values: list[TitleValueRow] = field(default_factory=list)
    file_ids: list[int] = field(default_factory=list)

    def take(self, other: FoundTitles) -> None:
        """Add the titles of another group."""
        self.titles += other.titles
        self.links += other.links
        self.values += other.values
        self.file_ids += other.file_ids

    @property
    def size(self) -> int:
        """The number of titles or files, whichever is larger."""
        return max(len(self.titles), len(self.file_ids))


def changed_groups(
    found: FoundTitles,
    stored: Mapping[int, StoredTitle],
    links: Iterable[FileLink],
    values: Iterable[TitleValueRow],
    *,
    keep_nfo: Collection[int],
) -> Iterator[FoundTitles]:
    """
    Yield groups of whole films and series whose titles, files or values differ from the stored ones.

    Args:
        found: The titles of a library.
        stored: The stored titles by id.
        links: The stored files of titles.
        values: The stored values from names, tags and NFO files that are not locked; the values are JSON texts.
        keep_nfo: Titles that keep their values of NFO files.

    """
    works = _works(found)
    groups: dict[int, FoundTitles] = defaultdict(FoundTitles)
    for title in found.titles:
        groups[works[title.id]].titles.append(title)
    for link in found.links:
        groups[works[link.entity_id]].links.append(link)
    for value in found.values:
        groups[works[value.entity_id]].values.append(value)
    of_file = {link.file_id: works[link.entity_id] for link in found.links}
    for file_id in found.file_ids:
        groups[of_file.get(file_id, -file_id)].file_ids.append(file_id)

    known_links, known_values = defaultdict[int, set[FileLink]](set), defaultdict[int, set[tuple[object, ...]]](set)
    for link in links:
        known_links[link.file_id].add(link)
    kept = set(keep_nfo)
    for value in values:
        if value.origin != "nfo" or value.entity_id not in kept:
            known_values[value.entity_id].add((value.field, value.origin, value.value, value.confidence))
    whole = FoundTitles()
    for group in groups.values():
        if _is_changed(group, stored, known_links, known_values):
            whole.take(group)
            if whole.size >= _GROUP:
                yield whole
                whole = FoundTitles()
    if whole.size:
        yield whole


def _works(found: FoundTitles) -> dict[int, int]:
    """Return the film or series of each title; those that share a file have the same."""
    works = {title.id: title.series_id or title.id for title in found.titles}
    for link in found.links:
        works.setdefault(link.entity_id, link.entity_id)
    first: dict[int, int] = {}
    same: dict[int, int] = {}

    def root(work: int) -> int:
        while work in same:
            work = same[work]
        return work

    for link in found.links:
        work = root(works[link.entity_id])
        other = root(first.setdefault(link.file_id, work))
        if other != work:
            same[work] = other
    return {title_id: root(work) for title_id, work in works.items()}


def _is_changed(
    group: FoundTitles,
    stored: Mapping[int, StoredTitle],
    links: Mapping[int, set[FileLink]],
    values: Mapping[int, set[tuple[object, ...]]],
) -> bool:
    for title in group.titles:
        known = stored.get(title.id)
        place = (title.library_id, title.name_key, title.series_id)
        if known is None or (known.library_id, known.name_key, known.series_id) != place:
            return True
    if {link for file_id in group.file_ids for link in links.get(file_id, ())} != set(group.links):
        return True
    found = {title.id: set[tuple[object, ...]]() for title in group.titles}
    for value in group.values:
        text = json.dumps(value.value, ensure_ascii=False)
        found[value.entity_id].add((value.field, value.origin, text, value.confidence))
    return any(values.get(title_id, set()) != each for title_id, each in found.items())
