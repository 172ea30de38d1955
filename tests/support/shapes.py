"""
Every layout of a supported film, and its required strategy.

One row is one case: a container, a layout, how such a file is made, the kind of file system, the settings, and the
strategy that must be chosen. The crash and fault tests run over all rows whose strategy exists; a new strategy is one
more row. `MORE` has cases for other programs, with nothing new for crash tests.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from indexium_core.demo import clips
from indexium_core.files.containers import Capabilities, Choice, registry
from indexium_core.files.reader import BytesReader
from indexium_core.model.fields.table import COMMENT as COMMENT_FIELD
from indexium_core.model.files.media import Change, Rebuild
from tests.support import field_values, layouts, media, mkv, mp4, ogg, photos, sabotage

COMMENT = "People: Bob Ray"
CROWD = tuple(f"Person Number {number}" for number in range(150))
# Longer than the free space that any muxer leaves by chance, and shorter than the space that a muxer can be asked for.
PEOPLE = tuple(f"{name} {number}" for number in range(8) for name in ("Ann Lee", "Zoë Öz", "Jürgen Groß"))
SMALL = (64, 36)
PHOTO = (256, 192)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One case."""

    container: str  # mp4, m4a, m4v, mov, 3gp, mkv, webm, avi, flv, wmv, ogv, jpeg, png, tiff, webp
    layout: str
    strategy: str  # the required strategy
    make: Callable[[], bytes]
    place: str = "any"  # kind of file system: see `places`
    settings: Mapping[str, str | int] = field(default_factory=dict)
    whole: bool = True  # its end is not damaged
    people: tuple[str, ...] = PEOPLE  # the people to write
    values: Mapping[str, str] = field(default_factory=dict)  # the fields to write in place of people
    sidecar: bytes | None = None  # the sidecar beside it

    @property
    def file_name(self) -> str:
        return f"film.{self.container}"

    @property
    def way(self) -> str:
        """The method of the strategy: in_place, insert_range, append, reflink, copy, remux."""
        return self.strategy.partition("_")[2]

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes of a write without a library."""
        comment = "People: " + ", ".join((*self.people, "Bob Ray"))
        values = self.values or {COMMENT_FIELD: comment}
        return tuple(Change(field=key, old=None, new=value) for key, value in values.items())

    @property
    def means(self) -> Capabilities:
        """Return the capabilities of the place of such a file."""
        return Capabilities(
            block=4096 if self.place in {"ext4", "xfs"} else 0,
            reflink=self.place in {"xfs", "btrfs"},
            keep_faststart=self.settings.get("faststart") != "any",
        )


def _clip(form: str, **wanted: object) -> Callable[[], bytes]:
    """A clip as a muxer writes it."""
    return functools.partial(_built, form, **{"comment": COMMENT, "video_size": SMALL, **wanted})


def _built(form: str, **wanted: object) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        return media.build(form, Path(name), **wanted).read_bytes()


def _laid_out(arrange: Callable[[bytes], bytes], form: str, **wanted: object) -> Callable[[], bytes]:
    """A clip in another layout."""
    clip = _clip(form, **wanted)
    return lambda: arrange(clip())


def _mov(*, udta: bytes = b"", moov: bytes = b"") -> Callable[[], bytes]:
    """A QuickTime film with its comment in given fields."""
    return _laid_out(lambda data: layouts.with_fields(data, udta=udta, moov=moov), "mov", comment=None)


def _remuxed(suffix: str, *options: str) -> Callable[[], bytes]:
    """A clip that ffmpeg writes with these options of its muxer."""

    def remuxed() -> bytes:
        with tempfile.TemporaryDirectory() as name:
            source, target = Path(name, "source"), Path(name, f"target.{suffix}")
            source.write_bytes(_built("mp4", comment=COMMENT, video_size=SMALL))
            clips.run_ffmpeg(["-i", str(source), "-map", "0", "-c", "copy", *options, str(target)])
            return target.read_bytes()

    return remuxed


def _fragmented(flags: str) -> Callable[[], bytes]:
    return _remuxed("mp4", "-movflags", f"+frag_keyframe+empty_moov{flags}")


def _sound() -> bytes:
    """An audio recording."""
    with tempfile.TemporaryDirectory() as name:
        return media.sound("m4a", Path(name), comment=COMMENT).read_bytes()


def _photo(kind: str, *, seed: int, padding: int | None) -> Callable[[], bytes]:
    """A photo with its own pixels; without `padding` (in bytes) it has no XMP packet."""
    if padding is None:
        return functools.partial(photos.photo, kind, seed=seed, size=PHOTO)
    name = COMMENT.removeprefix("People: ")
    return lambda: photos.tagged(kind, photos.packet(photos.people(name), padding=padding), seed=seed, size=PHOTO)


def _phone() -> bytes:
    """Like phones: QuickTime's keys before the tracks, and the index without free space before the media."""
    clip = _clip("mov", comment=None)()
    return layouts.media_to_the_end(layouts.with_fields(clip, early=PHONE))


