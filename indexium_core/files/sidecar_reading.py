"""The examination of a file together with its sidecar."""

from __future__ import annotations

import os

from indexium_core import errors
from indexium_core.files import sidecar_names
from indexium_core.files.containers import Family, Layout, Reader, registry
from indexium_core.files.containers.photos.photo import PhotoLayout, PhotoSidecar
from indexium_core.files.containers.photos.sidecar import read_sidecar, with_sidecar
from indexium_core.files.containers.photos.xmp import MAX_PACKET
from indexium_core.files.journal.side_files import read_small
from indexium_core.model.files.media import Refusal


def examine(path: bytes, reader: Reader, *, by_stem: bool = False) -> tuple[Family | None, Layout]:
    """
    Return the family and the layout of a file, for a photo with the fields of its sidecar.

    `by_stem`: a new sidecar is called `a.xmp` and not `a.jpg.xmp`.
    """
    family, layout = registry.examine(reader)
    return family, joined(path, layout, by_stem=by_stem)


def joined(path: bytes, layout: Layout, *, by_stem: bool = False) -> Layout:
    """Return the layout of a photo with the fields of its sidecar; any other layout unchanged."""
    if not isinstance(layout, PhotoLayout) or layout.parts is None:
        return layout
    place = sidecar_names.find(path, by_stem=by_stem)
    return with_sidecar(layout, _read(path, place))


def content_of(path: bytes, reader: Reader) -> tuple[bytes, bytes | None]:
    """Return the name of the sidecar of a file and its bytes: None if there is none, or the file can have none."""
    _, layout = examine(path, reader)
    found = layout.sidecar if isinstance(layout, PhotoLayout) else None
    return (b"", None) if found is None else (found.name, found.content)


def with_content(layout: Layout, name: bytes, content: bytes | None) -> Layout:
    """Return the layout of a photo with the fields of a sidecar that has some bytes; any other layout unchanged."""
    if content is None or not isinstance(layout, PhotoLayout) or layout.parts is None:
        return layout
    return with_sidecar(layout, read_sidecar(name, content, stamp="known"))


def _read(path: bytes, place: sidecar_names.SidecarPlace) -> PhotoSidecar:
    nothing = PhotoSidecar(name=place.name)
    if not place.stamp:
        return nothing
    try:
        sidecar = os.path.join(os.path.split(path)[0], place.name)  # noqa: PTH118 - a path of bytes
        content = read_small(sidecar, limit=MAX_PACKET)
    except errors.MetadataError as error:
        refusal = Refusal(code=error.reason, message=error.message)
        return PhotoSidecar(name=place.name, stamp=place.stamp, refusal=refusal)
    return nothing if content is None else read_sidecar(place.name, content, stamp=place.stamp)
