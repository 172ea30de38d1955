"""Selections of pictures as values: what a title shows of each kind, results of decisions, previews of many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from indexium_core.model.artwork.assets import AssetCandidate, PictureSlot
from indexium_core.model.shapes import ListPage, Shaped


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSummary(Shaped):
    """How many pictures are offered for one kind of a title, and what is selected."""

    asset_type: str
    season: int | None  # of a series
    total: int  # without the rejected ones
    rejected: int
    selected_id: int | None  # the main picture
    is_by_person: bool  # a person selected it
    is_of_former_match: bool  # a person selected it for another match of the title


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetPage(ListPage):
    """The pictures that are offered for a title: of each kind the best first, then the rejected ones."""

    items: list[AssetCandidate]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureDecision(Shaped):
    """The result of a decision about pictures."""

    step_id: int | None  # to undo it; None if nothing changed
    summary: str  # a sentence
    titles: int  # for which another picture is selected, or a picture was rejected
    selected: list[int]  # ids of the candidates that are selected for the slot now; of many titles, empty


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionRule(Shaped):
    """
    What a person wants for many titles at once.

    Without a language and a provider, the rule of the library decides again, also where a person had selected a
    picture.
    """

    asset_type: str = "poster"
    language: str = ""  # ISO 639-1; `none`: pictures without text
    provider: str = ""  # its id, or `local`: pictures in the folders

    @property
    def is_automatic(self) -> bool:
        return not self.language and not self.provider


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureChoices(Shaped):
    """What a rule for many titles can name."""

    language: str  # the language of the metadata, or English
    languages: Mapping[str, str]  # names by code
    providers: Mapping[str, str]  # labels by id


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureChange(Shaped):
    """How the main picture of a title would change."""

    slot: PictureSlot
    title: str
    old: AssetCandidate | None
    new: AssetCandidate | None

    @property
    def title_id(self) -> int:
        """The id of the title."""
        return self.slot.entity_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionPreview(Shaped):
    """What a rule would change in many titles."""

    titles: int  # that were considered
    changes: list[PictureChange]  # at most `MOST_SHOWN`
    total: int  # number of changes
    kept: int  # of them, those that keep the picture; only who selects it changes
    without: int  # titles without a candidate that fits


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSearchResult(Shaped):
    """What one provider answered to a search for pictures of a title."""

    provider: str  # its id
    label: str
    state: Literal["found", "none", "failed"]
    total: int  # pictures of the title and its seasons
    message: str  # a sentence


MOST_SHOWN = 200