def _merged() -> bytes:
    with tempfile.TemporaryDirectory() as name:
        return mkv.mkvmerge_clip(Path(name), comment=COMMENT).read_bytes()


PHONE = mp4.keyed(
    [("com.apple.quicktime.make", "Apple"), ("com.apple.quicktime.creationdate", "2024-05-06T07:08:09+0200")],
    plain=True,
)


def strategies() -> set[str]:
    """Return the names of the existing strategies."""
    return {strategy.name for family in registry.FAMILIES for strategy in family.strategies()}


def _as_long() -> str:
    """Return a comment with the same number of bytes as the one that replaces it."""
    new = f"People: {', '.join(PEOPLE)}, Bob Ray"
    return f"{COMMENT}\n" + "x" * (len(new.encode()) - len(COMMENT) - 1)


def _before(name: str) -> Callable[[], bytes]:
    """The film of another case after a first write, which leaves free space."""

    def make() -> bytes:
        reader = BytesReader(film(name))
        family, layout = registry.examine(reader)
        assert family is not None
        chosen = next(one for one in family.strategies() if one.name == SHAPES[name].strategy)
        edit = chosen.plan(
            reader, layout, [Change(field="comment", old=COMMENT, new=f"{COMMENT}, Cy Orr")], Capabilities()
        )
        assert isinstance(edit, Rebuild), edit
        return sabotage.edited(film(name), edit)

    return make


RICH = {"chapters": 2, "subtitles": True, "languages": ("eng", "ger")}

