"""What stands above the list of a plan: its counts in words, the levels of risk, and the parts of the search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from indexium_core.model import query as grammar
from indexium_core.model import wording
from indexium_core.model.planning import risk
from indexium_core.model.planning.plan import FACETS, PlanStatistics, Wider
from indexium_core.model.shapes import Shaped

NAMED_REASONS = 2  # reasons for warnings that a level names
_SKIPPED = "postponed:yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCount(Shaped):
    """The files of one level of risk, in the search without its own levels."""

    level: str
    files: int
    hint: str  # what the level means, or the most frequent reasons
    is_chosen: bool  # the search names the level


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPart(Shaped):
    """One part of a search, in words, and the search without it."""

    text: str
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchProblem(Shaped):
    """Why a text cannot be searched."""

    message: str
    position: int  # of the word, in characters
    word: str  # that is wrong; "" for none


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedSearch(Shaped):
    """A search in words."""

    query: str

    @property
    def text(self) -> str:
        """The whole search in words; "" for none."""
        return grammar.describe(self.query) if self.query.strip() else ""

    @property
    def parts(self) -> list[SearchPart]:
        """The parts, all of which a file has to match."""
        if not self.query.strip():
            return []
        texts = grammar.describe_parts(self.query)
        return [SearchPart(text=text, rest=grammar.without_part(self.query, place)) for place, text in enumerate(texts)]

    @property
    def filter_count(self) -> int:
        """The number of chosen values of facets."""
        return sum(len(grammar.selected_values(self.query, key)) for key in FACETS)

    @property
    def is_review(self) -> bool:
        """Whether it finds dangerous files and no others: a person decides on one after the other."""
        return grammar.selected_values(self.query, "risk") == ["danger"]

    @property
    def finds_skipped(self) -> bool:
        """Whether it finds skipped files."""
        return grammar.selected_values(self.query, "postponed") == ["yes"]

    @property
    def without_risk(self) -> str:
        """The same search for files of every level."""
        return grammar.with_values(self.query, "risk", [])


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanNumbers(Shaped):
    """
    The numbers of a plan for one search.

    Attributes:
        plan_id: The version.
        search: The search.
        listed: Number of files in the list.
        found: Counts of the search.
        beside: Counts of the search without its levels of risk.
        everything: Counts of the whole plan.
        warning_reasons: Files with a warning by issue code, in `beside`; the most frequent first.
        volume: Size of the found files that would change, in bytes.
        able: Number of found files that a selection can have.
        safe: Number of safe files in `beside` that a selection can have.
        folders: Number of library folders.
        wider: Similar searches, if the list is empty.

    """

    plan_id: int
    search: DescribedSearch
    listed: int
    found: PlanStatistics
    beside: PlanStatistics
    everything: PlanStatistics
    warning_reasons: Mapping[str, int]
    volume: int
    able: int
    safe: int
    folders: int
    wider: Sequence[Wider] = field(default=())

    @property
    def changing(self) -> int:
        """Number of found files that a write would change."""
        return self.found.listed_count - self.found.blocked_count

    @property
    def headline(self) -> str:
        """How many files would change."""
        is_empty = not self.everything.total_files and not self.everything.postponed_count
        if is_empty and not self.search.query.strip():
            return "Nothing planned yet"
        return f"{wording.files(self.changing)} would change" if self.changing else "Nothing would change"

    @property
    def summary(self) -> str:
        """People to add and to remove, unchanged files, time, bytes; of a search, the whole plan comes first."""
        found, parts = self.found, []
        if self.search.query.strip():
            whole = self.everything.listed_count - self.everything.blocked_count
            parts.append(f"in this search, {wording.count(whole)} in the whole plan")
        added, removed = found.total_tags_to_add, found.total_tags_to_remove
        if added or removed:
            counts = wording.people_counts(added, removed)
            parts.append(f"{counts} {'person' if added + removed == 1 else 'people'}")
        if found.unchanged_count:
            parts.append(f"{wording.count(found.unchanged_count)} unchanged")
        if self.changing:
            parts.append(wording.estimate(found.est_seconds))
            parts.append(f"about {wording.size(found.bytes_to_write)} of {wording.size(self.volume)} written")
        return " · ".join(parts)

    @property
    def levels(self) -> list[LevelCount]:
        """The levels of files that would change, from safe to blocked."""
        chosen = grammar.selected_values(self.search.query, "risk")
        hints = {**risk.LEVEL_HINTS, "warning": self._frequent_reasons or risk.LEVEL_HINTS["warning"]}
        return [
            LevelCount(level=level, files=getattr(self.beside, f"{level}_count"), hint=hint, is_chosen=level in chosen)
            for level, hint in hints.items()
        ]

    @property
    def _frequent_reasons(self) -> str:
        grave = set(risk.codes("warning"))
        labels = [risk.label(code) for code, files in self.warning_reasons.items() if files and code in grave]
        return ", ".join(labels[:NAMED_REASONS]) + (" …" if len(labels) > NAMED_REASONS else "")

    @property
    def skipped(self) -> int:
        """Number of skipped files that the search does not show."""
        return 0 if self.search.finds_skipped else self.everything.postponed_count

    @property
    def to_review(self) -> int:
        """Number of dangerous files to review; 0 in a review."""
        return 0 if self.search.is_review else self.beside.danger_count

    @property
    def export_text(self) -> str:
        """What an export of the list has: `12 files of this search`."""
        return self._of_search(self.listed)

    @property
    def whole_export_text(self) -> str:
        """What an export has with the unchanged and the skipped files."""
        names_skipped = "postponed" in self.search.query
        return self._of_search(self.found.total_files + (0 if names_skipped else self.found.postponed_count))

    def _of_search(self, files: int) -> str:
        return wording.files(files) + (" of this search" if self.search.query.strip() else "")
