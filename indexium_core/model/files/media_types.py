"""The media types of the files that a browser can show."""

from __future__ import annotations

from collections.abc import Mapping

# Container → media type. Browsers play none of the other containers, and show none of the other photos.
SHOWN_BY_BROWSERS: Mapping[str, str] = {
    "mp4": "video/mp4",
    "mov": "video/mp4",  # browsers play it only under this name
    "3gp": "video/mp4",
    "webm": "video/webm",
    "matroska": "video/webm",  # the same: with codecs of WebM or H.264
    "ogg": "video/ogg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}
