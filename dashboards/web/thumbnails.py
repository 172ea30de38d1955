"""`/thumbnail/{file_id}`: a thumbnail of a file, read on separate threads and never on the server's loop."""

from __future__ import annotations

import hashlib

from dashboards.web.media_answers import PictureAnswer
from indexium_core.model.artwork.assets import CachedImage

_WIDTHS = (320, 640, 1280)  # pixels; a page asks for one of these


class Thumbnail(PictureAnswer):
    """The thumbnail of a file; `?width=` selects its width."""

    failure = "thumbnail.failed"
    cache_control = "private, max-age=86400"  # the address changes with the file

    async def get(self, file_id: str) -> None:
        width = self.get_query_argument("width", "640")
        wanted = int(width) if width in {str(each) for each in _WIDTHS} else 640
        await self.answer(file_id, lambda number: self._thumbnail(number, wanted))

    def _thumbnail(self, file_id: int, width: int) -> CachedImage | None:
        data = self._library.thumbnails.jpeg(file_id, width=width)
        return CachedImage(data=data, version=hashlib.blake2b(data, digest_size=12).hexdigest()) if data else None
