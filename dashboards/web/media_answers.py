"""What the answers with pictures, videos and photos have in common."""

from __future__ import annotations

from typing import Any

from tornado.web import RequestHandler

__all__ = ["LARGEST_ID", "MediaAnswer"]

LARGEST_ID = 2**62


class MediaAnswer(RequestHandler):
    """Answers with bytes that have their own ETag; an error is only a status, because the client expects no text."""

    def compute_etag(self) -> str | None:
        """Return the value that the answer has already: Tornado would hash the body."""
        tag: str | None = self._headers.get("ETag")
        return tag

    def write_error(self, status_code: int, **_: Any) -> None:
        """Send only the status."""
        self.set_header("Cache-Control", "no-store")
        self.finish()
        del status_code
