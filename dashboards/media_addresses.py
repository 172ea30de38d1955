"""The addresses at which this server has the pictures and the bytes of files; `web` has the routes."""

from __future__ import annotations

from indexium_core.model.files.tiles import SHOWN_BY_BROWSERS
from indexium_core.model.pictures import picture_version
from indexium_core.model.review.file_details import FileDetails


def thumbnail(file_id: int, file_hash: str | None, mtime_ns: int) -> str:
    """Return the address of a thumbnail; it changes when the file changes."""
    return f"/thumbnail/{file_id}?v={picture_version(file_hash, mtime_ns)}"


def original(file_id: int) -> str:
    """Return the address of the bytes of a file."""
    return f"/media/{file_id}"


def media_of(details: FileDetails, *, is_shown: bool) -> dict[str, str | None]:
    """Return what the details of a file show of its media; `is_shown`: this server has pictures of the file."""
    can_show = is_shown and details.container in SHOWN_BY_BROWSERS
    return {"original": original(details.file_id) if can_show else None, "kind": details.media_kind}
