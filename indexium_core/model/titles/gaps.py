"""Which episodes of a series are missing between those that it has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from indexium_core.model.titles.titles import EpisodeEntry, EpisodeGap


def gaps_of(episodes: Iterable[EpisodeEntry]) -> list[EpisodeGap]:
    """
    Return the gaps of a series, in order.

    A season begins with its first episode; a series that counts through all seasons begins with the first one that it
    has, because a person may have only its end. Specials have no gaps.
    """
    numbers: dict[int, set[int]] = defaultdict(set)
    absolute = set()
    for each in episodes:
        if each.season and each.episode is not None and each.file_ids:
            numbers[each.season].add(each.episode)
            if each.absolute is not None:
                absolute.add(each.season)
    if not numbers:
        return []
    found: list[EpisodeGap] = []
    for season in range(min(numbers), max(numbers) + 1):
        if season > 1900 and season not in numbers:  # seasons that are years
            continue
        if season not in numbers:
            found.append(EpisodeGap(season=season, first=None, last=None))
            continue
        present = numbers[season]
        start = min(present) if season in absolute else 1
        found += (EpisodeGap(season=season, first=first, last=last) for first, last in _ranges(present, start))
    return found


def _ranges(present: set[int], start: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges of numbers from `start` that are not there, up to the largest one."""
    expected = start
    for number in sorted(present):
        if number > expected:
            yield expected, number - 1
        expected = max(expected, number + 1)
