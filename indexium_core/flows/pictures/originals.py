"""
The bytes of files for a person who plays a video or views a photo.

Only files whose real path is inside their library folder are read: a link to another place is refused. A file is opened
for each piece and closed again, because an open reader could prevent the fastest strategy of a write; a file that an
operation is writing is not read.
"""

from __future__ import annotations

import os

from indexium_core import errors
from indexium_core.files.reader import FileReader
from indexium_core.model.files.tiles import SHOWN_BY_BROWSERS, BrowserFile
from indexium_core.store.catalog import details as store
from indexium_core.store.database import Database


class Originals:
    """Reads files for browsers. One instance serves a home; any thread may use it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, file_id: int) -> BrowserFile | None:
        """Return a file; None if it does not exist, is offline or outside its folder, or browsers cannot show it."""
        source = store.original_source(self._database.read(), file_id)
        media_type = SHOWN_BY_BROWSERS.get(source.container) if source else None
        if source is None or media_type is None:
            return None
        path, root = os.path.realpath(source.path), os.path.realpath(source.root)
        if not path.startswith(root.rstrip(b"/") + b"/"):
            return None
        return BrowserFile(
            file_id=file_id, path=path, size=source.size, mtime_ns=source.mtime_ns, media_type=media_type
        )

    def read(self, original: BrowserFile, first: int, length: int) -> bytes:
        """
        Return bytes of a file.

        Raises:
            FileAccessError: The file cannot be read, changed since the scan, or an operation is writing it.

        """
        if store.is_being_written(self._database.read(), original.file_id):
            raise errors.FileAccessError("An operation is writing this file. Try again after it.", code="in_use")
        with FileReader(original.path) as reader:
            if (reader.stat.size, reader.stat.mtime_ns) != (original.size, original.mtime_ns):
                raise errors.FileAccessError("The file has changed since the last scan. Scan its folder again.")
            return reader.read_at(first, length)
