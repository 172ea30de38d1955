"""All providers of metadata. A new provider is one line here, and one module for its values and its client."""

from __future__ import annotations

from collections.abc import Mapping

from indexium_core.model.providers.descriptor import IdKind, ProviderDescriptor
from indexium_core.model.providers.fanarttv import FANARTTV
from indexium_core.model.providers.omdb import OMDB
from indexium_core.model.providers.tmdb import TMDB
from indexium_core.model.providers.tvdb import TVDB
from indexium_core.model.wording import list_of

PROVIDERS: dict[str, ProviderDescriptor] = {}  # by id, in the order in which they are asked

_SITES = {"rotten_tomatoes": "Rotten Tomatoes", "metacritic": "Metacritic"}  # of ratings, which are no providers
_RATINGS = {"tomatometerallcritics": "rotten_tomatoes"}  # name in NFO files → source of ratings


def register(provider: ProviderDescriptor) -> None:
    """Add a provider. Its settings and its kind of ids exist if this happens before the settings are imported."""
    PROVIDERS[provider.id] = provider


register(TMDB)
register(TVDB)
register(OMDB)
register(FANARTTV)


def id_kinds() -> dict[str, IdKind]:
    """Return all kinds of ids by name, the best one first."""
    kinds = {each.ids.name: each.ids for each in PROVIDERS.values() if each.ids}
    return {each.name: each for each in sorted(kinds.values(), key=lambda each: each.rank)}


def label_of(name: str) -> str:
    """Return a provider, a kind of ids or a site of ratings as people know it; the name itself if there is none."""
    known = PROVIDERS.get(name) or id_kinds().get(name)
    return known.label if known else _SITES.get(name, name)


def rating_name(source: str) -> str:
    """Return the name that ratings of a source have in NFO files."""
    kind = id_kinds().get(source)
    return kind.rating_name or source if kind else source


def rating_source(name: str) -> str:
    """Return the source of ratings by their name in NFO files; programs have several names for one source."""
    named = {each.rating_name: each.name for each in id_kinds().values() if each.rating_name}
    return (_RATINGS | named).get(name.lower(), name)


def order_of(name: str) -> list[str]:
    """Return the providers in the order in which their values of a field win."""
    return sorted(PROVIDERS, key=lambda each: PROVIDERS[each].rank(name))


def providers_of_titles() -> list[str]:
    """Return the providers that have titles, those with the best ids first."""
    ranks = {each.id: each.ids.rank for each in PROVIDERS.values() if each.ids}
    return sorted(ranks, key=lambda each: ranks[each])


def attribution() -> list[tuple[str, str]]:
    """Return the sentences that name the providers, each with an address; "" without one."""
    notices = [(each.notice, each.site) for each in PROVIDERS.values() if each.notice]
    others = [each.credit or each.label for each in PROVIDERS.values() if not each.notice]
    return [*notices, (f"Metadata is also provided by {list_of(others)}.", "")]


def key_names() -> list[str]:
    """Return the names of all keys."""
    return [key.name for each in PROVIDERS.values() for key in each.keys]


def ranks() -> Mapping[tuple[str, str], int]:
    """Return the ranks by field and provider; the field "" is for all others."""
    return {(name, each.id): rank for each in PROVIDERS.values() for name, rank in each.ranks.items()}
