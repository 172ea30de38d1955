"""Compare `docs/containers.md` with the behaviour for films of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from indexium_core.files.containers import Capabilities, Choice, registry, unsupported
from indexium_core.files.reader import BytesReader
from indexium_core.model.files import strategies
from indexium_core.model.files.media import Change, Patch, Rebuild
from tests.support import readers, shapes
from tests.support.cases import each_case

PAGE = Path(__file__).resolve().parents[2] / "docs" / "containers.md"
WHERE = {"ext4": Capabilities(block=4096), "XFS, Btrfs": Capabilities(reflink=True), "elsewhere": Capabilities()}
ANY = "with `INDEXIUM_FASTSTART=any`"

# The films that test a row: cases of `shapes`, by the row's first cell.
MP4_LAST = "MP4, M4V, MOV, 3GP: index (`moov`) last, or room beside it"
MP4_FIRST = "MP4, MOV: index first, no room"
MP4_ANY = f"MP4: index first, no room, {ANY}"
LISTED, UNLISTED = "MP4 in fragments, with a list of them or absolute places", "MP4 in fragments, without a list"
MKV_FRONT, MKV_BEHIND = (
    "MKV, WebM: room for the tags in front of the media",
    "MKV, WebM: no room in front, a directory (`SeekHead`)",
)
MKV_NONE = "MKV, WebM: no room, and no directory or no sizes"
ROWS = {
    "mp4, index last": MP4_LAST,
    "mp4, room in front": MP4_LAST,
    "mp4, no room, ext4": MP4_FIRST,
    "mp4, no room, xfs": MP4_FIRST,
    "mp4, no room, memory": MP4_FIRST,
    "mp4, no room, moved to the end": MP4_ANY,
    "mp4, fragmented": LISTED,
    "mp4, fragmented, on a disk": LISTED,
    "mp4, fragmented, segment index": LISTED,
    "mp4, fragmented, no list": UNLISTED,
    "mp4, several mdat": MP4_LAST,
    "mp4, media to the end": MP4_FIRST,
    "m4v": MP4_LAST,
    "m4a": MP4_LAST,
    "mov, none": MP4_LAST,
    "mov, udta": MP4_LAST,
    "mov, keys": MP4_LAST,
    "mov, key of ffmpeg": MP4_LAST,
    "mov, items": MP4_LAST,
    "mov, phone": MP4_FIRST,
    "3gp": MP4_LAST,
    "mkv, mkvmerge": MKV_FRONT,
    "mkv, ffmpeg": MKV_BEHIND,
    "mkv, live": MKV_NONE,
    "mkv, live, SeekHead": MKV_BEHIND,
    "mkv, no SeekHead": MKV_NONE,
    "webm": MKV_BEHIND,
    "webm, live": MKV_NONE,
    "webm, stopped": MKV_FRONT,
    "avi": "AVI: room for the texts",
    "avi, no room": "AVI: no room",
    "avi, by ffmpeg": "AVI: nothing can be moved",
    "flv": "FLV",
    "flv, room": "FLV: the new comment is as long as the old one",
    "flv, by ffmpeg": "FLV: not understood",
    "wmv": "WMV, ASF: no room",
    "wmv, room": "WMV, ASF: room in the header",
    "wmv, by ffmpeg": "WMV, ASF: not understood",
    "ogv": "OGV, OGG: no room",
    "ogv, odd": "OGV, OGG: not understood",
    "ogv, room": "OGV, OGG: room in the comment header",
    "jpeg": "JPEG: no room in the XMP packet",
    "jpeg, room": "JPEG: room in the XMP packet",
    "png": "PNG: no room in the XMP packet",
    "png, room": "PNG: room in the XMP packet",
    "tiff": "TIFF, DNG",
    "tiff, room": "TIFF, DNG",
    "heif": "HEIC, AVIF: room in the XMP packet",
    "webp": "WebP: without metadata",
    "webp, room": "WebP: room in the XMP packet, or the packet is last",
}
UNDO = {Patch: "journal", Rebuild: "delta"}  # otherwise FFmpeg's own file, whose delta may be large


@dataclass(frozen=True)
class Row:
    """One row of the table and the places to which it applies."""

    strategy: str
    cost: str
    undo: str
    shown: str


def table() -> Iterator[tuple[str, str, Row]]:
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 6 and cells[2].startswith("`"):
            film, where, strategy, *rest = cells
            places = WHERE if where == "anywhere" else [name for name in WHERE if name in where]
            for place in places:
                yield film, place, Row(strategy.strip("`"), *rest)


PROMISED = {(film, place): row for film, place, row in table()}


def test_page_lists_every_write_strategy_only() -> None:
    assert {row.strategy for row in PROMISED.values()} == shapes.strategies()
    beside = {name for name in strategies.STRATEGIES if strategies.is_sidecar(name)} | {strategies.SIDE_FILES}
    assert shapes.strategies() == set(strategies.STRATEGIES) - beside - {"undo"}
    assert all(f"`{name}`" in PAGE.read_text(encoding="utf-8") for name in beside)


def test_films_and_rows_match() -> None:
    assert set(ROWS) == set(shapes.ALL) - set(shapes.FIELDS) - set(shapes.SIDECARS)
    assert {film for film, _ in PROMISED} == set(ROWS.values())


@each_case("place", WHERE)
@each_case("name", ROWS)
def test_film_is_written_with_documented_strategy(name: str, place: str) -> None:
    row = PROMISED.get((ROWS[name], place))
    if row is None:
        assert ROWS[name] == MP4_ANY  # where a better strategy is possible, it is used: the row above
        return
    choice, media = chosen(name, place)
    cloned = isinstance(choice.edit, Rebuild) and choice.edit.cloned

    assert choice.strategy == row.strategy
    assert row.undo == UNDO.get(type(choice.edit), "delta, else original")
    assert row.cost.endswith("the media's blocks are shared") == cloned
    assert (row.cost == "the whole file") == (
        not cloned and registry.cost(choice.edit, BytesReader(shapes.film(name))).bytes_written > media
    )


def chosen(name: str, place: str) -> tuple[Choice, int]:
    """Return the strategy of a film, and the number of its media bytes."""
    shape, reader, means = shapes.ALL[name], BytesReader(shapes.film(name)), WHERE[place]
    if shape.settings.get("faststart") == "any":
        means = Capabilities(keep_faststart=False)
    family, layout = registry.examine(reader)
    assert family is not None
    comment = f"People: {', '.join(shape.people)}, Bob Ray"
    changes = [Change(field="comment", old=shapes.COMMENT, new=comment)]
    media = sum(extent.length for extent in layout.payload)
    if name in shapes.FORCED:
        strategy = next(one for one in family.strategies() if one.name == shape.strategy)
        edit = strategy.plan(reader, layout, changes, means)
        return Choice(strategy=strategy.name, edit=edit), media  # type: ignore[arg-type]  # a refusal fails the test
    choice = registry.choose(family, reader, layout, changes, means)
    assert isinstance(choice, Choice), choice
    return choice, media


@each_case("name", readers.SHOWN_BY)
def test_page_lists_measured_programs(name: str) -> None:
    cells = {row.shown for (film, _), row in PROMISED.items() if film == ROWS[name]}
    named = {program.strip("`") for cell in cells for program in cell.split(", ")}
    # A program that shows it without an option also shows it with an option that reads more.
    more = {"exiftool": readers.EXIFTOOL_ALL, "mkvinfo": readers.MKVINFO_ALL}

    assert len(cells) == 1
    assert named | {more[program] for program in named if program in more} == readers.SHOWN_BY[name]


def test_unsupported_containers_are_listed_with_code() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    for kind in unsupported.KINDS:
        code = "no_strategy_yet" if kind.holds_comment else "unsupported_container"
        assert any(kind.label in row and f"`{code}`" in row for row in rows), kind.label
