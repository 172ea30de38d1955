"""The file of the settings: `settings.toml` in the home."""

from __future__ import annotations

import contextlib
import json
import os
import re
from pathlib import Path
from typing import Any

from indexium_core import errors

FILE_NAME = "settings.toml"
_HOME = "INDEXIUM_HOME"


def default_home() -> Path:
    """Return the platform's data folder for Indexium."""
    import platformdirs  # here, as below: a command that names its home does not need it

    return Path(platformdirs.user_data_dir("indexium", appauthor=False))


def chosen_home(option: Path | None) -> Path:
    """
    Return the home of a command: its option, the variable `INDEXIUM_HOME` or the default, as `settings.load`.

    A command that a service answers needs no other setting, and the import of `settings` takes longer than the answer.
    """
    if option is not None:
        return option.expanduser().absolute()
    named = [value for name, value in os.environ.items() if name.upper() == _HOME]
    return Path(named[0]) if named else default_home()


def store(home: Path, name: str, value: Any | None) -> None:
    """
    Store one value (a text, a number or a truth value), or remove it (None). All other bytes of the file stay the same.

    The new file replaces the old one atomically, so a killed program leaves the old or the new file.

    Raises:
        UsageError: The file cannot be parsed, or its structure does not allow the change.
        StoreError: The file cannot be written.

    """
    path = home / FILE_NAME
    read(home)
    try:
        store_value(path, name, value)
    except OSError as error:
        raise errors.StoreError(f"The settings file {path} cannot be written: {error.strerror or error}.") from error


def store_value(path: Path, name: str, value: Any | None) -> None:
    """
    Store one value in a TOML file, or remove it (None), as `store`. Only the user can read the new file.

    Raises:
        UsageError: The structure of the file does not allow the change.
        ValueError: The file cannot be parsed.
        OSError: The file cannot be read or written.

    """
    import tomllib

    text = path.read_bytes().decode("utf-8") if path.exists() else ""
    after = {key: each for key, each in tomllib.loads(text).items() if key != name}
    if value is not None:
        after[name] = value
    changed = _with_value(text, name, after.get(name))
    if _parsed(changed) != after:
        message = f"Indexium cannot change the form of {path.name} in the home. Open the file and edit {name} there."
        raise errors.UsageError(message)
    replace_text(path, changed)


def read(home: Path) -> dict[str, Any]:
    """
    Return the stored values by name.

    Raises:
        UsageError: The file cannot be read.

    """
    import tomllib

    try:
        return tomllib.loads((home / FILE_NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        message = f"The settings file cannot be read: {error}. Correct or delete {FILE_NAME} in the home folder."
        raise errors.UsageError(message) from error


def _parsed(text: str) -> dict[str, Any] | None:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _with_value(text: str, name: str, value: Any | None) -> str:
    """Return the text of a settings file with one line changed, added before the first table, or removed."""
    lines = text.splitlines(keepends=True)
    table_index = next((index for index, line in enumerate(lines) if line.lstrip().startswith("[")), len(lines))
    pattern = re.compile(rf"\s*[\"']?{name}[\"']?\s*=")
    matches = [index for index, line in enumerate(lines[:table_index]) if pattern.match(line)]
    new = [] if value is None else [f"{name} = {json.dumps(value, ensure_ascii=False)}\n"]
    if matches:
        return "".join([*lines[: matches[0]], *new, *lines[matches[0] + 1 :]])
    if new and table_index and not lines[table_index - 1].endswith("\n"):
        new.insert(0, "\n")
    return "".join([*lines[:table_index], *new, *lines[table_index:]])


def replace_text(path: Path, text: str) -> None:
    """
    Replace the content of a file, or create it: a killed program leaves the old or the new one. Only the user reads it.

    Raises OSError if it cannot be written.
    """
    import tempfile

    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    partial = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise
