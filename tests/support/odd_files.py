"""Files that hold a field in an unusual form or place, in which another field must still be written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.support import media, mkv, mov
from tests.support.tag_forms import asset, loci, udta


@dataclass(frozen=True)
class OddFile:
    """A file, and the fields that it cannot store."""

    container: str
    make: Callable[[Path], Path]
    unstorable: frozenset[str] = frozenset()


def _matroska(*tags: str) -> Callable[[Path], Path]:
    """A film with tags by mkvpropedit; each is the content of a `Tag`."""

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
    """An MP4 or MOV with boxes at the end of `moov`."""

    def make(folder: Path) -> Path:
        path = folder / f"clip.{form}"
        path.write_bytes(mov.with_tags(mov.bare(form), *late, early=early, brand=brand))
        return path

    return make


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
    "time in the tags of a Matroska": OddFile(
        "matroska", _matroska(_simple("CREATION_TIME", "2019-07-31T18:30:00Z"), _simple("ARTIST", "Bob"))
    ),
    "show without a type": OddFile(
        "matroska", _matroska(SHOW.format("") + _simple("TITLE", "Hills"), _simple("TITLE", "Old")), frozenset({"show"})
    ),
    "show with further tags": OddFile(
        "matroska",
        _matroska(COLLECTION + _simple("TITLE", "Hills", _simple("SORT_WITH", "hills"))),
        frozenset({"show"}),
    ),
    "two Infos": OddFile("matroska", _two_infos, frozenset({"title", "creation_time"})),
    "texts of 3GPP": OddFile("3gp", _with_boxes(ASSETS, brand=b"3gp4")),
}
