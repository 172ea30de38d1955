"""The sentences about a publication: its question, its files, and the titles that are left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from indexium_core.model import wording
from indexium_core.model.operations import summaries
from indexium_core.model.publishing.publication import counts_in_words
from indexium_core.model.publishing.requests import PublicationSummary


def nothing(summary: PublicationSummary) -> str:
    """Return the message that there is nothing to publish, with the titles that are left out."""
    return f"Nothing to {'restore' if summary.is_restoration else 'publish'}." + left_out(summary.excluded, hint=True)


def question(summary: PublicationSummary) -> str:
    """Return what a publication would do, for the confirmation."""
    verb = "restored" if summary.is_restoration else "published"
    sentences = [
        f"{wording.plural(summary.titles, 'title')} would be {verb} ({risks(summary)}).",
        files(summary),
        summary.promise,
        *summary.notes,
    ]
    return " ".join(sentences) + left_out(summary.excluded, hint=False)


def risks(summary: PublicationSummary) -> str:
    """Return the numbers of titles by risk, in words."""
    return ", ".join(f"{count:,} {risk}" for risk, count in summary.by_risk.items() if count)


def files(summary: PublicationSummary) -> str:
    """Return the files of a publication by what happens to them, as a sentence."""
    return f"Files: {counts_in_words(summary.actions)}, {wording.size(summary.new_bytes)}."


def left_out(excluded: Mapping[str, int], *, hint: bool) -> str:
    """Return the numbers of titles that are left out by reason, with the options that write them; "" for none."""
    counts = summaries.excluded_files(excluded)
    if hint and _any(excluded, ("safe", "warning", "danger")):
        counts += " (--risk names the risks to write)"
    if _any(excluded, ("changed since",)):
        counts += " (--title names a title whose files another program changed)"
    if _any(excluded, ("gone since",)):
        counts += " (--restore restores files that are gone; 'publish keep' leaves them out)"
    return f" Not included: {counts}." if counts else ""


def _any(excluded: Mapping[str, int], reasons: Collection[str]) -> bool:
    return any(excluded.get(reason) for reason in reasons)
