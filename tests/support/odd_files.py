"""Files that hold a field in an unusual form or place, in which another field must still be written."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.support import field_values, headers, media, mkv, mov, mp4, photos


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
        "matroska", _matroska(COLLECTION + _simple("TITLE", "Hills", _simple("SORT_WITH", "hills"))), frozenset({"show"})
    ),
    "two Infos": OddFile("matroska", _two_infos, frozenset({"title", "creation_time"})),
}
