"""
XMP sidecars of photos: a packet in a file of its own, for values that the photo itself cannot take.

Where a sidecar has a field, its value counts, and the value in the photo does not: darktable, digiKam and Immich read
sidecars in this way. A field that the sidecar does not have is that of the photo.

A write goes into the photo if that is possible. It goes into the sidecar if the sidecar has one of the fields, or if
the photo cannot take them: its packet has no room and cannot move, or the photo has the field in a form that is not
changed. A packet that is malformed or ambiguous is no reason for a sidecar: the valid value is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from indexium_core.files.containers import Capabilities, Choice
from indexium_core.files.containers.photos import xmp, xmp_editing, xmp_fields
from indexium_core.files.containers.photos.photo import PhotoLayout, PhotoSidecar
from indexium_core.files.containers.photos.xmp import XmpError
from indexium_core.files.containers.photos.xmp_fields import ValueRefusedError
from indexium_core.files.containers.shared import refusals
from indexium_core.files.containers.shared.edit_strategy import NotEditableError
from indexium_core.model.fields.table import RATING, title_of
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, Refusal, SidecarEdit

_WHERE = "sidecar/"
_IN_BOTH = "The {} is in the photo and in its sidecar, and the sidecar cannot remove that of the photo."
_MAX_NAME = 255  # bytes of a name on every usual file system


def _fields_in(sidecar: PhotoSidecar) -> frozenset[str]:
    """Return the fields that a sidecar has; a rating of 0 is one: it means that there is none."""
    if sidecar.packet is None:
        return frozenset()
    found = {each.field for each in xmp_fields.fields_of(sidecar.packet)}
    stars = xmp_fields.place_of(RATING)
    is_rated = stars is not None and xmp_editing.find(sidecar.packet, stars) is not None
    return frozenset(found | ({RATING} if is_rated else set()))


def read_sidecar(name: bytes, content: bytes, *, stamp: str) -> PhotoSidecar:
    """Return the sidecar with some bytes; one that is not understood has a refusal and no fields."""
    shown = name.decode("utf-8", "replace")
    try:
        packet = xmp.read_packet(content)
    except XmpError as error:
        refusal = refusals.not_writable(f"The sidecar {shown} is not understood: {error}.")
        return PhotoSidecar(name=name, stamp=stamp, content=content, refusal=refusal)
    refusal = refusals.not_writable(f"The sidecar {shown} cannot be changed: {packet.problem}.")
    problem = refusal if packet.problem else None
    return PhotoSidecar(name=name, stamp=stamp, content=content, packet=packet, refusal=problem)


def with_sidecar(layout: PhotoLayout, sidecar: PhotoSidecar) -> PhotoLayout:
    """Return the layout of a photo with the fields of its sidecar."""
    own, replaced = layout.itself.fields, _fields_in(sidecar)
    beside = [] if sidecar.packet is None else xmp_fields.fields_of(sidecar.packet)
    shown = [replace(each, where=f"{_WHERE}{each.where}") for each in beside]
    shown += [each for each in own if each.field not in replaced]
    both = {each.field for each in own if each.field in replaced}
    problems = {f"-{key}": _IN_BOTH.format(title_of(key).lower()) for key in both}
    return replace(
        layout,
        field_problems={**layout.field_problems, **problems},
        fields=fields.with_unique_places(shown),
        own_fields=own,
        sidecar=replace(sidecar, fields=replaced),
    )


def choose(layout: PhotoLayout, changes: Sequence[Change], capabilities: Capabilities) -> Choice | Refusal:
    """Return the edit that creates or replaces the sidecar of a photo, or the reason for no edit."""
    sidecar = layout.sidecar
    if sidecar is None:
        return refusals.not_writable("The sidecar of the photo is unknown.")
    refusal = sidecar.refusal or next(_refusals(layout, sidecar, changes), None)
    if refusal is not None:
        return refusal
    if not capabilities.replace and not capabilities.may_break_links:
        return Refusal(code="read_only", message="The values need a sidecar, and the folder of the photo is read-only.")
    try:
        edit = SidecarEdit(name=sidecar.name, before=sidecar.content, after=_edited(sidecar, changes))
    except ValueRefusedError as error:
        return refusals.invalid_value(str(error))
    except NotEditableError as error:
        return refusals.not_writable(str(error))
    return Choice(strategy="sidecar_replace" if sidecar.stamp else "sidecar_create", edit=edit)


def _refusals(layout: PhotoLayout, sidecar: PhotoSidecar, changes: Sequence[Change]) -> Iterator[Refusal]:
    if len(sidecar.name) > _MAX_NAME:
        yield refusals.not_writable("The name of the sidecar would be longer than file systems allow.")
    writable = xmp_fields.writable_fields(sidecar.packet)
    for change in changes:
        if xmp_fields.place_of(change.field) is None:
            yield refusals.not_writable(f"A sidecar has no place for the field {change.field}.")
        elif change.field not in writable:
            yield refusals.not_writable(f"The sidecar has its {change.field} in a form that Indexium does not change.")
        old = next((each.value for each in layout.fields if each.field == change.field), None)
        is_removed = fields.apply_change(change, old) is None
        if is_removed and any(each.field == change.field for each in layout.own_fields):
            yield refusals.not_writable(f"The photo itself has a {change.field}, which a sidecar cannot remove.")


def _edited(sidecar: PhotoSidecar, changes: Sequence[Change]) -> bytes:
    """Return the new bytes; raises NotEditableError, ValueRefusedError."""
    old = sidecar.packet or xmp_fields.new_packet()
    new = xmp_fields.edited(old, changes)
    edited = {change.field for change in changes}
    if xmp_fields.remainder(old, edited) != xmp_fields.remainder(new, edited):
        raise NotEditableError("The sidecar cannot be changed without changing other parts of it.")
    size = len(sidecar.content or b"") + new.least_size() - (old.least_size() if sidecar.content else 0)
    data = new.bytes_for(size)
    if data is None or len(data) > xmp.MAX_PACKET:
        raise ValueRefusedError("The sidecar would be longer than 16 MB.")
    return data
