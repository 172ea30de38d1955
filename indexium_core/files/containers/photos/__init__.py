"""
Photos: the fields of a photo live in its XMP packet, which is edited with the least change.

`xmp` reads a packet, `xmp_editing` edits its properties, `xmp_fields` maps fields to properties, `exif` reads EXIF and
TIFF directories. `photo` makes a family from the module of a container.
"""

from __future__ import annotations

from indexium_core.files.containers.photos import heif, jpeg, png, sidecar, tiff, webp
from indexium_core.files.containers.photos.photo import PhotoFamily

__all__ = ["FAMILIES"]

FAMILIES = (
    PhotoFamily("jpeg", "JPEG", jpeg, sidecar.choose, copy=jpeg.copy),
    PhotoFamily("png", "PNG", png, sidecar.choose, copy=png.copy),
    PhotoFamily("tiff", "TIFF", tiff, sidecar.choose),
    PhotoFamily("webp", "WebP", webp, sidecar.choose, copy=webp.copy),
    PhotoFamily("heif", "HEIF", heif, sidecar.choose),
)
