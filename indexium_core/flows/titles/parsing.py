"""
Read names in any process: arguments and results are plain values, because a result of `guessit` cannot be pickled.

Two readers read each name, and `judge` compares them. This module does not import the database.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from indexium_core.flows.titles.second_reader import read_again
from indexium_core.model.names.judge import judge
from indexium_core.model.names.name_parts import NameParts
from indexium_core.model.names.names import read_name

logger = logging.getLogger(__name__)

VERSION = 6  # of the rules: names that an older version read are read again


def parse_names(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return the parts of names as JSON values, as `parse_name`."""
    return [parse_name(text).plain() for text in texts]


def parse_name(text: str) -> NameParts:
    """Return the parts of a name; a name that cannot be read is its own title."""
    try:
        own = read_name(text)
        return own if own.is_camera else judge(text, own, read_again(text))
    except Exception:
        logger.exception("titles.name_failed", extra={"file_name": text[:200]})
        return NameParts(title=text)
