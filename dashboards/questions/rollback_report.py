"""How a file with a conflict is shown in the questions about a rollback."""

from __future__ import annotations

from typing import Any

from indexium_core.model.operations.operation import ItemDetails


def conflict_row(item: ItemDetails) -> dict[str, Any]:
    """Return the row of a file with a conflict."""
    return {
        "name": item.name,
        "path": item.file_path,
        "status": "conflict",
        "level": "warning",
        "message": item.message,
    }