SHAPES: dict[str, Shape] = {
    # MP4: six layouts
    "mp4, index last": Shape(
        container="mp4", layout="moov last", strategy="mp4_in_place", make=_clip("mp4", cover=True, **RICH)
    ),
    "mp4, room in front": Shape(
        container="mp4", layout="moov first, room", strategy="mp4_in_place", make=_clip("mp4_room")
    ),
    "mp4, no room, ext4": Shape(
        container="mp4",
        layout="moov first, no room",
        strategy="mp4_insert_range",
        make=_clip("mp4_faststart"),
        place="ext4",
    ),
    "mp4, no room, xfs": Shape(
        container="mp4", layout="moov first, no room", strategy="mp4_reflink", make=_clip("mp4_faststart"), place="xfs"
    ),
    "mp4, no room, memory": Shape(
        container="mp4",
        layout="moov first, no room",
        strategy="mp4_copy",
        make=_clip("mp4_faststart", **RICH),
        place="memory",
    ),
    "mp4, no room, moved to the end": Shape(
        container="mp4",
        layout="moov first, no room",
        strategy="mp4_append",
        make=_clip("mp4_faststart"),
        place="memory",
        settings={"faststart": "any"},
    ),
    "mp4, fragmented": Shape(
        container="mp4", layout="fragmented", strategy="mp4_copy", make=_clip("mp4_fragmented"), place="memory"
    ),
    "mp4, several mdat": Shape(
        container="mp4",
        layout="moov last, two mdat, 64 bits",
        strategy="mp4_in_place",
        make=_laid_out(layouts.several_mdat, "mp4"),
    ),
    "mp4, media to the end": Shape(
        container="mp4",
        layout="moov first, mdat of size 0, co64",
        strategy="mp4_insert_range",
        make=_laid_out(layouts.media_to_the_end, "mp4"),
        place="ext4",
    ),
    "m4v": Shape(container="m4v", layout="moov last", strategy="mp4_in_place", make=_clip("m4v")),
    "m4a": Shape(container="m4a", layout="sound alone", strategy="mp4_in_place", make=_sound),
    # QuickTime: four ways of storing a comment
    "mov, udta": Shape(
        container="mov",
        layout="udta/©cmt",
        strategy="mp4_in_place",
        make=_mov(udta=mp4.box(b"\xa9cmt", mp4.string(COMMENT))),
    ),
    "mov, keys": Shape(
        container="mov",
        layout="meta/keys com.apple.quicktime.comment",
        strategy="mp4_in_place",
        make=_mov(moov=mp4.keyed([("com.apple.quicktime.comment", COMMENT)], plain=True)),
    ),
    "mov, key of ffmpeg": Shape(
        container="mov",
        layout="udta/meta/keys comment",
        strategy="mp4_in_place",
        make=_clip("mov_keys"),
    ),
    "mov, items": Shape(
        container="mov",
        layout="udta/meta/ilst/©cmt",
        strategy="mp4_in_place",
        make=_mov(udta=mp4.tags(mp4.cmt(COMMENT))),
    ),
    # Matroska: four shapes
    "mkv, ffmpeg": Shape(
        container="mkv", layout="as ffmpeg", strategy="matroska_in_place", make=_clip("mkv", cover=True, **RICH)
    ),
    "mkv, mkvmerge": Shape(
        container="mkv", layout="as mkvmerge, everything in it", strategy="matroska_in_place", make=_merged
    ),
    "mkv, live": Shape(
        container="mkv",
        layout="as recorded, sizes unknown",
        strategy="matroska_copy",
        make=_laid_out(layouts.as_recorded, "mkv"),
        place="memory",
    ),
    "mkv, no SeekHead": Shape(
        container="mkv",
        layout="tags before clusters, no SeekHead",
        strategy="matroska_copy",
        make=_laid_out(layouts.without_seek_head, "mkv"),
    ),
    "webm": Shape(container="webm", layout="as ffmpeg", strategy="matroska_in_place", make=_clip("webm")),
    "webm, stopped": Shape(
        container="webm",
        layout="as recorded, sizes unknown, room in front, the last block cut short",
        strategy="matroska_in_place",
        make=_laid_out(layouts.stopped, "webm"),
        whole=False,
    ),
    # Other containers
    "avi": Shape(container="avi", layout="as ffmpeg", strategy="avi_in_place", make=_clip("avi")),
    "flv": Shape(container="flv", layout="as ffmpeg", strategy="flv_copy", make=_clip("flv")),
    "wmv": Shape(container="wmv", layout="as ffmpeg", strategy="asf_copy", make=_clip("wmv")),
    "ogv": Shape(container="ogv", layout="as ffmpeg", strategy="ogg_copy", make=_clip("ogv")),
    # At the small size the last frame is an empty packet; ffmpeg drops it, and verification rejects that.
    "ogv, odd": Shape(
        container="ogv",
        layout="headers with a position in time",
        strategy="ogg_remux",
        make=_laid_out(ogg.with_positions, "ogv", video_size=(160, 90)),
    ),
}

