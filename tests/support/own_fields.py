"""Custom fields for tests: one of each type, and one more with the name of a key in MP4."""

from __future__ import annotations

from contextlib import AbstractContextManager

from indexium_core.model.fields import custom
from indexium_core.model.fields.custom import Definitions

CUSTOM = [
    *(custom.definition(f"own_{each}", each) for each in custom.TYPES),
    custom.definition("own_key", mp4="com.example.tape"),
]


def known() -> AbstractContextManager[None]:
    """Let functions know these fields without a library."""
    return custom.active(Definitions(tuple(CUSTOM)))
