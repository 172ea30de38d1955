"""The order in which candidates are tried for a title whose picture nobody has chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from indexium_core.model.artwork.assets import AssetCandidate
from indexium_core.model.providers.registry import order_of

_WITHOUT_TEXT = frozenset({"backdrop", "still"})  # kinds for which a picture without text is best


def in_order(
    candidates: Iterable[AssetCandidate], asset_type: str, *, language: str, season: int | None = None
) -> list[AssetCandidate]:
    """
    Return the candidates of one kind, best first.

    Selected pictures come first, then local ones, then those in the language, then by votes and size. Rejected ones
    are left out.

    Args:
        candidates: Pictures of one title.
        asset_type: The kind of picture.
        language: The preferred language, ISO 639-1.
        season: A season of a series; None for pictures of the whole title.

    """
    found = [
        each for each in candidates if each.asset_type == asset_type and not each.is_rejected and each.season == season
    ]
    preferred = ("", language, "en") if asset_type in _WITHOUT_TEXT else (language, "en", "")
    providers = order_of("pictures")

    def rank(each: AssetCandidate) -> tuple[object, ...]:
        return (
            not each.is_selected,
            each.provider != "local",
            _position(preferred, each.language),
            -each.votes,
            -each.vote_average,
            -(each.width or 0) * (each.height or 0),
            _position(providers, each.provider),
            each.id,
        )

    return sorted(found, key=rank)


def _position(order: Sequence[str], value: str) -> int:
    return order.index(value) if value in order else len(order)
