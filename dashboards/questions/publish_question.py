"""The question before a publication: titles and files, what would be lost, what is left out, and the rollback."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dashboards.bridge import Bridge
from dashboards.components.dialog import Dialog
from dashboards.questions import approval_sections, write_sections
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model import wording
from indexium_core.model.publishing.publication import PublicationItem, counts_in_words
from indexium_core.model.publishing.requests import (
    DEFAULT_RISKS,
    PublicationPreview,
    PublicationRequest,
    PublicationSelection,
    PublicationSummary,
)
from indexium_core.model.publishing.risks import PUBLICATION_CODES, PUBLISHED_RISKS

_DANGERS = 20  # titles that are listed
CHANGED = "Values or files changed since the numbers were shown. Nothing was written. Check them again."


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishWish:
    """What a person wants to publish."""

    selection: PublicationSelection
    risks: Mapping[str, int] = field(default_factory=dict)  # the selected titles by risk, as the page counts them
    dangers: tuple[str, ...] = ()  # addresses of the selected titles with the risk danger
    has_changed: bool = False  # the files changed after the question was first shown
    user_action: str = "publish"  # or retry
    note: str = ""  # that the history gets if the person writes none


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPublication:
    """A wish with its preview."""

    wish: PublishWish
    preview: PublicationPreview
    dangers: list[PublicationItem]  # the first dangerous titles

    @property
    def summary(self) -> PublicationSummary:
        return self.preview.summary

    @property
    def by_risk(self) -> Mapping[str, int]:
        """The titles by risk; a series counts once, as on the page, unless the page counts other titles."""
        risks = self.wish.risks
        return risks if sum(risks.values()) == self.summary.rows else self.summary.by_risk

    @property
    def danger_count(self) -> int:
        found = self.summary.by_risk.get("danger", 0)
        return min(found, self.by_risk.get("danger", found))

    @property
    def titles(self) -> str:
        """The number of titles in words."""
        return wording.plural(sum(self.by_risk.values()), "title")


class PublishQuestion:
    """Asks, then starts the publication."""

    def __init__(self, library: Library, bridge: Bridge, dialog: Dialog, *, started: Callable[[int], None]) -> None:
        """Create the question; `started` receives the id of the operation."""
        self._library, self._bridge, self._dialog = library, bridge, dialog
        self._started = started

    def ask(self, wish: PublishWish) -> None:
        """Ask whether to publish; a confirmation starts the publication."""
        self._bridge.run(lambda: self._check(wish), self._ask, name="publish_question", once=True)

    def _check(self, wish: PublishWish) -> ShownPublication:
        preview = self._library.previews.of_publication(wish.selection)
        dangers = []
        if preview.summary.by_risk.get("danger"):
            for address in wish.dangers[:_DANGERS]:
                kind, _, number = address.partition(":")
                dangers.append(self._library.publications.get(kind, int(number)))
        return ShownPublication(wish=wish, preview=preview, dangers=dangers)

    def _ask(self, shown: ShownPublication) -> None:
        number, wish, reasons = shown.summary.titles, shown.wish, shown.preview.reasons
        if not number:
            left = _left_out(shown.summary)
            self._bridge.toast("info", f"There is nothing to publish{f': {left}' if left else ''}.")
            return
        danger, titles = shown.danger_count, shown.titles
        published = approval_sections.action(reasons, f"Publish {titles}")
        verb = approval_sections.verb(reasons, "publish")
        self._dialog.ask(
            f"{published}?",
            sections(shown),
            lambda note: self._start(wish, shown.preview, note),
            confirm=published,
            risky=danger > 0,
            enter=not danger and not wish.has_changed,
            typed=write_sections.typed(danger, noun="title", verb=verb) if danger else None,
            note="Title or note for the history (optional)",
            acts={"leave_out": lambda: self.ask(without_danger(wish))},
        )

    def _start(self, wish: PublishWish, preview: PublicationPreview, note: str) -> None:
        def failed(error: errors.IndexiumError) -> None:
            if isinstance(error, errors.StalePlanError):  # something changed between the question and the answer
                self.ask(replace(wish, has_changed=True))
            else:
                self._bridge.toast("error", error.message)

        how = PublicationRequest(user_note=note.strip() or wish.note, user_action=wish.user_action, source="dashboard")

        def start() -> int:
            with approval_sections.as_shown(self._library, preview.reasons):
                return self._library.publications.start(wish.selection, how, expected=preview.summary.digest).id

        self._bridge.run(
            start,
            self._started,
            name="publish_start",
            once=True,
            failed=failed,
        )


def without_danger(wish: PublishWish) -> PublishWish:
    """Return a wish that leaves out the dangerous titles."""
    risks = {level: number for level, number in wish.risks.items() if level != "danger"}
    selection = replace(wish.selection, risk=DEFAULT_RISKS)
    return replace(wish, selection=selection, risks=risks, dangers=(), has_changed=False)


def sections(publication: ShownPublication) -> list[dict[str, Any]]:
    """Return the sections of the question: titles by risk, files, what is left out, the rollback, and losses."""
    summary, danger, by_risk = publication.summary, publication.danger_count, publication.by_risk
    levels = [
        {"level": level, "count": wording.count(by_risk[level])} for level in PUBLISHED_RISKS if by_risk.get(level)
    ]
    pairs = [
        ["Files", counts_in_words(summary.actions)],
        ["Written", f"about {wording.size(summary.new_bytes)}, beside the media; the media stay as they are"],
        ["Rollback", summary.promise],
    ]
    if summary.titles > sum(by_risk.values()):
        pairs.insert(0, ["Titles", f"{wording.count(summary.titles)} with the seasons and episodes of series"])
    if left := _left_out(summary):
        pairs.append(["Left out", left])
    shown: list[dict[str, Any]] = [{"kind": "levels", "levels": levels}, {"kind": "facts", "pairs": pairs}]
    shown[:0] = approval_sections.sections(publication.preview.reasons)
    if publication.wish.has_changed:
        shown.insert(0, {"kind": "why", "level": "warning", "text": CHANGED})
    if danger:
        label = "Leave it out" if danger == 1 else "Leave them out"
        actions = [{"label": label, "act": "leave_out"}] if danger < summary.titles else []
        text = f"{wording.plural(danger, 'title')}: something of others would be lost"
        shown.append({"kind": "lines", "level": "danger", "lines": [{"text": text, "actions": actions}]})
    if publication.dangers:
        shown.append(_dangers(publication.dangers, len(publication.wish.dangers)))
    shown += [{"kind": "hint", "text": text} for text in summary.notes]
    return shown


_REASONS = {"changed since": "changed by another program, so only written if selected by hand"}


def _left_out(summary: PublicationSummary) -> str:
    """Return the titles that are left out, by reason."""
    return ", ".join(f"{wording.count(number)} {_REASONS.get(name, name)}" for name, number in summary.excluded.items())


def _dangers(items: list[PublicationItem], count: int) -> dict[str, Any]:
    return {
        "kind": "items",
        "key": "dangers",
        "style": "losses",
        "label": wording.plural(count, "dangerous title"),
        "items": [_danger(each) for each in items],
        "more": wording.and_more(count - len(items)),
    }


def _danger(item: PublicationItem) -> dict[str, Any]:
    codes = [code for code in item.codes if PUBLICATION_CODES[code].severity == "danger"]
    lost = [each for each in item.files if any(code in codes for code in each.codes)]
    return {
        "key": item.address,
        "name": item.name,
        "path": item.folder,
        "chips": [{"level": "danger", "text": PUBLICATION_CODES[code].label} for code in codes],
        "tags": [{"text": each.name, "kind": "del" if each.action == "remove" else ""} for each in lost] or None,
        "message": " ".join(PUBLICATION_CODES[code].message for code in codes),
    }
