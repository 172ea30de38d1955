"""
The keys of players: from the environment (`INDEXIUM_PLAYER_1_KEY`), or from `player_keys.toml` in the home.

Keys are never part of a log, an error, an answer or a `repr`. The key of Kodi is `user:password`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from indexium_core import errors
from indexium_core.keys import key_file
from indexium_core.model.providers.keys import KeyOrigin

FILE_NAME = "player_keys.toml"
_LONGEST_KEY = 1000  # characters


@dataclass(frozen=True, slots=True)
class PlayerKey:
    """The key of one player, where it is set, and what is wrong with its file."""

    value: SecretStr
    origin: KeyOrigin = ""
    problem: str = ""  # why the file of keys is not used


def load(home: Path, name: str) -> PlayerKey:
    """Return a key; the environment has priority."""
    own = os.environ.get(_variable(name), "").strip()
    if own:
        return PlayerKey(SecretStr(own), "environment")
    content, problem = key_file.read(home / FILE_NAME, example=name)
    stored = content.get(name)
    text = stored.strip() if isinstance(stored, str) else ""
    return PlayerKey(SecretStr(text), "file" if text else "", problem)


def store(home: Path, name: str, key: str) -> None:
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
    if text and os.environ.get(_variable(name), "").strip():
        message = f"The variable {_variable(name)} has this key, and has priority. Change the variable."
        raise errors.UsageError(message)
    key_file.store(home / FILE_NAME, name, text or None)


def _variable(name: str) -> str:
    return f"INDEXIUM_{name.upper()}"
