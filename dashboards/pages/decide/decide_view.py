"""The views of the page *To decide*: the questions with their files, facts and candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from dashboards.components.base import Component, module, needing
from dashboards.components.title_text import initials, without_command
from dashboards.pages.decide.view_types import (
    DecideListProgressView,
    DecideListView,
    OfferedTitleReasonView,
    QuestionFactView,
    QuestionLabelView,
    SegmentView,
)
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import JOBS_MANAGE, SETTINGS_MANAGE, TITLES_EDIT
from indexium_core.model.lookups.candidates import CONFIRMING, CONTRADICTING, MatchReason
from indexium_core.model.lookups.traffic import ProviderStatus
from indexium_core.model.matches.matching import TITLE_WEIGHT
from indexium_core.model.matches.questions import FileFact, MatchCandidate, MatchQuestion, marked_parts
from indexium_core.model.matches.results import MATCH_STATES
from indexium_core.model.providers.registry import PROVIDERS, label_of
from indexium_core.model.titles.titles import ORIGINS

OFFERED = 12  # candidates of a question that a page gets
CAST = 3  # names of a candidate
PLOT = 320  # characters
SEGMENTS = {  # the state of matches by the words for people; the last ones only if there are some
    "open": "To decide",
    "accepted": "Matched",
    "later": "Later",
    "ignored": "Ignored",
    "maybe": "Maybe a film?",
    "unsearched": "Not searched",
    "none": "Not found",
    "failed": "Failed",
}
_WITHOUT_POINTS = CONFIRMING | (CONTRADICTING - {"runtime"}) | {"namesakes"}
_ALWAYS = 4  # of the segments
_NAMES = {"movie": "Film", "tv": "Series", "unknown": ""}
_LABELS = {
    "open": ("warning", "!", "asked because"),
    "later": ("note", "", "put off"),
    "none": ("note", "", "not found"),
    "failed": ("danger", "▲", "search failed"),
    "ignored": ("note", "", "ignored"),
    "unsearched": ("note", "", "not searched"),
    "maybe": ("warning", "?", "maybe a film"),
}


class DecideList(Component):
    """
    The questions with their candidates.

    Messages: `accept` {id, revision, position, expected, others}, `ignore` {id, revision, others}, `confirm` {id,
    revision, others}, `later` {id, revision}, `search` {id, text}, `suggest` {id}, `shown` {id, step}, `undo`, `more`,
    `segment` {state}, `retry`, `search_all`, `settings`, `library`. Receives: {}, if a search has failed.
    """

    _esm = module("decide")
    _view = DecideListView
    _styles = ("decide.css",)
    _needs = needing(
        {
            TITLES_EDIT: "accept confirm ignore later search suggest undo all",
            JOBS_MANAGE: "search_all",
            SETTINGS_MANAGE: "settings",
        }
    )
    _of_all_folders = ("undo",)

    def end_search(self) -> None:
        """Say that a search has ended without a result."""
        self._send_msg({"ended": True})


def segments_view(counts: Mapping[str, int], segment: str) -> list[SegmentView]:
    """Return the segments with the number of titles in each."""
    return [
        {"state": state, "label": label, "count": wording.count(counts.get(state, 0)), "on": state == segment}
        for place, (state, label) in enumerate(SEGMENTS.items())
        if place < _ALWAYS or counts.get(state) or state == segment
    ]


def progress_view(counts: Mapping[str, int], segment: str, *, decided: int, seconds: float) -> DecideListProgressView:
    """
    Return how far the questions are decided. `decided` questions took `seconds` on this page.

    `before` titles come before the listed ones of `total`; the browser knows which one it shows.
    """
    left = counts.get("open", 0)
    total = left + decided
    percent = round(100 * decided / total if total else 0, 1)
    if segment != "open":  # a decision is no progress in another list
        return {"before": 0, "total": counts.get(segment, 0), "text": "", "percent": percent}
    parts = []
    if decided:
        parts.append(f"{wording.count(decided)} decided in {wording.duration(max(seconds, 1))}")
    if left and decided >= 3:
        parts.append(f"{wording.estimate(seconds / decided * left)} left")
    return {"before": decided, "total": total, "text": " · ".join(parts), "percent": percent}


def notice_view(
    providers: Sequence[ProviderStatus], counts: Mapping[str, int], *, segment: str, can_search: bool
) -> dict[str, Any] | None:
    """Return what prevents searches or questions, with the remedy; None if nothing does."""
    of_titles = [each for each in providers if PROVIDERS[each.provider].ids]
    settings = {"label": "Open settings", "act": "settings"}
    if not any(each.is_on for each in of_titles):
        troubled = next((each for each in of_titles if each.needs_action or each.state == "paused"), None)
        reason = troubled.reason if troubled else of_titles[0].reason if of_titles else ""
        text = (
            f"No provider can be asked. {without_command(reason)} Questions whose candidates are stored can be decided."
        )
        return {"level": "warning", "text": text, "acts": [settings]}
    troubled = next((each for each in of_titles if each.needs_action), None)
    failed = counts.get("failed", 0)
    if segment == "unsearched" and counts.get("unsearched"):
        text, acts = _unsearched(counts, can_search=can_search)
        return {"level": "note", "text": text, "acts": acts}
    if not troubled and not failed:
        return None
    parts = [f"{troubled.name}: {troubled.reason}"] if troubled else []
    if failed:
        parts.append(f"The search of {wording.plural(failed, 'title')} has failed.")
    return {
        "level": "warning",
        "text": " ".join(parts),
        "acts": [{"label": "Search again", "act": "retry"}] if failed else [settings],
    }


def empty_view(counts: Mapping[str, int], segment: str, *, decided: int, can_search: bool) -> dict[str, Any]:
    """Return the text of an empty list; `can_search`: a provider can be asked."""
    later, kept = counts.get("later", 0), counts.get("maybe", 0)
    if segment != "open":
        back = [{"label": "Back to the questions", "act": "segment", "state": "open"}]
        return {"title": "No titles", "text": f"The list “{SEGMENTS[segment]}” is empty.", "acts": back}
    if not sum(counts.values()):
        text = "Films and series are identified in folders that do not hold home videos."
        return {"title": "No films and series", "text": text, "acts": [{"label": "Open library", "act": "library"}]}
    if counts.get("unsearched"):
        title = "No questions yet"
        text, acts = _unsearched(counts, can_search=can_search)
    else:
        title = "Nothing left to decide"
        text = f"{wording.plural(counts.get('accepted', 0), 'title has a match', 'titles have a match')}."
        if decided:
            text = f"You have decided {wording.plural(decided, 'question')}. {text}"
        acts = [{"label": f"The {wording.count(later)} for later", "act": "segment", "state": "later"}] if later else []
    if kept:
        text = f"{text} {wording.kept_back(kept)}"
        acts.insert(0, {"label": SEGMENTS["maybe"], "act": "segment", "state": "maybe"})
    return {"title": title, "text": text, "acts": acts}


def _unsearched(counts: Mapping[str, int], *, can_search: bool) -> tuple[str, list[dict[str, str]]]:
    """Return why there is no question about some titles yet, and what can be done."""
    text = f"{wording.plural(counts['unsearched'], 'title was', 'titles were')} not searched at the providers yet."
    if can_search:
        return text, [{"label": "Search now", "act": "search_all", "kind": "primary"}]
    text += " They can be searched as soon as a provider can be asked."
    return text, [{"label": "Open settings", "act": "settings", "kind": "primary"}]


def question_view(question: MatchQuestion, *, pictures: bool) -> dict[str, Any]:
    """Return a question; `pictures`: this server has posters and thumbnails."""
    item, files = question.item, question.files
    main = [each for each in files if each.role == "main"] or list(files)
    first = main[0] if main else None
    folder, _, name = first.file_path.rpartition("/") if first else ("", "", item.title)
    shown = question.offers
    same = [each.id for each in question.others if (each.title, each.year) == (item.title, item.year)]
    return {
        "id": item.id,
        "revision": question.revision,
        "name": item.name,
        "best": _best(question, shown),
        "still": f"/thumbnail/{first.file_id}?width=640" if pictures and first and first.state != "missing" else "",
        "stillText": _still_text(question),
        "file": marked_parts(name, question.search_title or item.title, question.search_year or item.year),
        "where": " / ".join(folder.strip("/").split("/")[-3:]),
        "facts": [_fact(each) for each in question.facts],
        "why": question.explanation or MATCH_STATES[question.state],
        "missing": question.missing_text,
        "kept": question.state == "maybe",
        "ignored": question.state == "ignored",
        "evidence": [
            {"title": title, "sentences": list(sentences)}
            for title, sentences in (
                ("For a film or an episode", question.evidence_for),
                ("Against it", question.evidence_against),
            )
            if sentences
        ],
        "label": _label(question),
        "searched": _searched(question),
        "byHand": question.by_hand,
        "candidates": [_candidate(each, question, shown, pictures=pictures) for each in shown[:OFFERED]],
        "others": [each.id for each in question.others],
        "same": same,
        "allText": _all_text(question),
    }


def _label(question: MatchQuestion) -> QuestionLabelView:
    if question.state == "accepted":
        by = "by hand" if question.decided_by == "hand" else "automatically"
        return {"level": "safe", "sign": "✓", "text": f"matched {by}"}
    level, sign, text = _LABELS[question.state]
    return {"level": level, "sign": sign, "text": text}


def _best(question: MatchQuestion, shown: Sequence[MatchCandidate]) -> str:
    if question.state == "maybe":
        return "kept back"
    if question.state == "accepted":
        return "✓ matched"
    return f"best {shown[0].score:.2f}" if shown else "no candidates"


def _still_text(question: MatchQuestion) -> str:
    main = [each for each in question.files if each.role == "main"]
    seconds = sum(each.duration or 0 for each in main)
    parts = [wording.files(question.item.file_count)] if question.item.file_count > 1 else []
    if seconds and len(main) >= question.item.file_count:
        parts.append(wording.playing_time(seconds))
    return " · ".join(parts)


def _fact(fact: FileFact) -> QuestionFactView:
    text = fact.text.capitalize() if fact.name == "type" else fact.text
    return {"name": fact.name.capitalize(), "text": text, "source": ORIGINS[fact.source]}


def _searched(question: MatchQuestion) -> str:
    if question.search_id:
        return f"Searched: {question.search_id}"
    year = f" ({question.search_year})" if question.search_year else ""
    own = (question.search_title, question.search_year) == (question.item.title, question.item.year)
    return "" if own or not question.search_title else f"Searched: “{question.search_title}”{year}"


def _all_text(question: MatchQuestion) -> str:
    """Return what else a decision counts for if the person wants it; "" if there is nothing."""
    number, same, state = question.other_count, question.same_count, question.state
    if not number:
        return ""
    if state == "maybe":
        kept = "title of this folder whose name is kept back", "titles of this folder whose names are kept back"
        return f"Applies also to {wording.plural(number, *(f'other {each}' for each in kept))}"
    # The questions are those of the list “To decide”; the shown title is perhaps in another list.
    one = "other question of this folder" if state == "open" else "question of this folder in the list “To decide”"
    questions = wording.plural(number, one, one.replace("question", "questions", 1))
    if same == number:
        return f"Applies also to {questions}, with the same title and year"
    if state == "ignored":
        same_ones = wording.plural(same, one, one.replace("question", "questions", 1))
        return f"A match applies also to {same_ones}, with the same title and year" if same else ""
    if same:
        return f"Applies also to {questions}, a match only to {wording.count(same)} with the same title and year"
    return f"“Not a film or series” applies also to {questions}"


def _candidate(
    each: MatchCandidate, question: MatchQuestion, shown: Sequence[MatchCandidate], *, pictures: bool
) -> dict[str, Any]:
    found = each.candidate
    known = [name for name in found.titles if name != found.title]
    facts = [wording.runtime(found.runtime_minutes)] if found.runtime_minutes else []
    more = len(found.cast) - CAST
    best = shown[0].score
    return {
        "position": each.position,
        "key": each.key,
        "title": found.title,
        "initials": initials(found.title),
        "original": found.original_title if found.original_title in known else (known[0] if known else ""),
        "year": str(found.year) if found.year else "",
        "facts": [*facts, *filter(None, [_NAMES[found.content_type]])],
        "ids": " · ".join(
            filter(
                None,
                [f"{label_of(found.provider)} {found.external_id}", found.original_language],
            )
        ),
        "cast": ", ".join(found.cast[:CAST]),
        "castMore": f"+ {more}" if more > 0 else "",
        "plot": found.plot if len(found.plot) <= PLOT else f"{found.plot[:PLOT].rstrip()}…",
        "poster": f"/poster/{question.item.id}/candidate/{each.position}?v={quote(each.key)}" if pictures else "",
        "score": f"{each.score:.2f}",
        "relation": "of 1.00 · most likely" if each is shown[0] else f"of 1.00 · {best - each.score:.2f} behind",
        "parts": _parts(each),
        "reasons": [_reason(reason, each, question) for reason in each.reasons],
        "brief": " · ".join(_brief(reason, each, question) for reason in each.reasons if reason.code != "no_year"),
        "conflict": each.conflict,
        "accepted": each.state == "accepted",
    }


def _parts(each: MatchCandidate) -> list[float]:
    """Return the width of each part of the score, in percent of the highest score; together they are the score."""
    points = [reason.points for reason in each.reasons if reason.points > 0]
    total = sum(points)
    return [round(100 * each.score * part / total, 2) for part in points] if total else []


def _reason(reason: MatchReason, each: MatchCandidate, question: MatchQuestion) -> OfferedTitleReasonView:
    level, sign = _level(reason)
    return {
        "level": level,
        "sign": sign,
        "text": _text(reason, each, question),
        "full": reason.text,
        "points": ""
        if reason.code in _WITHOUT_POINTS
        else f"{reason.points:+.2f}".replace("-", "−").replace("+0.00", "0"),
    }


def _level(reason: MatchReason) -> tuple[str, str]:
    if reason.code in {"popularity", "no_year", "namesakes"}:
        return "o", "·"
    if reason.code in CONFIRMING:
        return "y", "✓"
    if reason.points <= 0:
        return "n", "✗"
    whole = {"title": TITLE_WEIGHT, "year": 0.3, "id": 1.0}.get(reason.code, 1.0)
    if reason.points >= whole - 0.001:
        return "y", "✓"
    return "m", "~"


def _text(reason: MatchReason, each: MatchCandidate, question: MatchQuestion) -> str:
    found = each.candidate
    if reason.code == "title":
        similarity = reason.points / TITLE_WEIGHT
        return "Title: the same" if similarity >= 0.9995 else f"Title: {similarity:.0%} alike"
    if reason.code == "year":
        return _year_text(found.year, question.search_year)
    if reason.code == "namesakes":
        return reason.text
    texts = {
        "popularity": f"Popularity: {found.popularity:,.1f}",
        "no_year": "No year in the name: the other parts count more",
        "words": "Title: the same words, another title",
        "runtime": "Runtime: more than 20 % off",
        "seasons": "Seasons: do not fit",
        "country": "Country: another one",
        "cast": "Cast: nobody of the file",
        "same_runtime": "Runtime: fits",
        "same_seasons": "Seasons: fit",
        "same_country": "Country: the same",
        "same_cast": "Cast: of the file",
        "same_titles": "Original title: the same",
        "id": "Id: the same",
    }
    return texts[reason.code]


def _year_text(year: int | None, wanted: int | None) -> str:
    if year is None or wanted is None:
        return "Year: not known"
    gap = abs(year - wanted)
    return f"Year: {wording.plural(gap, 'year')} off" if gap else f"Year: {year}, the same"


def _brief(reason: MatchReason, each: MatchCandidate, question: MatchQuestion) -> str:
    name, _, rest = _text(reason, each, question).partition(": ")
    return f"{name.lower()} {rest}".strip()
