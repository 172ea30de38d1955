"""The rule by which pictures are selected: a row of `asset_selection_config` for each library and kind of picture."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, get_args

from indexium_core import errors
from indexium_core.model.lookups.records import ImageKind
from indexium_core.model.providers.registry import PROVIDERS, order_of

ASSET_TYPES: tuple[str, ...] = get_args(ImageKind)
SEVERAL = "backdrop"  # the kind of which a title can have several selected pictures
_MOST_SELECTED = 20  # readers of backdrops stop at number 20
_OTHER_NAMES: Mapping[str, str] = {"fanart": "backdrop", "clearlogo": "logo", "discart": "disc", "landscape": "thumb"}
_KINDS_OF_VALUES: Mapping[str, type] = {"min": int, "max": int, "weight": float, "phash": float}
_LABELS: Mapping[str, str] = {"clearart": "clear art"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetSelectionConfig:
    """The rule of a library for one kind of picture."""

    library_id: int
    asset_type: str
    min_count: int = 1  # so many are selected even if they are smaller than the least size
    max_count: int = 1
    min_width: int | None = None  # pixels; None: any
    min_height: int | None = None
    prefer_language: str | None = None  # ISO 639-1; None: the language of the metadata
    weight_resolution: float = 0.3
    weight_votes: float = 0.4
    weight_language: float = 0.2
    weight_provider: float = 0.1
    phash_similarity_threshold: float = 0.90  # fraction of equal bits from which two pictures are the same
    provider_priority: tuple[str, ...] = tuple(order_of("pictures"))  # the best one first

    def check(self) -> None:
        """Raise UsageError with one sentence if the rule contradicts itself."""
        weights = [getattr(self, each.name) for each in fields(self) if each.name.startswith("weight_")]
        if not all(0 <= each <= 1 for each in weights) or not math.isclose(sum(weights), 1, abs_tol=1e-6):
            raise errors.UsageError(
                f"The weights are {', '.join(f'{each:g}' for each in weights)}, and their sum is {sum(weights):g}. "
                "Each is from 0 to 1, and the sum is 1."
            )
        if not 0 <= self.min_count <= self.max_count <= _MOST_SELECTED:
            raise errors.UsageError(
                f"The least number {self.min_count} and the greatest number {self.max_count} do not fit: the least is "
                f"from 0 to the greatest, and the greatest is at most {_MOST_SELECTED}."
            )
        if self.max_count > 1 and self.asset_type != SEVERAL:
            raise errors.UsageError(
                f"A title has one {label_of_type(self.asset_type)}: set the greatest number to 1. Only backdrops can "
                "be several."
            )
        if any(size is not None and not 0 < size <= 30_000 for size in (self.min_width, self.min_height)):
            raise errors.UsageError("A least width or height is from 1 to 30000 pixels, or empty.")
        if not 0.5 <= self.phash_similarity_threshold <= 1:
            raise errors.UsageError("The likeness from which two pictures are the same is from 0.5 to 1.")
        unknown = [each for each in self.provider_priority if each not in PROVIDERS]
        if unknown:
            raise errors.UsageError(f"There is no provider “{unknown[0][:40]}”. Choose from: {', '.join(PROVIDERS)}.")


def is_language(value: object) -> bool:
    """Return whether a value has the form of a code of a language (ISO 639-1)."""
    return isinstance(value, str) and len(value) == 2 and value.isascii() and value.isalpha()


def _is_list_of_names(value: object) -> bool:
    is_list = isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)
    return is_list and len(set(value)) == len(value)  # type: ignore[arg-type, call-overload]


def changed(config: AssetSelectionConfig, changes: Mapping[str, Any]) -> AssetSelectionConfig:
    """
    Return a rule with some other values; None is the value of a new library.

    Raises:
        UsageError: A name or a value is not valid, or the weights do not sum to 1.

    """
    known = [each.name for each in fields(config) if each.name not in ("library_id", "asset_type")]
    for name, value in changes.items():
        if name not in known:
            raise errors.UsageError(f"The rule has no “{name[:40]}”. Choose from: {', '.join(known)}.")
        if value is not None:
            _require_type(name, value)
    usual = default_config(config.library_id, config.asset_type)
    given = {name: getattr(usual, name) if value is None else value for name, value in changes.items()}
    wanted = dataclasses.replace(config, **given)
    wanted = dataclasses.replace(wanted, provider_priority=tuple(wanted.provider_priority))
    wanted.check()
    return wanted


def _require_type(name: str, value: object) -> None:
    if name.startswith(("weight_", "phash_")) and (not isinstance(value, int | float) or isinstance(value, bool)):
        raise errors.UsageError(f"The value of {name} is a number from 0 to 1.")
    if name == "provider_priority" and not _is_list_of_names(value):
        raise errors.UsageError("The value of provider_priority is a list of providers, each once.")
    if name.startswith(("min_", "max_")) and (not isinstance(value, int) or isinstance(value, bool)):
        raise errors.UsageError(f"The value of {name} is a whole number.")
    if name == "prefer_language" and not is_language(value):
        raise errors.UsageError(f"“{str(value)[:40]}” is no language. Give two letters such as de.")


def values_of(texts: Iterable[str]) -> dict[str, Any]:
    """
    Return new values of a rule from texts such as `max_count=5`; those of several providers have commas.

    Raises:
        UsageError: A text has no name, or a number is not valid.

    """
    found: dict[str, Any] = {}
    for text in texts:
        name, is_pair, value = text.partition("=")
        if not is_pair:
            raise errors.UsageError(f"“{text[:40]}” is no value. Write NAME=VALUE, such as max_count=5.")
        kind = _KINDS_OF_VALUES.get(name.partition("_")[0], str)
        try:
            found[name] = [each.strip() for each in value.split(",")] if name == "provider_priority" else kind(value)
        except ValueError:
            if value:
                raise errors.UsageError(f"The value of {name[:40]} is a number, not “{value[:40]}”.") from None
        if not value:
            found[name] = None
    return found


def default_config(library_id: int, asset_type: str) -> AssetSelectionConfig:
    """Return the rule that a new library has."""
    return AssetSelectionConfig(
        library_id=library_id, asset_type=asset_type, max_count=3 if asset_type == SEVERAL else 1
    )


def asset_type_named(text: str) -> str:
    """
    Return a kind of picture by its name or by another common one (`fanart` for `backdrop`).

    Raises:
        UsageError: There is no such kind.

    """
    name = _OTHER_NAMES.get(text, text)
    if name not in ASSET_TYPES:
        raise errors.UsageError(f"There is no kind of picture “{text[:40]}”. Choose one of: {', '.join(ASSET_TYPES)}.")
    return name


def label_of_type(asset_type: str) -> str:
    """Return a kind of picture as people call it."""
    return _LABELS.get(asset_type, asset_type)
