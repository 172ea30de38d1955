"""Small photos and XMP packets."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, PngImagePlugin

from tests.support import heif

NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "mine": "urn:of:another:program",
}
_LISTS = """<dc:title><rdf:Alt><rdf:li xml:lang="x-default">The &lt;sea&gt;</rdf:li></rdf:Alt></dc:title>
  <dc:subject><rdf:Bag>
   <rdf:li>beach</rdf:li>
   <rdf:li>family</rdf:li>
  </rdf:Bag></dc:subject>
  <dc:creator><rdf:Seq><rdf:li>Bob</rdf:li><rdf:li>Cy</rdf:li></rdf:Seq></dc:creator>
  <Iptc4xmpExt:PersonInImage>
   <rdf:Bag><rdf:li>Anna</rdf:li><rdf:li>Zo&#xEB; Öz</rdf:li></rdf:Bag>
  </Iptc4xmpExt:PersonInImage>"""
ATTRIBUTES = f"""<rdf:Description rdf:about=""
   xmp:Rating="3" MicrosoftPhoto:Rating='50' mine:own="a &gt; b"
   photoshop:City="Rom" photoshop:DateCreated="2019-07-04">
  {_LISTS}
 </rdf:Description>"""
ELEMENTS = f"""<rdf:Description rdf:about="">
  <xmp:Rating>3</xmp:Rating>
  <mine:own>a &gt; b</mine:own>
 </rdf:Description>
 <rdf:Description rdf:about=""><photoshop:City>Rom</photoshop:City>
  <photoshop:DateCreated>2019-07-04</photoshop:DateCreated>
 </rdf:Description>
 <rdf:Description rdf:about="">
  {_LISTS}
 </rdf:Description>"""
OTHERS = """<rdf:Description rdf:about="uuid:1" mine:a="1"><!-- kept -->
  <mine:regions rdf:parseType="Resource"><mine:list><rdf:Bag>
   <rdf:li rdf:parseType="Resource"><mine:name>Ann</mine:name></rdf:li>
  </rdf:Bag></mine:list></mine:regions>
  <xmp:Rating/><dc:subject><rdf:Bag/></dc:subject></rdf:Description>"""


def packet(body: str, *, padding: int = 2000, wrapped: bool = True) -> bytes:
    """An XMP packet with some descriptions."""
    names = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    text = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF{names}>\n {body}\n</rdf:RDF></x:xmpmeta>'
    if not wrapped:
        return (text + " " * padding).encode()
    begin = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    return f'{begin}{text}{" " * padding}<?xpacket end="w"?>'.encode()


def picture(seed: int = 0, size: tuple[int, int] = (64, 48)) -> Image.Image:
    """A picture with many values, so that a changed byte of image data changes pixels."""
    found = Image.new("RGB", size)
    places = [(x, y) for y in range(size[1]) for x in range(size[0])]
    found.putdata([(x * 4 % 256, y * 5 % 256, (x * y + seed) % 256) for x, y in places])
    return found


def exif(*, rating: int | None = None, orientation: int = 1, taken: str = "2019:07:04 10:11:12") -> Image.Exif:
    found = Image.Exif()
    found[0x010F], found[0x0110], found[0x0112] = "Canon", "Canon EOS 5", orientation
    if rating is not None:
        found[0x4746], found[0x4749] = rating, {0: 0, 1: 1, 2: 25, 3: 50, 4: 75, 5: 99}[rating]
    found.get_ifd(0x8769).update(
        {0x9003: taken, 0x9291: "07 ", 0x9011: "+02:00", 0xA434: "50 mm", 0x927C: b"maker's note"}
    )
    found.get_ifd(0x8825).update({1: "N", 2: (48.0, 30.0, 0.0), 3: "W", 4: (9.0, 15.0, 0.0)})
    return found


def photo(kind: str, *, seed: int = 0, size: tuple[int, int] = (64, 48), **settings: object) -> bytes:
    """A photo by Pillow; `settings` are those of its `save`. An HEIC has a packet with room, and no other settings."""
    if kind == "heif":
        return heic(seed=seed, size=size, **settings)  # type: ignore[arg-type]  # the caller knows the settings
    out = io.BytesIO()
    picture(seed, size).save(out, {"jpeg": "JPEG", "png": "PNG", "tiff": "TIFF", "webp": "WEBP"}[kind], **settings)
    return out.getvalue()


def tagged(kind: str, data: bytes, *, seed: int = 0, size: tuple[int, int] = (64, 48)) -> bytes:
    """A photo with EXIF and an XMP packet."""
    settings: dict[str, object] = {"exif": exif(rating=2)}
    if kind == "heif":
        settings["xmp"] = data
    elif kind == "png":
        settings["pnginfo"] = PngImagePlugin.PngInfo()
        settings["pnginfo"].add_itxt("XML:com.adobe.xmp", data.decode())
    elif kind == "tiff":
        settings = {"tiffinfo": {700: data, 0x0110: "Canon EOS 5"}}
    else:
        settings["xmp"] = data
    return photo(kind, seed=seed, size=size, **settings)


def people(*names: str) -> str:
    """The description of a packet with people."""
    items = "".join(f"<rdf:li>{name}</rdf:li>" for name in names)
    return (
        '<rdf:Description rdf:about=""><Iptc4xmpExt:PersonInImage><rdf:Bag>'
        f"{items}</rdf:Bag></Iptc4xmpExt:PersonInImage></rdf:Description>"
    )


def heic(
    exif: Image.Exif | None = None, xmp: bytes | None = None, *, seed: int = 0, size: tuple[int, int] = (64, 48)
) -> bytes:
    """An HEIC whose packet has 12 KB of room; its rotation is that of EXIF, as in the files of phones."""
    items = [heif.Item(b"mime", xmp or packet("", padding=12_000), b"application/rdf+xml")]
    if exif is not None:
        items.append(heif.Item(b"Exif", bytes(4) + exif.tobytes().removeprefix(b"Exif\0\0")))
    turns = {1: 0, 8: 1, 3: 2, 6: 3}[exif[0x0112] if exif is not None else 1]
    return heif.heic(picture(seed, size), items, turns=turns)


def avif(**settings: object) -> bytes:
    """An AVIF by Pillow, with the `exif` and `xmp` of its `save`."""
    out = io.BytesIO()
    picture().save(out, "AVIF", **settings)
    return out.getvalue()


def segment(marker: int, data: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def xmp_segment(data: bytes) -> bytes:
    return segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + data)


def with_segments(data: bytes, *segments: bytes) -> bytes:
    """A JPEG with more segments behind its first one (JFIF)."""
    at = 4 + int.from_bytes(data[4:6], "big")
    return data[:at] + b"".join(segments) + data[at:]


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_exif_directory(data: bytes, **texts: bytes) -> bytes:
    """A TIFF (little-endian) with an EXIF directory at its end: texts by their tag in hexadecimal, `x9003=b"…"`."""
    at = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[at : at + 2], "little")
    old = [data[at + 2 + 12 * number :][:12] for number in range(count)]
    data += bytes(len(data) % 2)
    entries, body = [], b""
    start = len(data) + 2 + 12 * len(texts) + 4
    for name, text in sorted(texts.items()):
        value = text if len(text) <= 4 else struct.pack("<I", start + len(body))
        entries.append(struct.pack("<HHI", int(name[1:], 16), 2, len(text)) + value.ljust(4, b"\0"))
        body += (text + bytes(len(text) % 2)) if len(text) > 4 else b""
    directory = struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4) + body
    pointer = struct.pack("<HHII", 0x8769, 4, 1, len(data))
    main = sorted([*old, pointer], key=lambda each: int.from_bytes(each[:2], "little"))
    first = len(data) + len(directory)
    head = struct.pack("<H", len(main)) + b"".join(main) + bytes(4)
    return data[:4] + struct.pack("<I", first) + data[8:] + directory + head
