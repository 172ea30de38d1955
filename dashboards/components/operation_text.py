"""How the items of an operation are counted on every page."""

from __future__ import annotations

from indexium_core.model import wording
from indexium_core.model.operations.operation import MetadataOperation


def items(operation: MetadataOperation, number: int) -> str:
    """Return a number of items of an operation in words: `3 files`, of a publication `3 titles`."""
    return wording.plural(number, operation.noun)
