"""
What confirms or contradicts a candidate, apart from title and year.

Each sign is a reason of the score. Only the runtime has points, as in the formula of the score.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from indexium_core.model import wording
from indexium_core.model.lookups.candidates import ADDITION, Candidate, MatchReason, SearchQuery
from indexium_core.model.titles.title_text import is_exact, title_key

SAME_RUNTIME = 0.05  # of the runtime: confirms a candidate
OTHER_RUNTIME = 0.2  # contradicts it
RUNTIME_PENALTY = 0.1
MORE_EPISODES = 2  # that a season of files may have: parts of a long episode are often counted singly
KNOWN_PEOPLE = 2  # of the file and of the cast: if none of them is the same, the title is another one
_ISO_COUNTRIES = {"UK": "GB", "USA": "US"}


def signs_of(candidate: Candidate, query: SearchQuery) -> list[MatchReason]:
    """Return what confirms or contradicts a candidate."""
    return [reason for sign in _SIGNS if (reason := sign(candidate, query)) is not None]


def has_title(candidate: Candidate, title: str) -> bool:
    """Return whether a title is exactly one of those of a candidate, see `title_text.is_exact`."""
    own = {each for known in (candidate.title, candidate.original_title) for each in (known, ADDITION.sub("", known))}
    return any(
        is_exact(title, each, candidate.original_language if each in own else "")  # other titles are of any language
        for each in candidate.titles
    )


def runtime_gap(candidate: Candidate, query: SearchQuery) -> float | None:
    """Return how far the runtimes of candidate and file are apart, as a share; None if one is not known."""
    runtime, wanted = candidate.runtime_minutes, query.runtime_minutes
    return abs(runtime - wanted) / runtime if runtime and wanted else None


def known_countries(candidate: Candidate) -> frozenset[str]:
    """Return the countries of a candidate, or the one in its title; none if they are not known."""
    added = (ADDITION.search(candidate.title) or {"country": None})["country"]
    return frozenset(map(iso_country, candidate.countries or ((added,) if added else ())))


def iso_country(code: str) -> str:
    """Return the code of a country in ISO 3166-1."""
    return _ISO_COUNTRIES.get(code.upper(), code.upper())


def _runtime(candidate: Candidate, query: SearchQuery) -> MatchReason | None:
    gap, wanted, runtime = runtime_gap(candidate, query), query.runtime_minutes or 0, candidate.runtime_minutes or 0
    if gap is None or SAME_RUNTIME < gap <= OTHER_RUNTIME:
        return None
    text = f"The file has {wording.plural(round(wanted), 'minute')}, the title {runtime:.0f}"
    if gap > OTHER_RUNTIME:
        return MatchReason("runtime", f"{text}: more than {OTHER_RUNTIME:.0%} apart", -RUNTIME_PENALTY)
    return MatchReason("same_runtime", f"{text}: at most {SAME_RUNTIME:.0%} apart", 0.0)


def _second_title(candidate: Candidate, query: SearchQuery) -> MatchReason | None:
    """Return a sign if the file has two titles, and the candidate has both."""
    if not query.original_title or is_exact(query.title, query.original_title, candidate.original_language):
        return None
    if not has_title(candidate, query.title) or not has_title(candidate, query.original_title):
        return None
    return MatchReason("same_titles", f"Both have the title “{query.original_title}”, too", 0.0)


def _cast(candidate: Candidate, query: SearchQuery) -> MatchReason | None:
    """Return a sign for one person with two names, or for two persons: *Anna* alone says nothing."""
    known = {title_key(name) for name in query.people if name.strip()}
    cast = {title_key(name): name for name in candidate.cast}
    shared = sorted(known.intersection(cast))
    if len(shared) > 1 or any(" " in name for name in shared):
        names = wording.list_of([cast[name] for name in shared[:3]])
        return MatchReason("same_cast", f"{names} {'is' if len(shared) == 1 else 'are'} in the cast", 0.0)
    if min(len(known), len(cast)) < KNOWN_PEOPLE or shared:
        return None
    return MatchReason("cast", "None of the people of the file is in the cast", 0.0)


def _seasons(candidate: Candidate, query: SearchQuery) -> MatchReason | None:
    sizes = {number: size for number, size in candidate.season_sizes if number}
    if not sizes or not query.last_episodes:
        return None
    if lack := _lack(candidate.name, sizes, query.last_episodes):
        return MatchReason("seasons", lack, 0.0)
    ends = [season for season, episode in query.last_episodes if season and sizes.get(season) == episode]
    if len(ends) > 1:
        return MatchReason("same_seasons", f"The files end where {len(ends)} seasons end", 0.0)
    return None


def _lack(name: str, sizes: dict[int, int], last_episodes: Sequence[tuple[int | None, int]]) -> str:
    """Return which season or episode of the files a series lacks; "" if it has all."""
    total = sum(sizes.values()) if all(sizes.values()) else 0
    for season, episode in last_episodes:
        if season is not None and season > max(sizes):
            return f"The files have season {season}, but “{name}” has {max(sizes)}."
        size = total if season in {None, 1} else sizes.get(season, 0)  # season 1 is often numbered through
        if size and episode > size + min(MORE_EPISODES, size - 1):
            where = "" if season is None else f" of season {season}"
            return f"The files have episode {episode}{where}, but “{name}” has {size} episode{'s' if size > 1 else ''}."
    return ""


def _country(candidate: Candidate, query: SearchQuery) -> MatchReason | None:
    known, wanted = known_countries(candidate), iso_country(query.country)
    if not wanted or not known:
        return None
    if wanted in known:
        return MatchReason("same_country", f"Both are from {query.country}", 0.0)
    return MatchReason(
        "country", f"The files say {query.country}, but “{candidate.name}” is from {', '.join(sorted(known))}.", 0.0
    )


_SIGNS: tuple[Callable[[Candidate, SearchQuery], MatchReason | None], ...] = (
    _runtime,
    _second_title,
    _cast,
    _seasons,
    _country,
)
