"""Files that hold a field in an unusual form or place, in which another field must still be written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.support import heif, media, mkv, mov, mp4, photos
from tests.support.mp4 import box
from tests.support.tag_forms import asset, loci, udta


@dataclass(frozen=True)
class OddFile:
    """A file, and the fields that it cannot store: no value, or not none."""

    container: str
    make: Callable[[Path], Path]
    unstorable: frozenset[str] = frozenset()
    lasting: frozenset[str] = frozenset()  # those that it cannot lose


def _matroska(*tags: str) -> Callable[[Path], Path]:
    """Return the maker of a film with tags by mkvpropedit; each is the content of a `Tag`."""

    def make(folder: Path) -> Path:
        path, xml = media.build("mkv", folder, comment="People: Ann"), folder / "tags.xml"
        xml.write_text("<Tags>" + "".join(f"<Tag>{tag}</Tag>" for tag in tags) + "</Tags>")
        mkv.run("mkvpropedit", path, "--tags", f"global:{xml}")
        xml.unlink()
        return path

    return make


def _simple(name: str, text: str, more: str = "") -> str:
    return f"<Simple><Name>{name}</Name><String>{text}</String>{more}</Simple>"


def _two_infos(folder: Path) -> Path:
    """The element Info occurs twice, so that it is not certain which one counts."""
    path = media.build("mkv", folder, comment="People: Ann")
    real = mkv.parts(path)
    tags = mkv.tag(mkv.simple("COMMENT", "People: Ann"))
    path.write_bytes(mkv.document(real=real, tags=tags, extra=real[mkv.INFO], after=4000))
    return path


def _with_boxes(*late: bytes, form: str = "mp4", early: bytes = b"", brand: bytes = b"") -> Callable[[Path], Path]:
    """Return the maker of an MP4 or MOV with boxes at the end of `moov`."""

    def make(folder: Path) -> Path:
        path = folder / f"clip.{form}"
        path.write_bytes(mov.with_tags(mov.bare(form), *late, early=early, brand=brand))
        return path

    return make


def _photo(kind: str, data: Callable[[], bytes]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / f"photo.{kind}"
        path.write_bytes(data())
        return path

    return make


def _with_sidecar(folder: Path) -> Path:
    """A photo and its sidecar with the same fields."""
    path = folder / "photo.jpg"
    path.write_bytes(photos.tagged("jpeg", photos.packet(photos.ELEMENTS)))
    (folder / "photo.jpg.xmp").write_bytes(photos.packet(photos.ELEMENTS, wrapped=False))
    return path


LANGUAGES = """<rdf:Description rdf:about=""><dc:title><rdf:Alt><rdf:li xml:lang="x-default">Sea</rdf:li>
<rdf:li xml:lang="de">Meer</rdf:li></rdf:Alt></dc:title><xmp:Rating>3</xmp:Rating></rdf:Description>"""


def _heic(*items: heif.Item) -> bytes:
    exif = bytes(4) + photos.exif(rating=2).tobytes().removeprefix(b"Exif\0\0")
    return heif.heic(photos.picture(), [heif.Item(b"Exif", exif), *items])


def _packet_in(**place: int) -> heif.Item:
    return heif.Item(b"mime", photos.packet(photos.ELEMENTS), b"application/rdf+xml", **place)


def both(*keys: str) -> tuple[frozenset[str], frozenset[str]]:
    """Fields that a file can neither store nor lose."""
    return frozenset(keys), frozenset(keys)


IN_ELEMENTS = frozenset({"artist", "creation_time", "keywords", "location", "rating", "title"})
ASSETS = udta(
    asset(b"titl", "Old title"),
    asset(b"dscp", "Old text"),
    asset(b"gnre", "Old genre"),
    asset(b"perf", "Old performer"),
    asset(b"auth", "Old author"),
    asset(b"cprt", "Old rights"),
    loci(48.1, 11.5, 519.25, name=b"Rom\0"),
    asset(b"albm", "Kept"),
)
SHOW = "<Targets><TargetTypeValue>70</TargetTypeValue>{}</Targets>"
COLLECTION = SHOW.format("<TargetType>COLLECTION</TargetType>")

ODD: dict[str, OddFile] = {
    "list of channels of its own": OddFile("mov", media.surround),
    "time in the tags of a Matroska": OddFile(
        "matroska", _matroska(_simple("CREATION_TIME", "2019-07-31T18:30:00Z"), _simple("ARTIST", "Bob"))
    ),
    "show without a type": OddFile(
        "matroska", _matroska(SHOW.format("") + _simple("TITLE", "Hills"), _simple("TITLE", "Old")), *both("show")
    ),
    "show with further tags": OddFile(
        "matroska",
        _matroska(COLLECTION + _simple("TITLE", "Hills", _simple("SORT_WITH", "hills"))),
        lasting=frozenset({"show"}),
    ),
    "two Infos": OddFile("matroska", _two_infos, frozenset({"title", "creation_time"})),
    "texts of 3GPP": OddFile("3gp", _with_boxes(ASSETS, brand=b"3gp4")),
    "photo with a title in two languages": OddFile(
        "jpeg", _photo("jpeg", lambda: photos.tagged("jpeg", photos.packet(LANGUAGES))), lasting=frozenset({"title"})
    ),
    "HEIC without a packet": OddFile("heif", _photo("heic", _heic), lasting=frozenset({"creation_time", "rating"})),
    "HEIC with a packet in two parts": OddFile(
        "heif", _photo("heic", lambda: _heic(_packet_in(pieces=2))), lasting=IN_ELEMENTS
    ),
    "HEIC with a packet beside the media": OddFile(
        "heif", _photo("heic", lambda: _heic(_packet_in(method=1))), lasting=IN_ELEMENTS
    ),
    "AVIF": OddFile(
        "heif", _photo("avif", lambda: photos.avif(exif=photos.exif(rating=2), xmp=photos.packet(photos.ELEMENTS)))
    ),
    "AVIF without a packet": OddFile(
        "heif",
        _photo("avif", lambda: photos.avif(exif=photos.exif(rating=2))),
        lasting=frozenset({"creation_time", "rating"}),
    ),
    "photo with a sidecar": OddFile("jpeg", _with_sidecar, lasting=IN_ELEMENTS),
    "tags in QuickTime's form": OddFile(
        "mp4", _with_boxes(udta(mp4.tags(box(b"\xa9nam", mp4.data("Old")), plain=True)), brand=b"M4A ")
    ),
    "empty tags in QuickTime's form": OddFile("mp4", _with_boxes(udta(mp4.meta(plain=True)), brand=b"M4A ")),
    "field in an unknown form": OddFile(
        "mp4", _with_boxes(udta(mp4.tags(box(b"\xa9gen", mp4.data(b"\1\2", flags=21))))), frozenset({"genre"})
    ),
}
