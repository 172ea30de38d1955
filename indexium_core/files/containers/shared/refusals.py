"""Refusals, and the sentences that several families use."""

from __future__ import annotations

from collections.abc import Iterable

from indexium_core.model import wording
from indexium_core.model.fields.table import title_of
from indexium_core.model.files.media import Refusal

NO_MEDIA = "The file has no video, audio or subtitles."
NO_REPLACEMENT = "The file has no room for the new text, and no new file may take its place."


def no_place(fields: Iterable[str]) -> str:
    """Return the message for fields that cannot be written into files of a kind."""
    titles = [title_of(key) for key in dict.fromkeys(fields)]
    return f"Files of this kind have no place for {wording.list_of(titles)}."


def has_nul(field: str) -> str:
    """Return the message for a text with a NUL character."""
    return f"The {title_of(field).lower()} holds a NUL character, where players stop reading."


def not_writable(message: str) -> Refusal:
    """Return the refusal of a file that cannot be written with certainty (`no_strategy_yet`)."""
    return Refusal(code="no_strategy_yet", message=message)


def corrupt(message: str) -> Refusal:
    """Return the refusal of a damaged file."""
    return Refusal(code="corrupt", message=message)


def not_video(message: str) -> Refusal:
    """Return the refusal of a file that is not a video."""
    return Refusal(code="not_video", message=message)


def invalid_value(message: str) -> Refusal:
    """Return the refusal of a text that may not be written."""
    return Refusal(code="invalid_value", message=message)
