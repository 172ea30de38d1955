"""The clients of all providers."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import cast

from indexium_core.model.providers.registry import PROVIDERS
from indexium_core.provider_keys import ProviderKeys
from indexium_core.settings import Settings
from indexium_core.sources.provider import Provider, ProviderAccess, Resources


def make_providers(config: Settings, keys: Callable[[], ProviderKeys], shared: Resources) -> dict[str, Provider]:
    """Return the providers by id, in the order in which they are asked. Settings and keys are read at each use."""
    found = dict[str, Provider]()
    for each in PROVIDERS.values():
        module, _, name = each.client.partition(":")
        client = cast("type[Provider]", getattr(importlib.import_module(module), name))
        found[each.id] = client(ProviderAccess(descriptor=each, config=config, keys=keys, shared=shared))
    return found
