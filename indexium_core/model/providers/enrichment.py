"""The enrichment of titles: its progress, its statistics, and the titles that wait for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from indexium_core.model.wording import and_more, list_of, plural, when

EnrichmentStatus: TypeAlias = Literal["waiting", "active", "completed", "failed"]
CastPeople: TypeAlias = Literal["off", "suggest", "add"]
CAST_PEOPLE: tuple[CastPeople, ...] = ("off", "suggest", "add")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichmentProgress:
    """The progress of an enrichment; it counts the videos of its titles."""

    job_id: int
    status: EnrichmentStatus
    progress: float  # percent
    processed_videos: int
    total_videos: int
    started_at: datetime | None  # UTC
    completed_at: datetime | None
    estimated_completion: datetime | None  # None while the speed is not known, and after the end


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichmentStats:
    """How many videos of films and series have values of providers."""

    total_videos: int  # files of films and episodes that are not missing
    enriched_videos: int
    enrichment_percentage: float  # 0 to 100
    source_breakdown: Mapping[str, int]  # videos by provider, or `combined`
    average_confidence: float  # 0 to 1, of the matches of the enriched videos; 0 without any
    last_enrichment: datetime | None  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingTitles:
    """The films and series that wait for a provider."""

    provider: str  # TMDB; several: TMDB and OMDb; "" if it is not known which one
    titles: int
    until: datetime  # UTC: when the first of them is looked up again

    @property
    def text(self) -> str:
        """The number as a sentence, such as `12 titles wait for TMDB until today 14:32`."""
        verb = "waits" if self.titles == 1 else "wait"
        return f"{plural(self.titles, 'title')} {verb} for {self.provider or 'a provider'} until {when(self.until)}."


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTitles:
    """The films and series that can be looked up, and why others are not."""

    titles: int
    videos: int  # their files
    names: Sequence[str] = ()  # of the first ones, in the order in which they are looked up
    waiting: Sequence[WaitingTitles] = ()  # they go on by themselves
    fresh: int = 0  # were looked up a short time ago
    unknown: int = 0  # had no usable result a short time ago
    questions: int = 0  # a person decides about the match
    is_proposed: bool  # a person should be asked: the setting INDEXIUM_ONLINE is `ask`, and a provider is on
    estimated_minutes: int
    reason: str  # why nothing can be looked up, as a sentence; "" if it can

    @property
    def names_text(self) -> str:
        """The names in one line: `Alien, Solaris and 10 more`."""
        more = self.titles - len(self.names)
        return f"{', '.join(self.names)} {and_more(more)}" if more > 0 else list_of(self.names)

    @property
    def text(self) -> str:
        """The numbers as sentences: `12 titles can be looked up.`; the reason if none can be."""
        parts = [each.text for each in self.waiting]
        if self.titles and not self.reason:
            parts.insert(0, f"{plural(self.titles, 'title')} can be looked up.")
        if self.fresh:
            was = "was" if self.fresh == 1 else "were"
            parts.append(f"{plural(self.fresh, 'title')} {was} looked up a short time ago; --force does it again.")
        if self.unknown:
            parts.append(f"{plural(self.unknown, 'title')} had no result a short time ago; --force tries again.")
        if self.questions:
            need = "needs" if self.questions == 1 else "need"
            parts.append(f"{plural(self.questions, 'title')} {need} a decision about the match.")
        parts += [self.reason] if self.reason else []
        return " ".join(parts) or "No film and no series is identified."


@dataclass(slots=True, kw_only=True)
class EnrichmentReport:
    """The result of an enrichment so far; the numbers are titles, except `videos`."""

    videos: int = 0  # files of the titles that are done
    enriched: int = 0
    unchanged: int = 0  # of the enriched ones
    partial: int = 0  # of the enriched ones: a provider gave no answer
    questions: int = 0  # a person has to choose the match
    unmatched: int = 0  # no provider has a similar title
    failed: int = 0
    waiting: int = 0  # a provider was not available; they are looked up again
    episodes: int = 0  # with values of a provider
    problems: dict[str, str] = field(default_factory=dict)  # a sentence by provider, or by title without an answer
    cancelled: bool = False