MORE: dict[str, Shape] = {
    "mp4, fragmented, on a disk": Shape(
        container="mp4", layout="fragmented, absolute places, mfra", strategy="mp4_copy", make=_fragmented("")
    ),
    "mp4, fragmented, segment index": Shape(
        container="mp4",
        layout="fragmented, sidx, mfra",
        strategy="mp4_copy",
        make=_fragmented("+default_base_moof+global_sidx"),
    ),
    "mp4, fragmented, no list": Shape(
        container="mp4",
        layout="fragmented, neither sidx nor mfra",
        strategy="mp4_insert_range",
        make=_fragmented("+default_base_moof+skip_trailer"),
        place="ext4",
    ),
    "mov, none": Shape(container="mov", layout="no comment", strategy="mp4_in_place", make=_clip("mov", comment=None)),
    "mov, phone": Shape(
        container="mov",
        layout="meta/keys before the tracks, moov first, no room",
        strategy="mp4_insert_range",
        make=_phone,
        place="ext4",
    ),
    "3gp": Shape(container="3gp", layout="moov last", strategy="mp4_in_place", make=_remuxed("3gp")),
    "mkv, live, SeekHead": Shape(
        container="mkv",
        layout="as ffmpeg streams, size of the segment unknown",
        strategy="matroska_in_place",
        make=_clip("mkv_live"),
    ),
    "webm, live": Shape(
        container="webm",
        layout="as recorded, sizes unknown",
        strategy="matroska_copy",
        make=_laid_out(layouts.as_recorded, "webm"),
    ),
}
PHOTOS: dict[str, Shape] = {
    "jpeg": Shape(container="jpeg", layout="no padding", strategy="jpeg_copy", make=_photo("jpeg", seed=1, padding=0)),
    "jpeg, room": Shape(
        container="jpeg", layout="padding", strategy="jpeg_in_place", make=_photo("jpeg", seed=2, padding=3000)
    ),
    "png": Shape(container="png", layout="no packet", strategy="png_copy", make=_photo("png", seed=3, padding=None)),
    "png, room": Shape(
        container="png", layout="padding", strategy="png_in_place", make=_photo("png", seed=4, padding=3000)
    ),
    "tiff": Shape(
        container="tiff", layout="no packet", strategy="tiff_in_place", make=_photo("tiff", seed=5, padding=None)
    ),
    "tiff, room": Shape(
        container="tiff", layout="padding", strategy="tiff_in_place", make=_photo("tiff", seed=6, padding=3000)
    ),
    "webp": Shape(container="webp", layout="no VP8X", strategy="webp_copy", make=_photo("webp", seed=7, padding=None)),
    "heif": Shape(
        container="heif", layout="padding", strategy="heif_in_place", make=_photo("heif", seed=9, padding=3000)
    ),
    "webp, room": Shape(
        container="webp", layout="packet at the end", strategy="webp_in_place", make=_photo("webp", seed=8, padding=0)
    ),
}
EVERY = SHAPES | MORE | PHOTOS

# Films with more or less free space than ffmpeg leaves; and films for which a last resort is forced.
AGAIN: dict[str, Shape] = {
    "avi, no room": Shape(
        container="avi",
        layout="as ffmpeg, too little room",
        strategy="avi_copy",
        make=_clip("avi", seed=1),  # another film: people belong to all files with the same content
        people=CROWD,
    ),
    "flv, room": Shape(
        container="flv",
        layout="as long a comment",
        strategy="flv_in_place",
        make=_clip("flv", comment=_as_long()),
    ),
    "ogv, room": Shape(container="ogv", layout="as we leave it", strategy="ogg_in_place", make=_before("ogv")),
    "wmv, room": Shape(container="wmv", layout="as we leave it", strategy="asf_in_place", make=_before("wmv")),
}
FORCED: dict[str, Shape] = {
    "avi, by ffmpeg": Shape(container="avi", layout="any", strategy="avi_remux", make=_clip("avi")),
    "flv, by ffmpeg": Shape(container="flv", layout="any", strategy="flv_remux", make=_clip("flv")),
    "wmv, by ffmpeg": Shape(container="wmv", layout="any", strategy="asf_remux", make=_clip("wmv")),
}
# Every field of a container at once, by the strategy that it needs.
_OF_FIELDS = {
    "avi": "avi_in_place",
    "flv": "flv_copy",
    "asf": "asf_copy",
    "ogg": "ogg_copy",
    "matroska": "matroska_in_place",
    "webm": "matroska_in_place",
    "mp4": "mp4_in_place",
    "mov": "mp4_in_place",
    "3gp": "mp4_in_place",
    "jpeg": "jpeg_copy",
    "png": "png_copy",
    "tiff": "tiff_in_place",
    "webp": "webp_copy",
    "heif": "heif_in_place",
}
_BASES = {"asf": "wmv", "ogg": "ogv", "matroska": "mkv, ffmpeg", "mp4": "mp4, index last", "mov": "mov, none"}


