"""The providers of the home of a demo: a stand-in in this process, so that no request leaves the machine."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from urllib.parse import urlsplit

from indexium_core import keys, settings
from indexium_core.demo.providers.film_titles import DEMO_TITLES
from indexium_core.demo.providers.stand_in import ProviderStandIn
from indexium_core.model.providers.registry import PROVIDERS
from indexium_core.settings_file import FILE_NAME


def use_stand_in(home: Path) -> settings.Settings:
    """
    Start the stand-in of this process if it is not running, and return the settings of a home that use it.

    The addresses are arguments, which have priority over the environment, so that the demo never asks real providers.
    They are also in the settings file, for a later process without the stand-in: its requests stay on this machine.
    The keys are those of the stand-in.

    Raises:
        UsageError: A setting is not valid.
        StoreError: The settings file cannot be written.

    """
    addresses = _stand_in(home).settings
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, value in addresses.items():
        settings.store(home, name, value)
    for name, given in {"online": "on", "enrich_pause_ms": 0, "tmdb_requests_per_second": 40}.items():
        settings.store(home, name, given)
    path = home / keys.PROVIDER_FILE
    if not path.exists():
        names = [each.keys[0].name for each in PROVIDERS.values()]
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.writelines(f'{name} = "key-of-the-stand-in"\n' for name in names)
    return settings.load(home, **addresses)


@functools.cache
def _stand_in(home: Path) -> ProviderStandIn:
    """
    Start the stand-in of a home; its thread ends with the process.

    It uses the port of the former process if possible, because the home has addresses of pictures.
    """
    port = urlsplit(settings.load(home).model_dump()["tmdb_url"]).port if (home / FILE_NAME).exists() else None
    try:
        return ProviderStandIn(DEMO_TITLES, port=port or 0).start()
    except OSError:  # another program uses the port
        return ProviderStandIn(DEMO_TITLES).start()
