"""The terms of a search of the history: each with its label, and the search without it."""

from __future__ import annotations

from dataclasses import dataclass

from indexium_core import errors
from indexium_core.model.planning import risk
from indexium_core.model.query.grammar import parse_history


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryTerm:
    """A term of a search of the history."""

    kind: str  # word, person, path; error: the code of a failure or conflict
    text: str
    label: str
    rest: str  # the search without this term


def history_term(kind: str, text: str) -> str:
    """Return a term of a search of the history, quoted if necessary; `kind` is word, person or path."""
    plain = kind != "person" and text.isalnum() and text not in {"OR", "AND", "NOT"}
    quoted = text if plain else '"' + text.replace('"', '""') + '"'
    return quoted if kind == "word" else f"{kind}:{quoted}"


def terms_of_history(text: str, error: str = "") -> list[HistoryTerm]:
    """
    Return the terms of a search of the history: people, paths, words; none if the search has a syntax error.

    `error`, the code of a failure or conflict, is the first one.
    """
    of_error = [HistoryTerm(kind="error", text=error, label=f"error: {risk.outcome(error, error)}", rest=text)]
    of_error = of_error if error else []
    try:
        sought = parse_history(text)
    except errors.QueryError:
        return of_error
    found = [
        *(("person", each) for each in sought.people),
        *(("path", each) for each in sought.paths),
        *(("word", each) for each in sought.words),
    ]
    in_order = [
        *(("word", each) for each in sought.words),
        *(("person", each) for each in sought.people),
        *(("path", each) for each in sought.paths),
    ]

    def rest(kind: str, term: str) -> str:
        others = in_order.copy()
        others.remove((kind, term))
        return " ".join(history_term(*each) for each in others)

    return of_error + [
        HistoryTerm(
            kind=kind, text=term, label=f"“{term}”" if kind == "word" else f"{kind}: {term}", rest=rest(kind, term)
        )
        for kind, term in found
    ]
