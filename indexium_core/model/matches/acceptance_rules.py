"""
The rules by which a candidate is accepted without a question: a table in the order in which they apply.

The first rule that has an answer decides. The score orders the candidates, but it accepts none, and popularity decides
nothing. A title is all candidates that are the same one, of any provider.

Each sign is a reason of the score. Only the runtime has points, as in the formula of the score.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from indexium_core.model import wording
from indexium_core.model.lookups.candidates import (
    ADDITION,
    CONFIRMING,
    CONTRADICTING,
    Candidate,
    MatchDecision,
    MatchReason,
    MissingSign,
    ReasonCode,
    ScoredCandidate,
    SearchQuery,
    by_title,
    is_same,
)
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.model.titles.title_text import is_exact, title_key

SAME_RUNTIME = 0.05  # of the runtime: confirms a candidate
OTHER_RUNTIME = 0.2  # contradicts it
RUNTIME_PENALTY = 0.1
MORE_EPISODES = 2  # that a season of files may have: parts of a long episode are often counted singly
KNOWN_PEOPLE = 2  # of the file and of the cast: if none of them is the same, the title is another one
_ISO_COUNTRIES = {"UK": "GB", "USA": "US"}
MIN_SCORE = 0.5  # below, a candidate is no match
NEXT_YEAR_RUNTIME = 0.03  # a title of the next or the previous year needs this runtime
MOST_DETAILED = 5  # namesakes whose details are compared


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


@dataclass(frozen=True)
class NamedTitle:
    """A title that has exactly the name of the file."""

    members: tuple[ScoredCandidate, ...]  # of different providers, best first
    query: SearchQuery

    @property
    def best(self) -> ScoredCandidate:
        """The candidate that stands for the title."""
        return self.members[0]

    @property
    def codes(self) -> frozenset[ReasonCode]:
        """What is known about its candidates. What one confirms is not contradicted by another."""
        codes = frozenset[ReasonCode]().union(*(each.codes for each in self.members))
        against: dict[ReasonCode, ReasonCode] = {
            "runtime": "same_runtime",
            "seasons": "same_seasons",
            "country": "same_country",
            "cast": "same_cast",
        }
        return frozenset(each for each in codes if against.get(each) not in codes)

    @property
    def signs(self) -> frozenset[ReasonCode]:
        """What confirms it; nothing if something contradicts it."""
        return frozenset() if self.codes & CONTRADICTING else self.codes & CONFIRMING

    @property
    def gap(self) -> int | None:
        """The difference between its year and that of the file; None if one is not known."""
        years = [each.candidate.year for each in self.members if each.candidate.year]
        wanted = self.query.year
        return min((abs(year - wanted) for year in years), default=None) if wanted is not None else None

    @property
    def has_year(self) -> bool:
        """Whether the year of a candidate is known: a title without one is hardly more than a name."""
        return any(each.candidate.year for each in self.members)

    def has_runtime(self, within: float) -> bool | None:
        """Return whether the runtime of a candidate is that of the file; None if one is not known."""
        gaps = [gap for each in self.members if (gap := runtime_gap(each.candidate, self.query)) is not None]
        return min(gaps) <= within if gaps else None

    def reason(self, codes: Iterable[ReasonCode]) -> str:
        """Return the text of the first reason with one of these codes."""
        return next(each.text for member in self.members for each in member.reasons if each.code in codes)


@dataclass(frozen=True)
class Case:
    """A search with its candidates, best first."""

    query: SearchQuery
    ranked: tuple[ScoredCandidate, ...]
    is_complete: bool  # every provider has answered, so that another title with the same name would be known

    @functools.cached_property
    def exact(self) -> tuple[NamedTitle, ...]:
        """The titles with exactly the name of the file."""
        found = [
            tuple(each for each in group if has_title(each.candidate, self.query.title))
            for group in by_title(self.ranked)
        ]
        return tuple(NamedTitle(members, self.query) for members in found if members)

    def of_gap(self, gap: int) -> tuple[NamedTitle, ...]:
        """Return the exact titles whose year is so far from that of the file."""
        return tuple(each for each in self.exact if each.gap == gap)

    @property
    def others(self) -> tuple[MissingSign, ...]:
        """What could confirm a title, apart from its year, and did not."""
        return ("runtime", "id", "cast") if self.query.content_type != "tv" else ("seasons", "id", "cast")

    def accept(self, title: NamedTitle, explanation: str) -> MatchDecision:
        """Accept a title."""
        return MatchDecision(self.ranked, title.best, explanation)

    def ask(self, explanation: str, *missing: MissingSign) -> MatchDecision:
        """Ask a person."""
        return MatchDecision(self.ranked, None, explanation, missing)


def decide(ranked: Sequence[ScoredCandidate], query: SearchQuery, *, is_complete: bool) -> MatchDecision:
    """Return the decision about candidates, which are in the order of their scores."""
    case = Case(query, tuple(ranked), is_complete)
    if len(case.exact) > 1:
        case = Case(query, tuple(_with_namesakes(each, case.exact) for each in ranked), is_complete)
    return next(found for rule in RULES if (found := rule(case)) is not None)


def undecided(decision: MatchDecision, query: SearchQuery) -> list[ScoredCandidate]:
    """Return the candidates whose details, which are not known yet, can change a decision: one of each title."""
    if any("id" in each.codes for each in decision.candidates):
        return []
    case = Case(query, decision.candidates, is_complete=False)
    compared = case.exact if query.year is None else case.of_gap(0) or case.of_gap(1)
    return [each for title in compared[:MOST_DETAILED] if _can_tell_more(title) for each in title.members]


def _can_tell_more(title: NamedTitle) -> bool:
    """Return whether the file has something that is not known of the title yet."""
    known, query = [each.candidate for each in title.members], title.query
    return (
        (query.runtime_minutes is not None and not any(each.runtime_minutes for each in known))
        or (query.year is None and bool(query.last_episodes) and not any(each.season_sizes for each in known))
        or (query.year is None and bool(query.people) and not any(each.cast for each in known))
    )


# The rules. Each returns a decision, or None if the next rule decides.


def _nothing_is_similar(case: Case) -> MatchDecision | None:
    if case.ranked and case.ranked[0].score >= MIN_SCORE:
        return None
    return case.ask("No provider has a title that is similar enough.")


def _ids_contradict(case: Case) -> MatchDecision | None:
    conflict = _conflict_of_ids(case.query.external_ids, case.ranked) or _with_id(case).conflict
    return case.ask(conflict) if conflict else None


def _id_is_known(case: Case) -> MatchDecision | None:
    best = _with_id(case)
    return MatchDecision(case.ranked, best, f"{best.reasons[0].text}.") if "id" in best.codes else None


def _with_id(case: Case) -> ScoredCandidate:
    """Return the best candidate that has an id of the file; without one the best of all."""
    return next((each for each in case.ranked if "id" in each.codes), case.ranked[0])


def _title_is_only_similar(case: Case) -> MatchDecision | None:
    if case.exact:
        return None
    best = case.ranked[0]
    what = "has the same words, but it is another title" if "words" in best.codes else "is only similar"
    return case.ask(f"“{best.candidate.name}” {what}, and no id confirms it.", "title", "id")


def _name_can_be_read_otherwise(case: Case) -> MatchDecision | None:
    """Two readers disagree about the title of the name, and providers have both titles."""
    wanted, exact = case.query, [each for title in case.exact for each in title.members]
    for each in case.ranked:
        has_year = wanted.year is None or each.candidate.year == wanted.year
        if has_year and each not in exact and any(has_title(each.candidate, other) for other in wanted.other_titles):
            text = f"The name can be read as “{wanted.title}” and as “{each.candidate.title}”, and both are titles."
            return case.ask(text, "title", "id")
    return None


def _one_title_has_the_year(case: Case) -> MatchDecision | None:
    found = case.of_gap(0)
    if len(found) != 1:
        return None
    [title] = found
    if "country" in title.codes:
        return case.ask(_sentence(title.reason(["country"])), "id")
    if "runtime" in title.codes:
        return case.ask(_sentence(title.reason(["runtime"])), "runtime", "id")
    return case.accept(title, f"Title and year are those of “{title.best.candidate.name}”.")


def _several_titles_have_the_year(case: Case) -> MatchDecision | None:
    found = case.of_gap(0)
    if not found:
        return None
    if (title := _confirmed(found)) is not None:
        return _accepted_by_sign(case, title, "Title and year")
    what = wording.plural(len(found), "title has", "titles have")
    return case.ask(f"{what} this name and year, and no {_or(case.others)} tells them apart.", *case.others)


def _runtime_confirms_the_next_year(case: Case) -> MatchDecision | None:
    fits = [each for each in case.of_gap(1) if each.has_runtime(NEXT_YEAR_RUNTIME) or "same_seasons" in each.signs]
    return _accepted_by_sign(case, fits[0], "The title") if len(fits) == 1 else None


def _year_is_another(case: Case) -> MatchDecision | None:
    if case.query.year is None:
        return None
    near = min(case.exact, key=lambda each: 10_000 if each.gap is None else each.gap)
    what = f"The file has the year {case.query.year}, and “{near.best.candidate.name}” has the same title"
    if near.gap is None:
        return case.ask(f"{what} without a year.", "year", "id")
    if near.gap > 1:
        return case.ask(f"{what}, but not the year.", "year", "id")
    sign: MissingSign = case.others[0]
    return case.ask(f"{what}. No {sign} confirms it.", "year", sign, "id")


def _sign_confirms_one_title(case: Case) -> MatchDecision | None:
    title = _confirmed(case.exact)
    return _accepted_by_sign(case, title, "The title") if title is not None else None


def _no_other_title_has_the_name(case: Case) -> MatchDecision | None:
    [title, *others] = case.exact
    if others or title.codes & CONTRADICTING or not title.has_year or title.has_runtime(SAME_RUNTIME) is False:
        return None
    if not case.is_complete:
        text = "Not every provider has answered, so another title may have this name."
        return case.ask(f"{_no_year(case)} {text}", *case.others, "answers")
    name = title.best.candidate.name
    return case.accept(title, f"The title is that of “{name}”, and no other title has this name.")


def _no_sign_confirms_a_title(case: Case) -> MatchDecision | None:
    against = case.exact[0].codes & CONTRADICTING
    if len(case.exact) == 1 and against:
        return case.ask(_sentence(case.exact[0].reason(against)), "year", *case.others)
    many = f" {wording.plural(len(case.exact), 'title')} have this name." if len(case.exact) > 1 else ""
    return case.ask(f"{_no_year(case)}{many}", "year", *case.others)


RULES: tuple[Callable[[Case], MatchDecision | None], ...] = (
    _nothing_is_similar,
    _ids_contradict,
    _id_is_known,
    _title_is_only_similar,
    _name_can_be_read_otherwise,
    # With a year. The next three do not apply without one.
    _one_title_has_the_year,
    _several_titles_have_the_year,
    _runtime_confirms_the_next_year,
    _year_is_another,
    # Without a year.
    _sign_confirms_one_title,
    _no_other_title_has_the_name,
    _no_sign_confirms_a_title,
)


def _confirmed(titles: Sequence[NamedTitle]) -> NamedTitle | None:
    """Return the title with a sign that no other one has, if it has all signs of the others; None if there is none."""
    if len(titles) > MOST_DETAILED and not any(each.signs - {"same_runtime"} for each in titles):
        return None  # among so many namesakes, one has the runtime by chance
    for title in titles:
        others = [each.signs for each in titles if each is not title]
        if title.signs and all(signs < title.signs for signs in others):
            return title
    return None


def _accepted_by_sign(case: Case, title: NamedTitle, what: str) -> MatchDecision:
    signs = title.signs or frozenset(["same_runtime"])
    verb = "is that" if what == "The title" else "are those"
    return case.accept(title, f"{what} {verb} of “{title.best.candidate.name}”. {title.reason(signs)}.")


def _sentence(text: str) -> str:
    return f"{text.rstrip('.')}."


def _no_year(case: Case) -> str:
    return f"The name has no year, and no {_or(case.others)} confirms it."


def _or(missing: Sequence[MissingSign]) -> str:
    return wording.list_of([{"seasons": "number of episodes"}.get(each, each) for each in missing], conjunction="or")


def _with_namesakes(each: ScoredCandidate, exact: Sequence[NamedTitle]) -> ScoredCandidate:
    """Add to a candidate with the name of the file how many other titles have it."""
    if not any(each in title.members for title in exact):
        return each
    many = wording.plural(len(exact) - 1, "other title has", "other titles have")
    return dataclasses.replace(each, reasons=(*each.reasons, MatchReason("namesakes", f"{many} this name", 0.0)))


def _conflict_of_ids(ids: Sequence[ExternalId], ranked: Sequence[ScoredCandidate]) -> str:
    """Return a sentence if the ids of a file are those of different titles; otherwise ""."""
    by_provider = {each.provider: each for each in ids}
    for each in ids:
        if by_provider[each.provider] != each:
            return f"The file has two ids: {each} and {by_provider[each.provider]}."
    owners = [each.candidate for each in ranked if each.candidate.ids.intersection(ids)]
    other = next((each for each in owners[1:] if not is_same(owners[0], each)), None)
    if other is None:
        return ""
    return f"The ids of the file belong to different titles: “{owners[0].title}” and “{other.title}”."
