"""Refusals, and the sentences that several families use."""

from __future__ import annotations

from indexium_core.model.files.media import Refusal

__all__ = [
    "NO_MEDIA",
    "NO_REPLACEMENT",
    "NUL_IN_COMMENT",
    "ONLY_COMMENTS",
    "corrupt",
    "invalid_value",
    "not_video",
    "not_writable",
]

NO_MEDIA = "The file has no video, audio or subtitles."
NO_REPLACEMENT = "The file has no room for the comment, and no new file may take its place."
NUL_IN_COMMENT = "The comment holds a NUL character, where players stop reading."
ONLY_COMMENTS = "Only comments can be written into files of this kind."


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
