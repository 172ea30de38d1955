"""
The keys of a home: of providers, of players, and the secret at an OpenID Connect provider.

Each comes from the environment (`INDEXIUM_TMDB_API_KEY`, `INDEXIUM_PLAYER_1_KEY`), or from a file of keys in the home:
one line for each key, in a TOML file that belongs to the user alone (mode 0600). Keys are never part of a log, an
error, an answer or a `repr`, and no message has anything of the content of such a file. The key of Kodi is
`user:password`.
"""

from __future__ import annotations

import difflib
import os
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from indexium_core import errors, settings_file
from indexium_core.model.providers.descriptor import KeyOrigin
from indexium_core.model.providers.registry import key_names

SIGN_IN_FILE = "sign_in_keys.toml"
OPEN_ID_VARIABLE, OPEN_ID_NAME = "INDEXIUM_OIDC_CLIENT_SECRET", "oidc_client_secret"
PLAYER_FILE = "player_keys.toml"
_LONGEST_KEY = 1000  # characters
PROVIDER_FILE = "provider_keys.toml"
_LONGEST_NAME = 30  # of a name in a message
_IS_NAME = re.compile(r"[A-Za-z_]{1,30}")


def read_file(path: Path, *, example: str) -> tuple[Mapping[str, object], str]:
    """Return the values of a file of keys by name, and why it cannot be used; `example` is the name of a key."""
    try:
        with path.open("rb") as file:
            if os.name == "posix" and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                return {}, f"Other users can read the keys in {path}. Run: chmod 600 {path}"
            return tomllib.load(file), ""
    except FileNotFoundError:
        return {}, ""
    except OSError as error:
        return {}, f"The keys in {path} cannot be read: {error.strerror or type(error).__name__}."
    except ValueError:
        return {}, f'{path} is not a TOML file. Write one line for each key: {example} = "…"'


def store_in_file(path: Path, name: str, key: str | None) -> None:
    """
    Store a key in a file, or remove it (None). All other lines stay the same; only the user can read the file.

    Raises:
        UsageError: The file is not a TOML file; the message has nothing of its content.
        StoreError: The file cannot be read or written.

    """
    try:
        settings_file.store_value(path, name, key)
    except ValueError:
        raise errors.UsageError(f"{path} is not a TOML file. Correct or delete it, then enter the key again.") from None
    except OSError as error:
        raise errors.StoreError(f"The keys in {path} cannot be written: {error.strerror or error}.") from None


def open_id_secret(home: Path) -> tuple[SecretStr, str]:
    """Return the secret, "" if there is none, and why the file of keys is not used; the environment has priority."""
    own = os.environ.get(OPEN_ID_VARIABLE, "").strip()
    if own:
        return SecretStr(own), ""
    content, problem = read_file(home / SIGN_IN_FILE, example=OPEN_ID_NAME)
    stored = content.get(OPEN_ID_NAME)
    return SecretStr(stored.strip() if isinstance(stored, str) else ""), problem


@dataclass(frozen=True, slots=True)
class PlayerKey:
    """The key of one player, where it is set, and what is wrong with its file."""

    value: SecretStr
    origin: KeyOrigin = ""
    problem: str = ""  # why the file of keys is not used


def player_key(home: Path, name: str) -> PlayerKey:
    """Return a key; the environment has priority."""
    own = os.environ.get(_player_variable(name), "").strip()
    if own:
        return PlayerKey(SecretStr(own), "environment")
    content, problem = read_file(home / PLAYER_FILE, example=name)
    stored = content.get(name)
    text = stored.strip() if isinstance(stored, str) else ""
    return PlayerKey(SecretStr(text), "file" if text else "", problem)


def store_player_key(home: Path, name: str, key: str) -> None:
    """
    Store a key in the key file; "" removes it.

    Raises:
        UsageError: Its value cannot be a key, the environment sets it, or the file of keys is not a TOML file. The
            message does not have the value.
        StoreError: The file cannot be written.

    """
    text = key.strip()
    if len(text) > _LONGEST_KEY or not text.isprintable():
        raise errors.UsageError("This is not a key: it is too long, or has other characters. Copy it again.")
    if text and os.environ.get(_player_variable(name), "").strip():
        message = f"The variable {_player_variable(name)} has this key, and has priority. Change the variable."
        raise errors.UsageError(message)
    store_in_file(home / PLAYER_FILE, name, text or None)


def _player_variable(name: str) -> str:
    return f"INDEXIUM_{name.upper()}"


@dataclass(frozen=True, slots=True)
class ProviderKeys:
    """The keys by name, and what is wrong with the file of keys."""

    keys: Mapping[str, SecretStr]
    problem: str = ""  # why the file or a key is not used
    warning: str = ""  # what is wrong with one of its lines
    meant: str = ""  # the key that this line may mean; "" if it is not similar to any
    of_environment: frozenset[str] = frozenset()  # the names of the keys that the environment sets

    def get(self, name: str) -> str:
        """Return a key; "" if it is not set."""
        key = self.keys.get(name)
        return key.get_secret_value() if key else ""


def provider_keys(home: Path) -> ProviderKeys:
    """Return the keys of the environment (`INDEXIUM_TMDB_API_KEY`) and of the file; the environment has priority."""
    from_file, problem, warning, meant = _read_provider_file(home / PROVIDER_FILE)
    environment = {name.upper(): value for name, value in os.environ.items()}
    set_there = {name: environment.get(f"INDEXIUM_{name.upper()}", "").strip() for name in key_names()}
    found = {}
    for name, own in set_there.items():
        key = own or from_file.get(name, "")
        if key.isascii() and key.isprintable() and key:
            found[name] = SecretStr(key)
        elif key:
            problem = problem or f"The key {name} has characters that no key has. Copy it again."
    of_environment = frozenset(name for name, key in set_there.items() if key)
    return ProviderKeys(found, problem, warning, meant, of_environment)


def store_provider_key(home: Path, name: str, key: str | None) -> None:
    """
    Store a key in the file, or remove it (None). All other lines stay the same; only the user can read the file.

    Raises:
        UsageError: The file is not a TOML file; the message has nothing of its content.
        StoreError: The file cannot be read or written.

    """
    store_in_file(home / PROVIDER_FILE, name, key)


def _read_provider_file(path: Path) -> tuple[Mapping[str, str], str, str, str]:
    """Return the keys of the file, the reason if it cannot be used (without its content), and `_wrong_line`."""
    content, problem = read_file(path, example=key_names()[0])
    if problem:
        return {}, problem, "", ""
    keys = {name: value.strip() for name, value in content.items() if isinstance(value, str)}
    return keys, "", *_wrong_line(path, content)


def _wrong_line(path: Path, content: Mapping[str, object]) -> tuple[str, str]:
    """Return a sentence about the first name that is no key, or has no text, and the key that it may mean."""
    names = key_names()
    for name, value in content.items():
        if name not in names:
            shown = name[:_LONGEST_NAME] if _IS_NAME.fullmatch(name) else "…"  # a key in place of a name is not shown
            near = difflib.get_close_matches(name.lower()[:_LONGEST_NAME], names, n=1)
            remedy = f"Did you mean {near[0]}?" if near else f"The names are {', '.join(names)}."
            return f"{path} has an unknown name, {shown}. {remedy}", near[0] if near else ""
        if not isinstance(value, str):
            return f'The key {name} in {path} is not in quotes. Write {name} = "…"', name
    return "", ""
