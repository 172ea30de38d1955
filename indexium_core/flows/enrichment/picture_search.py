"""Pictures of one title from providers that a person names: nothing else of the title changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.accounts.needs import NAMED, needs
from indexium_core.model.accounts.permissions import TITLES_EDIT
from indexium_core.model.artwork.selections import PictureSearchResult
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.lookups.records import ImageCandidate
from indexium_core.model.providers.descriptor import TitleKind
from indexium_core.model.providers.registry import PROVIDERS, label_of
from indexium_core.model.remote_calls import remote
from indexium_core.model.titles.fields import KIND_NAMES, require_entity_type
from indexium_core.store.database import Database
from indexium_core.store.titles import enrichment as rows
from indexium_core.store.titles import matches, titles

if TYPE_CHECKING:
    from indexium_core.flows.enrichment.enricher import RecordImages
    from indexium_core.flows.providers.external_api_manager import ExternalAPIManager
    from indexium_core.model.titles.titles import TitleItem

_KINDS: Mapping[str, TitleKind] = {"movie": "movie", "series": "tv"}


@checked_arguments
class PictureSearch:
    """Searches pictures. One instance serves a home; a call waits for the providers."""

    def __init__(
        self,
        database: Database,
        providers: ExternalAPIManager,
        *,
        record_images: RecordImages,
        emit: Callable[[Sequence[TitleItem]], None],
    ) -> None:
        """Ask these providers, store pictures with `record_images`, and send changes with `emit`."""
        self._database, self._providers = database, providers
        self._record_images, self._emit = record_images, emit

    @needs(TITLES_EDIT, NAMED)
    @remote()
    def search(self, entity_type: str, entity_id: int, providers: Sequence[str] = ()) -> list[PictureSearchResult]:
        """
        Get the pictures that providers offer for a film or a series with its seasons, and return what each answered.

        A provider that is off or down is one of the results; the pictures that it offered before stay.

        Args:
            entity_type: `movie`, `series`, `season` or `episode`; of the last two, it searches for the whole series.
            entity_id: The title.
            providers: Their ids; default: all.

        Raises:
            UnknownIdError: There is no such title, or it has no id of a provider.
            UsageError: There is no such type or provider, or titles of the library are not looked up.

        """
        for name in providers:
            if name not in PROVIDERS:
                raise errors.UsageError(
                    f"There is no provider “{name[:40]}”. Choose from: {', '.join(PROVIDERS)}.", code="unknown_provider"
                )
        item = self._title(entity_type, entity_id)
        for reason in matches.why_not_looked_up(self._database.read(), [item.id]).values():
            raise errors.UsageError(reason)
        ids, kind = self._ids(item), _KINDS[item.entity_type]
        results, images, answered = list[PictureSearchResult](), list[ImageCandidate](), set[str]()
        for name in dict.fromkeys(providers) or PROVIDERS:
            try:
                found, ids = self._providers.pictures(name, ids, kind)
            except errors.ProviderError as error:
                results.append(_result(name, "failed", 0, error.message))
                continue
            images += found
            answered.add(name)
            text = f"{label_of(name)} has {wording.plural(len(found), 'picture') if found else 'no picture'} of it."
            results.append(_result(name, "found" if found else "none", len(found), text))
        if answered:
            others = PROVIDERS.keys() - answered
            key = item.entity_type, item.id
            self._database.run(lambda tx: self._record_images(tx, {key: tuple(images)}, failed=others))
            self._emit([item])
        return results

    def _title(self, entity_type: str, entity_id: int) -> TitleItem:
        require_entity_type(entity_type)
        item = titles.find(self._database.read(), entity_id)
        if item is None or item.entity_type != entity_type:
            raise errors.UnknownIdError(f"There is no {KIND_NAMES[entity_type]} {entity_id}.")
        series = None if item.series_id is None else titles.find(self._database.read(), item.series_id)
        return series or item

    def _ids(self, item: TitleItem) -> Mapping[str, str]:
        """Return the ids of a title by their kind. Raises UnknownIdError if there is none."""
        reader = self._database.read()
        known = rows.known(reader, [item.id]).get(item.id)
        ids = {name: value for _, name, value in rows.stored_ids(reader, item.entity_type, item.id)}
        if known is not None and known.id is not None:
            ids |= {known.id.provider: known.id.value}
        if not ids:
            raise errors.UnknownIdError(
                f"“{item.name}” has no match yet, so no provider knows which title is meant. Decide its match first."
            )
        return ids


def _result(provider: str, state: str, total: int, message: str) -> PictureSearchResult:
    return PictureSearchResult(
        provider=provider,
        label=label_of(provider),
        state=state,  # type: ignore[arg-type]
        total=total,
        message=message,
    )