def _of_fields(container: str, strategy: str, *keys: str, base: str = "") -> Shape:
    """The film of another case, with some fields to write."""
    shape = EVERY[base or _BASES.get(container, container)]
    fields = [*field_values.fields_of(container), *field_values.custom_fields_of(container)]
    values = {each.key: field_values.values_of(each, container)[0] for each in fields}
    chosen = {key: value for key, value in values.items() if key in (keys or values)}
    layout = f"{shape.layout}; {', '.join(keys) or 'every field'}"
    return replace(shape, layout=layout, strategy=strategy, values=chosen)


FIELDS = {
    f"{container}, every field": _of_fields(container, _OF_FIELDS[container]) for container in field_values.CONTAINERS
} | {
    f"{name}, every field": _of_fields(shape.container, shape.strategy, base=name)
    for name, shape in PHOTOS.items()
    if name != shape.container  # with room for the packet
}
# Photos that cannot take the people: only whole libraries write these cases.
SIDECARS: dict[str, Shape] = {
    "heif, no sidecar": Shape(
        container="heif", layout="no room", strategy="sidecar_create", make=_photo("heif", seed=10, padding=0)
    ),
    "heif, sidecar": Shape(
        container="heif",
        layout="no room, a sidecar",
        strategy="sidecar_replace",
        make=_photo("heif", seed=11, padding=0),
        sidecar=photos.packet(photos.OTHERS),
    ),
}
ALL = EVERY | AGAIN | FORCED | FIELDS | SIDECARS


def add_single_fields() -> None:
    """Add a case for each field of each container, by the strategy that is chosen for it."""
    for container, each in field_values.CASES:
        shape = _of_fields(container, "", each.key)
        reader = BytesReader(film(_BASES.get(container, container)))
        family, layout = registry.examine(reader)
        assert family is not None
        choice = registry.choose(family, reader, layout, shape.changes, shape.means)
        assert isinstance(choice, Choice), f"{container}, {each.key}: {choice}"
        ALL[f"{container}, {each.key}"] = replace(shape, strategy=choice.strategy)


@functools.cache
def film(name: str) -> bytes:
    """Return the bytes of a case's film, made once."""
    return ALL[name].make()


def ready(*, forced: bool = False) -> list[str]:
    """Return the cases whose strategy exists; `forced`: also those that no library would choose."""
    found = strategies()
    return [name for name, shape in (ALL if forced else EVERY | AGAIN).items() if shape.strategy in found]


def one_of_each(*facts: str, forced: bool = False) -> list[str]:
    """
    Return one case for each container, strategy and kind of end, or for other `facts`; in-place strategies come last.
    """
    found: dict[tuple[str, ...], str] = {}
    for name in ready(forced=forced):
        found.setdefault(tuple(getattr(ALL[name], fact) for fact in facts or ("container", "strategy", "whole")), name)
    return sorted(found.values(), key=lambda name: ALL[name].strategy.endswith("in_place"))
