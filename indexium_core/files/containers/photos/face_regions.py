"""
The named faces of a photo: regions that other programs store in XMP. Indexium reads their names and keeps every byte.

Two structures are read: `mwg-rs:Regions` (Metadata Working Group, Guidelines for Handling Metadata, section 5.9), which
Lightroom, digiKam and Picasa write, and `MP:RegionInfo` (Microsoft People Tagging) of Windows Photo Gallery.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from indexium_core import errors
from indexium_core.files.containers.photos.xmp import RDF, XmpPacket
from indexium_core.model.people import people_comment

_MWG = "http://www.metadataworkinggroup.com/schemas/regions/"
_MICROSOFT = "http://ns.microsoft.com/photo/1.2/"
_REGION = "http://ns.microsoft.com/photo/1.2/t/Region#"
_MAX_NAMES = 500  # of one photo


def has_regions(packet: XmpPacket) -> bool:
    """Return whether a packet has one of the structures, with or without names."""
    return any(packet.find([uri], name) is not None for uri, name in ((_MWG, "Regions"), (_MICROSOFT, "RegionInfo")))


def face_names(packet: XmpPacket) -> tuple[str, ...]:
    """Return the name of each face once, in file order; a text that cannot be a name is left out."""
    if not has_regions(packet):
        return ()
    # The packet has been read once, so it has no document type, no entity and a limited depth.
    root = ET.fromstring(packet.text)  # noqa: S314 - see above
    found: dict[str, str] = {}
    for text in (*_mwg_names(root), *_microsoft_names(root)):
        try:
            name = people_comment.validate_name(text)
        except errors.ValidationError:
            continue
        found.setdefault(people_comment.person_key(name), name)
    return tuple(found.values())[:_MAX_NAMES]


def _mwg_names(root: ET.Element) -> Iterator[str]:
    """Yield the names of regions of the type Face, or without a type: others are pets, focus points and bar codes."""
    for regions in root.iter(f"{{{_MWG}}}RegionList"):
        for item in regions.iter(f"{{{RDF}}}li"):
            region = item.find(f"{{{RDF}}}Description")
            region = item if region is None else region
            if _value(region, f"{{{_MWG}}}Type") in {"Face", ""}:
                yield _value(region, f"{{{_MWG}}}Name")


def _microsoft_names(root: ET.Element) -> Iterator[str]:
    for element in root.iter():
        yield _value(element, f"{{{_REGION}}}PersonDisplayName")


def _value(element: ET.Element, name: str) -> str:
    """Return a property, which is an attribute or an element; "" for none."""
    return (element.get(name) or element.findtext(name) or "").strip()
