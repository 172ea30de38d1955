"""The keys of providers: which are set, entering and removing one, and a test. No call returns a key."""

from __future__ import annotations

from pathlib import Path

from indexium_core import errors, keys
from indexium_core.flows.providers.external_api_manager import ExternalAPIManager
from indexium_core.model.accounts.needs import needs
from indexium_core.model.accounts.permissions import SETTINGS_MANAGE
from indexium_core.model.providers.descriptor import KeyOrigin, KeyState, KeyTest
from indexium_core.model.providers.registry import PROVIDERS, key_names
from indexium_core.model.remote_calls import remote

_LONGEST_KEY = 1000  # characters; an access token of TMDB has about 200


class KeyService:
    """The keys of a home. They are stored in its key file, which only its user can read."""

    def __init__(self, home: Path, manager: ExternalAPIManager) -> None:
        self._home, self._manager = home, manager

    @needs(SETTINGS_MANAGE)
    @remote()
    def list(self) -> list[KeyState]:
        """Return every key, and whether it is set."""
        stored = keys.provider_keys(self._home)
        return [
            KeyState(name=key.name, provider=provider.id, label=key.label, origin=_origin(key.name, stored))
            for provider in PROVIDERS.values()
            for key in provider.keys
        ]

    @needs(SETTINGS_MANAGE)
    @remote()
    def set(self, name: str, value: str) -> None:
        """
        Store a key in the key file. It applies at once.

        Raises:
            UsageError: There is no such key, its value cannot be a key, the environment sets it, or the file of keys
                is not a TOML file. The message does not contain the value.
            StoreError: The file cannot be written.

        """
        _check_name(name)
        key = value.strip()
        if not key or len(key) > _LONGEST_KEY or not key.isascii() or not key.isprintable() or " " in key:
            raise errors.UsageError("This is not a key: it is empty, too long, or has other characters. Copy it again.")
        if _origin(name, keys.provider_keys(self._home)) == "environment":
            variable = f"INDEXIUM_{name.upper()}"
            raise errors.UsageError(f"The variable {variable} has this key, and has priority. Change the variable.")
        keys.store_provider_key(self._home, name, key)

    @needs(SETTINGS_MANAGE)
    @remote()
    def enter(self, name: str, value: str) -> KeyTest:
        """Store a key, and return whether its provider accepts it. Errors as in `set`."""
        self.set(name, value)
        return self.test(next(each.id for each in PROVIDERS.values() if name in [key.name for key in each.keys]))

    @needs(SETTINGS_MANAGE)
    @remote()
    def remove(self, name: str) -> None:
        """Remove a key from the key file; a key that is not in it stays as it is. Errors as in `set`."""
        _check_name(name)
        keys.store_provider_key(self._home, name, None)

    @needs(SETTINGS_MANAGE)
    @remote()
    def test(self, provider: str) -> KeyTest:
        """
        Send one request to a provider, without the cache, and return whether it accepts the key.

        Raises:
            UsageError: There is no such provider.

        """
        if provider not in PROVIDERS:
            raise errors.UsageError(f"There is no provider “{provider[:40]}”. Choose one of: {', '.join(PROVIDERS)}.")
        client = self._manager.providers[provider].client
        client.allow()  # the person may have corrected the key at the provider
        [status] = [each for each in self._manager.status() if each.provider == provider]
        if not status.is_on:
            return KeyTest(provider=provider, accepted=False, message=status.reason)
        try:
            if (check := PROVIDERS[provider].check).route:
                client.ask(check.route, check.parameters)
            elif client.profile.account is not None:
                client.post("/login", client.profile.account().parameters)
        except errors.ProviderError as error:
            return KeyTest(provider=provider, accepted=False, message=error.message)
        return KeyTest(provider=provider, accepted=True, message=f"{status.name} accepts the key.")


def _check_name(name: str) -> None:
    if name not in key_names():
        raise errors.UsageError(f"There is no key “{name[:40]}”. The names are {', '.join(key_names())}.")


def _origin(name: str, stored: keys.ProviderKeys) -> KeyOrigin:
    if not stored.get(name):
        return ""
    return "environment" if name in stored.of_environment else "file"
