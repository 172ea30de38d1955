"""What a person wants to publish, what that would do, and what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.approval import waiting_sentence
from indexium_core.model.operations.operation import ItemSideFile
from indexium_core.model.publishing.publication import PublicationItem, counts_in_words
from indexium_core.model.publishing.risks import PUBLICATION_CODES, PUBLICATION_RISKS, PUBLISHED_RISKS
from indexium_core.model.publishing.subjects import Entity
from indexium_core.model.shapes import Shaped

DEFAULT_RISKS = ("safe", "warning")
RESTORE = "restore"  # user action of a publication that restores files that are gone


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationFilter:
    """Which rows of the plan of publications; empty fields match all."""

    query: str = ""  # words of a title, a folder, a file or a person; `note:locked` for a note
    risk: tuple[str, ...] = ()  # (): all but unchanged ones
    action: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    library_id: int | None = None
    unpublished: bool | None = None

    def check(self) -> None:
        """Raise UsageError if a risk is unknown."""
        for name in self.risk:
            if name not in PUBLICATION_RISKS:
                known = ", ".join(PUBLICATION_RISKS)
                raise errors.UsageError(f"There is no risk “{name[:40]}”. Choose from: {known}.")


EVERY_ROW = PublicationFilter()  # but unchanged ones


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationSelection:
    """
    What to publish: titles that a person names or has found, or all rows of a filter with some risks.

    A file of ours that another program changed since, or that is gone, is written only if a person names its title; so
    is a title that was rolled back.
    """

    addresses: tuple[str, ...] = ()  # such as movie:12; of a series, its seasons and episodes belong to it
    found: tuple[str, ...] = ()  # addresses that a person selected all at once
    filter: PublicationFilter | None = None
    risk: tuple[str, ...] | None = None  # None: the default, which for named titles is every risk
    excluded: tuple[str, ...] = ()  # addresses of rows that are left out
    alone: bool = False  # named titles without their seasons and episodes
    restore: bool = False  # only files of ours that are gone, each as it was published
    lost_after: datetime | None = None  # with restore: a file that was known to be gone before this upgrade stays away
    is_by_hand: bool = True  # a person chose the named titles one by one; False: a retry or an automation did

    @property
    def risks(self) -> tuple[str, ...]:
        """The risks that are written."""
        return (
            self.risk if self.risk is not None else PUBLISHED_RISKS if self.addresses or self.found else DEFAULT_RISKS
        )

    @property
    def entities(self) -> tuple[Entity, ...]:
        """The named titles. Raises UsageError if an address is none."""
        return tuple(map(Entity.of_address, self.addresses))

    @property
    def by_hand(self) -> frozenset[str]:
        """The addresses whose files are written whatever another program did to them."""
        return frozenset(self.addresses if self.is_by_hand else ())

    def check(self) -> None:
        """Raise UsageError if a risk cannot be published."""
        for name in self.risks:
            if name not in PUBLISHED_RISKS:
                known = ", ".join(PUBLISHED_RISKS)
                raise errors.UsageError(f"Titles of the risk “{name[:40]}” are not published. Choose from: {known}.")


def named_titles(
    addresses: Sequence[str], found: Sequence[str], *, risk: Sequence[str], alone: bool
) -> PublicationSelection:
    """Return a fixed set of titles: those chosen one by one, and those that were selected all at once."""
    return PublicationSelection(addresses=tuple(addresses), found=tuple(found), risk=tuple(risk), alone=alone)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationSummary(Shaped):
    """What a publication of a selection would do."""

    shape = "titles by_risk actions new_bytes excluded digest rollback_until summary promise notes is_restoration"

    titles: int  # titles and videos that would be written: items of the operation
    rows: int  # rows of the list that they belong to
    by_risk: dict[str, int]  # titles by risk
    actions: dict[str, int]  # files by action
    new_bytes: int
    excluded: dict[str, int]  # titles that are left out, by reason: a risk, or `changed since`
    digest: str  # of what would be written
    rollback_until: datetime | None = None
    notes: tuple[str, ...] = ()  # sentences about what players keep after a rollback
    is_restoration: bool = False  # it only restores files of ours that are gone
    rows_by_risk: Mapping[str, int] = field(default_factory=dict)  # rows by their highest risk
    dangers: tuple[str, ...] = ()  # addresses of the rows with the risk danger

    @property
    def summary(self) -> str:
        """The publication in words: `12 titles: 20 files new, 3 edited`."""
        return f"{wording.plural(self.titles, 'title')}: {counts_in_words(self.actions) or 'nothing to write'}"

    @property
    def promise(self) -> str:
        """What a rollback restores."""
        until = f" until {wording.day(self.rollback_until)}" if self.rollback_until else ""
        return f"Every byte can be rolled back{until}; NFO files then have the present time, so that players read them."


@dataclass(frozen=True, slots=True, kw_only=True)
class DangerousTitle(Shaped):
    """A title of which others would lose something."""

    address: str
    name: str
    folder: str
    labels: list[str]  # why, in a few words each
    files: list[ItemSideFile]  # that would be lost or changed, by their names
    message: str

    @classmethod
    def of(cls, item: PublicationItem) -> DangerousTitle:
        """Return what is dangerous about a title."""
        codes = [code for code in item.codes if PUBLICATION_CODES[code].severity == "danger"]
        lost = [each for each in item.files if any(code in codes for code in each.codes)]
        return cls(
            address=item.address,
            name=item.name,
            folder=item.folder,
            labels=[PUBLICATION_CODES[code].label for code in codes],
            files=[ItemSideFile(path=each.name, kind=each.kind, action=each.action) for each in lost],
            message=" ".join(PUBLICATION_CODES[code].message for code in codes),
        )


_LEFT_OUT = {
    "changed since": "changed by another program, so only written if selected by hand",
    "rolled back": "rolled back, so only written if selected by hand",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationPreview:
    """What a person sees before a publication starts."""

    summary: PublicationSummary  # its digest is that of a publication of exactly this
    reasons: Sequence[str]  # why it would wait for approval; empty: it starts at once
    dangers: list[DangerousTitle] = field(default_factory=list)  # the first of the titles with the risk danger

    @property
    def rows(self) -> int:
        """The number of titles; a series counts once."""
        return self.summary.rows

    @property
    def by_risk(self) -> Mapping[str, int]:
        """The number of titles by risk."""
        return {
            each: self.summary.rows_by_risk[each] for each in PUBLISHED_RISKS if self.summary.rows_by_risk.get(each)
        }

    @property
    def danger(self) -> int:
        """The number of titles with the risk danger."""
        return self.summary.rows_by_risk.get("danger", 0)

    @property
    def action(self) -> str:
        """What is confirmed: `Publish 3 titles`, or `Propose to publish 3 titles` if it waits for approval."""
        return f"{'Propose to publish' if self.reasons else 'Publish'} {wording.plural(self.rows, 'title')}"

    @property
    def waits(self) -> str:
        """Why it waits for approval, as a sentence; "": it starts at once."""
        return waiting_sentence(self.reasons) if self.reasons else ""

    @property
    def left_out(self) -> str:
        """The titles that are left out, by reason; "" without any."""
        excluded = self.summary.excluded.items()
        return ", ".join(f"{wording.count(number)} {_LEFT_OUT.get(name, name)}" for name, number in excluded)

    @property
    def facts(self) -> list[list[str]]:
        """What would be written, what a rollback restores, and what is left out: pairs of a label and a text."""
        summary = self.summary
        written = f"about {wording.size(summary.new_bytes)}, beside the media; the media stay as they are"
        parts = f"{wording.count(summary.titles)} with the seasons and episodes of series"
        pairs = [
            ["Titles", parts if summary.titles > summary.rows else ""],
            ["Files", counts_in_words(summary.actions)],
            ["Written", written],
            ["Rollback", summary.promise],
            ["Left out", self.left_out],
        ]
        return [pair for pair in pairs if pair[1]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationRetry:
    """What a retry of a publication would do, planned again."""

    selection: PublicationSelection  # the titles and videos that the publication did not write
    summary: PublicationSummary  # of these


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationRequest:
    """How to publish."""

    user_note: str = ""
    user_action: str = "publish"  # or retry, restore
    source: str = "python"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTitle(Shaped):
    """The result of one title or video."""

    entity_type: str
    entity_id: int
    name: str
    status: str  # of an item: success, skipped, failed, conflict, unknown
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishResult(Shaped):
    """The result of a publication that has ended."""

    operation_id: int | None  # None: there was nothing to write
    success: bool  # nothing failed
    published: int
    failed: int
    titles: Sequence[PublishedTitle] = ()  # those that were not written


NOTHING_WRITTEN = PublishResult(operation_id=None, success=True, published=0, failed=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationDecision(Shaped):
    """What a decision about side files, or about what was changed since a publication, has done."""

    step_id: int | None  # to undo it; None: nothing changed
    summary: str  # a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleTitle(Shaped):
    """A title of an example."""

    shape = "name files"

    name: str
    files: list[ItemSideFile]  # with their paths below the library


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishExample(Shaped):
    """Which files a library would get: some titles with the names of their files."""

    shape = "titles examples"

    titles: int  # that the library has
    examples: list[ExampleTitle]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedTitle(Shaped):
    """What a publication would do with a title or a video now, checked without writing."""

    address: str
    top: str  # the address of its row in the list: of an episode, that of its series
    name: str
    folder: str
    status: str  # of an item: success if it would be written
    text: str  # the status in words
    level: str
    glyph: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedTitles(Shaped):
    """The report of a dry run of some titles: failures first."""

    titles: list[CheckedTitle]
    bytes_to_write: int
    seconds: float
