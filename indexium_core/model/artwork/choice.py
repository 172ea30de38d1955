"""
Which pictures of a title are shown and published: the score of each candidate, near-duplicates, and the selection.

The order is: what a person selected, what is in the folder, then the score. A rejected picture is never selected. Only
a selection by a person is protected: all others follow from the candidates and the rule, so they can be computed again
at any time. A rejection is about a picture wherever it is offered; a selection by a person is about one title, and
is stronger.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from indexium_core.model import wording
from indexium_core.model.artwork.assets import LOCAL, AssetCandidate, ScorePart, language_name
from indexium_core.model.artwork.selection_config import AssetSelectionConfig
from indexium_core.model.providers.registry import label_of, order_of

_WITHOUT_TEXT = frozenset({"backdrop", "still"})  # kinds for which a picture without text is best
_FREE_SHAPES = frozenset({"logo", "clearart"})  # kinds whose pictures have many shapes
_FULL_SIZE: Mapping[str, tuple[int, int]] = {  # width and height in pixels that give all points
    "poster": (2000, 3000),
    "backdrop": (3840, 2160),
    "still": (1920, 1080),
    "logo": (800, 310),
    "banner": (1000, 185),
    "thumb": (1000, 562),
    "clearart": (1000, 562),
    "disc": (1000, 1000),
}
_HALF_SIZE = 0.15  # how slowly points go with size: half of the width still gives 88 % of them
_SHAPE = 1.25  # a shape may differ so much from that of the full size without losing points
_UNKNOWN_SIZE = 0.5  # fraction of the points for a picture whose size nobody knows
_PRIOR_VOTES, _PRIOR_AVERAGE = 8, 4.0  # so many votes of this average are added, so that few votes say little
_MOST_LIKES = 4.0  # above that average, for many likes of a provider that has no averages
_PLACES = ("first", "second", "third", "fourth", "fifth")
_LANGUAGE_FRACTIONS = (1.0, 0.3, 0.15)  # of the first, second and third choice


class SlotSelection(NamedTuple):
    """The candidates of one slot with their scores, the best first; the rejected ones come last."""

    ordered: list[AssetCandidate]
    selected: list[int]  # ids, the first one is the main picture


def calculate_score(candidate: AssetCandidate, config: AssetSelectionConfig, *, language: str = "en") -> AssetCandidate:
    """
    Return a candidate with its score (`auto_score`, 0 to 1) and the parts of it (`score_parts`).

    A local picture has no score: it comes before all that have one.

    Args:
        candidate: The picture.
        config: The rule of its library and kind.
        language: The language of the metadata, where the rule has no other one.

    """
    if candidate.provider == LOCAL:
        return dataclasses.replace(candidate, auto_score=None, score_parts=())
    parts = (
        _part("votes", _votes(candidate), config.weight_votes),
        _part("resolution", _resolution(candidate), config.weight_resolution),
        _part("language", _language(candidate, config.prefer_language or language), config.weight_language),
        _part("provider", _provider(candidate, config.provider_priority), config.weight_provider),
    )
    return dataclasses.replace(candidate, auto_score=round(sum(each.points for each in parts), 6), score_parts=parts)


def shown_order(candidates: Iterable[AssetCandidate]) -> list[AssetCandidate]:
    """Return the stored candidates of one slot that pages may show: the selected ones first, without rejected ones."""
    found = in_order(each for each in candidates if each.is_by_person or not each.is_rejected)
    return sorted(found, key=lambda each: not each.is_selected)


def in_order(candidates: Iterable[AssetCandidate]) -> list[AssetCandidate]:
    """Return scored candidates, best first: by a person, local, by score; ties by size, provider and id."""
    providers = order_of("pictures")

    def rank(each: AssetCandidate) -> tuple[object, ...]:
        return (
            not each.is_by_person,
            -each.selected_at.timestamp() if each.is_by_person and each.selected_at else 0.0,
            each.provider != LOCAL,
            -(each.auto_score or 0.0),
            -_pixels(each),
            _position(providers, each.provider),
            each.id,
        )

    return sorted(candidates, key=rank)


def filter_duplicates(candidates: Sequence[AssetCandidate], threshold: float) -> list[AssetCandidate]:
    """
    Return candidates, best first, without those that show the same picture as a better one.

    Two pictures are the same if at least the fraction `threshold` of the bits of their perceptual hashes is equal. A
    candidate without a hash, and one that a person selected, always stays.
    """
    same = _duplicates(candidates, threshold)
    return [each for each in candidates if each.id not in same]


def choose(
    candidates: Iterable[AssetCandidate], config: AssetSelectionConfig, *, language: str = "en"
) -> SlotSelection:
    """
    Return the candidates of one slot in their order, and which of them are selected.

    Pictures that are smaller than the least size of the rule are selected only to reach its least number. The size of
    a picture can be unknown; then it is not too small. A copy of a rejected picture that is not larger is left out.
    """
    scored = [calculate_score(each, config, language=language) for each in candidates]
    ordered = in_order(each for each in scored if not each.is_rejected or each.is_by_person)
    rejected = in_order(each for each in scored if each.is_rejected and not each.is_by_person)
    large_first = sorted(ordered, key=lambda each: _is_small(each, config) and not each.is_by_person)
    same = _duplicates([*rejected, *large_first], config.phash_similarity_threshold)
    out = {each.id: each for each in rejected}
    for each in ordered:  # a larger copy of a rejected picture may be what a person wants
        if same.get(each.id) in out and _pixels(each) > _pixels(out[same[each.id]]):
            del same[each.id]
    distinct = [each for each in ordered if each.id not in same]
    chosen = [each.id for each in distinct if each.is_by_person]
    others = [each for each in distinct if not each.is_by_person]
    large = [each.id for each in others if not _is_small(each, config)]
    chosen += large[: max(0, config.max_count - len(chosen))]
    small = [each.id for each in others if each.id not in set(large)]
    chosen += small[: max(0, config.min_count - len(chosen))]
    shown = [dataclasses.replace(each, duplicate_of=same.get(each.id)) for each in ordered]
    return SlotSelection([*shown, *rejected], chosen)


def _duplicates(candidates: Sequence[AssetCandidate], threshold: float) -> dict[int, int]:
    """Return by the id of each near-duplicate the id of the better candidate; `candidates`: best first."""
    hashed = [each for each in candidates if each.perceptual_hash]
    if len(hashed) < 2:
        return {}
    bits = np.array([int(each.perceptual_hash or "0", 16) for each in hashed], dtype=np.uint64)
    most = int((1 - threshold) * 64 + 1e-9)  # different bits
    found: dict[int, int] = {}
    for number, each in enumerate(hashed):
        if each.id in found:
            continue
        distances = np.bitwise_count(bits[number + 1 :] ^ bits[number])
        for index in np.flatnonzero(distances <= most):
            other = hashed[number + 1 + int(index)]
            if not other.is_by_person:
                found.setdefault(other.id, each.id)
    return found


def _part(name: str, fraction_and_reason: tuple[float, str], weight: float) -> ScorePart:
    fraction, reason = fraction_and_reason
    return ScorePart(name=name, points=round(fraction * weight, 6), most=weight, reason=reason)


def _votes(each: AssetCandidate) -> tuple[float, str]:
    """Return the fraction of the points for votes: few votes pull the average towards one below the middle."""
    if each.votes <= 0:
        return _PRIOR_AVERAGE / 10, "no votes"
    number = wording.plural(each.votes, "vote")
    if not 0 < each.vote_average <= 10:  # of a provider that counts likes, or on another scale
        return (_PRIOR_AVERAGE + _MOST_LIKES * each.votes / (each.votes + _PRIOR_VOTES)) / 10, number
    average = (each.votes * each.vote_average + _PRIOR_VOTES * _PRIOR_AVERAGE) / (each.votes + _PRIOR_VOTES)
    return average / 10, f"{number}, {each.vote_average:.1f} of 10"


def _resolution(each: AssetCandidate) -> tuple[float, str]:
    """Return the fraction of the points for the size: beyond what screens show, more pixels say little."""
    width, height, full = each.width or 0, each.height or 0, _FULL_SIZE.get(each.asset_type)
    if width <= 0 or height <= 0 or full is None:  # a later version can have stored other kinds
        return _UNKNOWN_SIZE, "size not known"
    full_width, full_height = full
    size = min(1.0, width / full_width, height / full_height)
    fraction = size * (1 + _HALF_SIZE) / (size + _HALF_SIZE)
    if each.asset_type not in _FREE_SHAPES:
        shape = (width / height) / (full_width / full_height)
        fraction *= min(1.0, _SHAPE * min(shape, 1 / shape))
    return fraction, f"{width} × {height}"


def _language(each: AssetCandidate, preferred: str) -> tuple[float, str]:
    wanted = ("", preferred, "en") if each.asset_type in _WITHOUT_TEXT else (preferred, "en", "")
    order = tuple(dict.fromkeys(wanted))
    name = language_name(each.language) if each.language else "no text"
    place = _position(order, each.language)
    if place >= len(order):
        return 0.0, name
    return _LANGUAGE_FRACTIONS[place], f"{name}, {_PLACES[place]} choice"


def _provider(each: AssetCandidate, priority: Sequence[str]) -> tuple[float, str]:
    place = _position(priority, each.provider)
    if place >= len(priority):
        return 0.0, label_of(each.provider)
    nth = _PLACES[place] if place < len(_PLACES) else f"{place + 1}th"
    return 1 - place / len(priority), f"{label_of(each.provider)}, {nth} choice"


def _pixels(each: AssetCandidate) -> int:
    return (each.width or 0) * (each.height or 0)


def _is_small(each: AssetCandidate, config: AssetSelectionConfig) -> bool:
    return (each.width is not None and each.width < (config.min_width or 0)) or (
        each.height is not None and each.height < (config.min_height or 0)
    )


def _position(order: Sequence[str] | Collection[str], value: str) -> int:
    found = list(order)
    return found.index(value) if value in found else len(found)
