"""
A file of keys in the home: one line for each key, in a TOML file that belongs to the user alone (mode 0600).

No message has anything of the content of such a file.
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path

from indexium_core import errors, settings_file


def read(path: Path, *, example: str) -> tuple[Mapping[str, object], str]:
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


def store(path: Path, name: str, key: str | None) -> None:
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
