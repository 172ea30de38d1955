"""Photos: written through XMP with equal pixels, verified by Pillow, and read by other programs."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import time
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from indexium_core import errors
from indexium_core.files import delta, fingerprint, probe, thumbnail, verify
from indexium_core.files.containers import Capabilities, registry
from indexium_core.files.containers.photos import jpeg
from indexium_core.files.containers.photos.photo import PhotoFamily, PhotoLayout
from indexium_core.files.reader import BytesReader, FileReader
from indexium_core.files.swap import content
from indexium_core.files.verify import Evidence
from indexium_core.model.files import fields
from indexium_core.model.files.media import Change, Patch, Rebuild, Refusal
from tests.support import heif, photos, sabotage
from tests.support.cases import each_case
from tests.support.effort import effort
from tests.support.oracles import oracle
from tests.support.photos import chunk, exif, packet, photo, segment, with_segments, xmp_segment

KINDS = [family.name for family in registry.PHOTOS]
HERE = Capabilities(replace=False)
VALUES = {
    "comment": ("People: Ann Lee, Zoë Öz", "People: Zoë Öz"),
    "title": ("Zoë's <long> way & home", "Other"),
    "description": ("Two\nlines", "One"),
    "keywords": ("beach; family", "winter"),
    "artist": ("Ann", "Bob"),
    "copyright": ("© 2019 Ann", "Bob"),
    "rating": ("4", "5"),
    "creation_time": ("2019-07-31T18:30:05.12+02:00", "2020-01-02T03:04:05"),
    "location": ("Zürich", "Rom"),
}
JPEG_OPTIONS = {"icc_profile": b"profile" * 40, "dpi": (72, 72), "comment": b"a comment"}


def family_of(data: bytes) -> PhotoFamily:
    return next(family for family in registry.PHOTOS if family.recognises(data[:1024]))


def examined(data: bytes) -> PhotoLayout:
    return family_of(data).examine(BytesReader(data))


def shown(data: bytes) -> dict[str, str]:
    return {each.field: each.value for each in examined(data).fields if each.takes_value}


def changes_of(data: bytes, values: Mapping[str, str | None]) -> list[Change]:
    """The changes of a plan: one for each place of each field."""
    found = []
    for key, value in values.items():
        places = [each for each in examined(data).fields if each.field == key]
        for place in places:
            new = value if place.takes_value else None
            found.append(Change(field=key, old=place.value, new=new, where=place.where))
        if not places:
            found.append(Change(field=key, old=None, new=value))
    return found


def planned(
    data: bytes, values: Mapping[str, str | None], means: Capabilities | None = None
) -> tuple[str, Patch | Rebuild] | Refusal:
    family, reader = family_of(data), BytesReader(data)
    layout = family.examine(reader)
    changes = fields.primary_changes(changes_of(data, values))
    choice = registry.choose(family, reader, layout, changes, means or Capabilities())
    if isinstance(choice, Refusal):
        return choice
    assert isinstance(choice.edit, Patch | Rebuild)
    return choice.strategy, choice.edit


def evidence(data: bytes, path: Path, edited: Mapping[str, str | None]) -> Evidence:
    path.write_bytes(data)
    with FileReader(bytes(path)) as reader:
        layout = family_of(data).examine(reader)
        return verify.gather(bytes(path), reader, family_of(data), layout, edited=tuple(edited))


def written(data: bytes, values: Mapping[str, str | None], folder: Path, means: Capabilities | None = None) -> bytes:
    """Write, prove it with both halves of the verification, compare the pixels, and undo it."""
    changes = changes_of(data, values)
    plan = planned(data, values, means)
    assert not isinstance(plan, Refusal), plan.message
    strategy, edit = plan
    assert not isinstance(edit, Rebuild) or content.first_lost(edit, examined(data).payload) is None
    assert isinstance(edit, Patch) == strategy.endswith("_in_place")
    after = sabotage.edited(data, edit)
    path = folder / "photo"
    before_facts = evidence(data, path, values)
    verify.expect(before_facts, changes)
    after_facts = evidence(after, path, values)
    verify.compare(before_facts, after_facts, fields.primary_changes(changes))
    assert {key: after_facts.fields[key] for key in values} == dict(values)  # as Pillow shows them
    assert {key: shown(after).get(key) for key in values} == dict(values)
    assert pixels(after) == pixels(data)
    assert identity(after) == identity(data)
    if isinstance(edit, Rebuild):
        reverse = delta.inverted(edit, BytesReader(data))
        assert reverse is not None
        assert sabotage.edited(after, reverse) == data
    return after


def identity(data: bytes) -> str | None:
    return fingerprint.payload_hash(BytesReader(data), examined(data).payload, full=True)


def exif_ratings(data: bytes) -> tuple[object, object]:
    """The rating and the percentage of EXIF, as Pillow reads them."""
    found = Image.Exif()
    if family_of(data).name == "heif":
        parts = examined(data).parts
        assert parts is not None
        assert parts.exif is not None
        found.load(data[parts.exif.offset : parts.exif.end])
    else:
        with Image.open(io.BytesIO(data)) as image:
            found = image.getexif()
    return found[0x4746], found[0x4749]


def pixels(data: bytes) -> list[bytes]:
    """The pixels of every picture of a photo, decoded by FFmpeg for an HEIC or AVIF and by Pillow for others."""
    if family_of(data).name == "heif":
        with av.open(io.BytesIO(data)) as media:
            return [frame.to_ndarray(format="rgb24").tobytes() for frame in media.decode(video=0)]
    found = []
    with Image.open(io.BytesIO(data)) as image:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            found.append(image.convert("RGBA").tobytes())
    return found


def told(data: bytes, folder: Path) -> dict[str, object]:
    """Everything that ExifTool says about a photo."""
    path = folder / "told"
    path.write_bytes(data)
    out = subprocess.run(
        [oracle("exiftool"), "-j", "-n", "-G1", "-a", "-struct", str(path)], capture_output=True, check=True
    ).stdout
    (found,) = json.loads(out)
    return {key: value for key, value in found.items() if not key.startswith(("System:", "SourceFile", "ExifTool:"))}


# Every field of every kind


@effort.examples(120, 600)
@given(st.lists(st.sampled_from([b"\xff", b"\xd9", b"\xd8", b"\0"])).map(b"".join))
def test_end_of_image_is_found_at_every_place(block: bytes) -> None:
    assert jpeg._has_end(block) == (b"\xff\xd9" in block)


@each_case("kind", KINDS)
@each_case("field", VALUES)
def test_field_is_written_replaced_and_removed(kind: str, field: str, tmp_path: Path) -> None:
    first, second = VALUES[field]
    one = written(photo(kind), {field: first}, tmp_path)
    two = written(one, {field: second}, tmp_path, HERE)
    assert shown(two) == {field: second}
    assert len(two) == len(one)
    assert shown(written(two, {field: None}, tmp_path, HERE)) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_all_fields_at_once_beside_exif(kind: str, tmp_path: Path) -> None:
    data = photo(kind, exif=exif(rating=2))
    taken = {} if kind == "tiff" else {"creation_time": "2019-07-04T10:11:12.07+02:00"}  # Pillow: none
    assert shown(data) == {"rating": "2", **taken}
    new = written(data, {key: value for key, (value, _) in VALUES.items()}, tmp_path)
    rated = {each.where for each in examined(new).fields if each.field == "rating"}
    assert rated == {"XMP/Rating"}  # EXIF agrees
    assert exif_ratings(new) == (4, 75)
    gone = written(new, {"rating": None}, tmp_path, HERE)
    assert exif_ratings(gone) == (0, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_exiftool_shows_fields_and_nothing_else_changed(kind: str, tmp_path: Path) -> None:
    data = photo(kind, exif=exif())
    new = written(data, {key: value for key, (value, _) in VALUES.items()}, tmp_path)
    before, after = told(data, tmp_path), told(new, tmp_path)
    taken = {} if kind == "tiff" else {"DateTimeOriginal": "2019:07:31 18:30:05", "SubSecTimeOriginal": 12}
    assert {key: after.get(f"ExifIFD:{key}") for key in taken} == taken
    xmp = {key.partition(":")[2]: value for key, value in after.items() if key.startswith("XMP")}
    assert xmp | {"XMPToolkit": ""} == {
        "XMPToolkit": "",
        "PersonInImage": ["Ann Lee", "Zoë Öz"],
        "Title": "Zoë's <long> way & home",
        "Description": "Two\nlines",
        "Subject": ["beach", "family"],
        "Creator": ["Ann"],
        "Rights": "© 2019 Ann",
        "Rating": 4,
        "RatingPercent": 75,
        **({"DateCreated": "2019:07:31 18:30:05.12+02:00"} if kind == "tiff" else {}),  # the others have it in EXIF
        "City": "Zürich",
    }
    planned_too = ("XMP", "RIFF:WebP_Flags", "ExifIFD:DateTimeOriginal", "ExifIFD:SubSecTimeOriginal", "Composite:")
    others = {key: value for key, value in after.items() if not key.startswith(planned_too)}
    assert {key: value for key, value in others.items() if before.get(key) != value and key in before} == {}
    assert not {key for key in others if "Warning" in key} - set(before)


@pytest.mark.parametrize("kind", KINDS)
def test_exiv2_reads_the_result(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(written(photo(kind, exif=exif()), {"title": "Sea", "rating": "4"}, tmp_path))
    done = subprocess.run([oracle("exiv2"), "-PXkt", str(path)], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    found = dict(line.split(None, 1) for line in done.stdout.splitlines())
    assert found["Xmp.xmp.Rating"] == "4"
    assert found["Xmp.dc.title"] == 'lang="x-default" Sea'


@pytest.mark.parametrize("kind", KINDS)
def test_photo_of_exiftool_is_edited(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "photo.bin"
    path.write_bytes(photo(kind))
    tags = ["-XMP:Title=Sea", "-XMP:Rating=3", "-XMP:PersonInImage=Anna", "-XMP:Label=kept"]
    subprocess.run([oracle("exiftool"), "-q", "-overwrite_original", *tags, str(path)], check=True)
    data = path.read_bytes()
    assert shown(data) == {"comment": "People: Anna", "title": "Sea", "rating": "3"}
    new = written(data, {"rating": "5", "comment": "People: Anna, Bob"}, tmp_path)
    assert told(new, tmp_path)["XMP-xmp:Label"] == "kept"


# Facts


@pytest.mark.parametrize("kind", KINDS)
def test_probe_returns_facts_of_a_photo(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(photo(kind, exif=exif(rating=3, orientation=6)))
    with FileReader(bytes(path)) as reader:
        family = family_of(path.read_bytes())
        facts = probe.facts_of(reader, family, family.examine(reader))
    assert (facts.state, facts.container, facts.streams, facts.message) == ("ok", kind, (), "")
    taken = "2019-07-04T10:11:12.07+02:00"
    assert facts.fields == {"rating": "3", **({} if kind == "tiff" else {"creation_time": taken})}
    assert facts.file_hash is not None
    assert facts.strategy.startswith(kind)
    in_exif = {"taken": taken, "lens": "50 mm", "position": "48.5, -9.25"}
    assert facts.tags["container"] == {
        "width": "48",
        "height": "64",
        "camera": "Canon EOS 5",
        **({} if kind == "tiff" else in_exif),  # Pillow does not write these directories into a TIFF
    }


@pytest.mark.parametrize("kind", KINDS)
def test_family_is_found_by_the_bytes(kind: str) -> None:
    family = registry.family_of(BytesReader(photo(kind)))
    assert family is not None
    assert family.name == kind


@pytest.mark.parametrize(
    ("taken", "shown_as"),
    [
        ("0000:00:00 00:00:00", ""),
        ("    :  :     :  :  ", ""),
        ("2019:13:40 25:61:00", ""),
        ("2019-07-04 10:11:12", "2019-07-04T10:11:12.07+02:00"),
        ("2019:07:04 10:11:12Z", "2019-07-04T10:11:12.07Z"),
    ],
)
def test_dates_of_cameras(taken: str, shown_as: str) -> None:
    assert examined(photo("jpeg", exif=exif(taken=taken))).exif.taken == shown_as


# JPEG


def test_jpeg_packet_with_room_is_patched(tmp_path: Path) -> None:
    data = with_segments(photo("jpeg", exif=exif(rating=2), **JPEG_OPTIONS), xmp_segment(packet(photos.ATTRIBUTES)))
    plan = planned(data, {"rating": "5"})
    assert not isinstance(plan, Refusal)
    assert plan[0] == "jpeg_in_place"
    new = written(data, {"rating": "5"}, tmp_path, HERE)
    assert sum(old != changed for old, changed in zip(data, new, strict=True)) == 5  # 5, 99 twice; 25 to 99 is one byte
    assert "XMP/Rating" in {each.where for each in examined(data).fields}


def test_jpeg_packet_without_room_needs_a_new_file(tmp_path: Path) -> None:
    data = with_segments(photo("jpeg"), xmp_segment(packet(photos.ELEMENTS, padding=0)))
    title = {"title": "long " * 20}
    refused = planned(data, title, HERE)
    assert isinstance(refused, Refusal)
    assert planned(data, title)[0] == "jpeg_copy"  # type: ignore[index]  # a refusal fails the test
    assert photos.NAMESPACES["mine"].encode() in written(data, title, tmp_path)


def test_jpeg_packet_goes_behind_exif_and_in_front_of_the_rest(tmp_path: Path) -> None:
    new = written(photo("jpeg", exif=exif(), **JPEG_OPTIONS), {"title": "T"}, tmp_path)
    order = [new.index(mark) for mark in (b"JFIF", b"Exif\0\0", b"ns.adobe.com/xap", b"ICC_PROFILE", b"a comment")]
    assert order == sorted(order)


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_shared_image_data_move_by_whole_blocks(kind: str, tmp_path: Path) -> None:
    data, means = photo(kind), Capabilities(reflink=True, clone_block=4096)
    plan = planned(data, {"title": "Zoë"}, means)
    assert not isinstance(plan, Refusal)
    assert isinstance(plan[1], Rebuild)
    assert plan[1].cloned
    assert (len(written(data, {"title": "Zoë"}, tmp_path, means)) - len(data)) % 4096 == 0


def test_jpeg_packet_has_a_limit() -> None:
    refused = planned(photo("jpeg"), {"description": "x" * 70_000})
    assert isinstance(refused, Refusal)
    assert refused.code == "invalid_value"
    assert "longer than 65,504 bytes" in refused.message


def test_further_images_keep_their_positions(tmp_path: Path) -> None:
    out = io.BytesIO()
    picture = photos.picture()
    picture.save(out, "MPO", save_all=True, append_images=[picture.rotate(90, expand=True)])
    new = written(out.getvalue(), {"title": "T"}, tmp_path)
    assert len(pixels(new)) == 2
    late = out.getvalue()
    at = late.index(b"\xff\xe2")
    behind = at + 2 + int.from_bytes(late[at + 2 : at + 4], "big")
    late = late[:behind] + xmp_segment(packet(photos.ELEMENTS, padding=0)) + late[behind:]
    (_, copying), layout = family_of(late).strategies(), examined(late)
    refused = copying.plan(BytesReader(late), layout, changes_of(late, {"title": "long " * 20}), Capabilities())
    assert isinstance(refused, Refusal)
    assert "further images" in refused.message


def test_preview_behind_the_image_keeps_its_distance_from_exif(tmp_path: Path) -> None:
    data = photo("jpeg", exif=exif()) + photo("jpeg", quality=10)
    new = written(data, {"title": "T"}, tmp_path)
    distance = [each.rindex(b"\xff\xd8\xff") - each.index(b"Exif\0\0") for each in (data, new)]
    assert distance[0] == distance[1]


@pytest.mark.parametrize("tail", [b"video of a motion photo", bytes(5000), b"SEFT"])
def test_bytes_behind_the_end_are_kept(tail: bytes, tmp_path: Path) -> None:
    data = photo("jpeg") + tail
    assert written(data, {"title": "T"}, tmp_path).endswith(tail)


def test_two_packets_are_not_changed() -> None:
    first, second = (xmp_segment(packet(f'<rdf:Description xmp:Rating="{stars}"/>')) for stars in (1, 2))
    data = with_segments(photo("jpeg"), first, second)
    assert shown(data) == {"rating": "1"}
    refused = planned(data, {"rating": "5"})
    assert isinstance(refused, Refusal)
    assert "two XMP packets" in refused.message


def test_field_in_the_extended_packet_is_refused(tmp_path: Path) -> None:
    extended = packet("<rdf:Description><dc:title>T</dc:title></rdf:Description>", wrapped=False)
    head = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + len(extended).to_bytes(4, "big") + bytes(4)
    parts = (xmp_segment(packet('<rdf:Description xmp:Rating="1"/>')), segment(0xE1, head + extended))
    data = with_segments(photo("jpeg"), *parts)
    refused = planned(data, {"title": "New"})
    assert isinstance(refused, Refusal)
    assert "title" in refused.message
    assert extended in written(data, {"rating": "5"}, tmp_path)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda data: data[:4] + b"\xff\xff" + data[6:], "incomplete"),
        (lambda data: data[:100], "incomplete"),
        (lambda data: data[:4] + b"\0\x20" + data[6:], "contradict"),
        (lambda data: b"\xff\xd8\xff\xd9" + bytes(10), "no image data"),
    ],
)
def test_damaged_jpeg_is_corrupt(damage: object, sentence: str) -> None:
    problem = examined(damage(photo("jpeg"))).problem  # type: ignore[operator]  # a lambda
    assert problem is not None
    assert problem.code == "corrupt"
    assert sentence in problem.message


def test_malformed_exif_does_not_block_a_write(tmp_path: Path) -> None:
    data = photo("jpeg", exif=exif())
    at = data.index(b"Exif\0\0") + 6
    order = "little" if data[at : at + 2] == b"II" else "big"
    for place, value in ((8, 60_000), (2, 0xFFFF)):
        bad = data[: at + place] + value.to_bytes(2, order) + data[at + place + 2 :]  # type: ignore[arg-type]
        assert examined(bad).exif.camera == ""
        edit = planned(bad, {"title": "T"})
        assert not isinstance(edit, Refusal)


@pytest.mark.parametrize(
    "bad",
    [
        b'<!DOCTYPE x [<!ENTITY r "4">]>' + packet('<rdf:Description xmp:Rating="&r;"/>'),
        packet('<rdf:Description xmp:Rating="1"/><rdf:Description xmp:Rating="2"/>'),
    ],
)
@pytest.mark.parametrize("key", ["title", "rating"])
def test_bad_packet_is_not_changed(bad: bytes, key: str) -> None:
    refused = planned(with_segments(photo("jpeg"), xmp_segment(bad)), {key: "5"})
    assert isinstance(refused, Refusal)
    assert refused.code == "no_strategy_yet"


def test_text_beside_the_people_is_refused() -> None:
    refused = planned(photo("jpeg"), {"comment": "Holiday"})
    assert isinstance(refused, Refusal)
    assert refused.code == "invalid_value"


def test_changed_byte_is_noticed_by_both_halves(tmp_path: Path) -> None:
    data = photo("jpeg", exif=exif(), **JPEG_OPTIONS)
    values = {"title": "T"}
    plan = planned(data, values)
    assert not isinstance(plan, Refusal)
    after = bytearray(sabotage.edited(data, plan[1]))
    before = evidence(data, tmp_path / "photo", values)
    changes = fields.primary_changes(changes_of(data, values))
    marks = (
        (b"maker's note", "side_data"),
        (b"profile", "side_data"),
        (b"\xff\xdb", "streams"),
        (b"T</rdf", "title"),
    )
    for mark, check in marks:
        bad = bytearray(after)
        bad[after.index(mark) + (0 if check == "title" else 6)] ^= 1
        with pytest.raises(errors.VerificationError) as caught:
            verify.compare(before, evidence(bytes(bad), tmp_path / "photo", values), changes)
        assert check in caught.value.message
        assert ("structure" in caught.value.message) == (check != "title")
    bad = bytearray(after)
    bad[-20] ^= 1
    with pytest.raises(errors.VerificationError, match="media bytes changed"):
        verify.compare(before, evidence(bytes(bad), tmp_path / "photo", values), changes)


# PNG


def with_chunks(data: bytes, *chunks: bytes, behind: bool = False) -> bytes:
    """A PNG with more chunks behind the header, or behind the image."""
    at = data.index(b"IEND") - 4 if behind else 33
    return data[:at] + b"".join(chunks) + data[at:]


def chunk_of(data: bytes, kind: bytes) -> bytes:
    """The first chunk of a kind, whole."""
    at = data.index(kind) - 4
    return data[at : at + 12 + int.from_bytes(data[at : at + 4], "big")]


TEXT = b"XML:com.adobe.xmp\0"


def test_png_packet_is_patched_with_its_checksum(tmp_path: Path) -> None:
    data = with_chunks(photo("png", exif=exif(rating=2)), chunk(b"iTXt", TEXT + bytes(4) + packet(photos.ELEMENTS)))
    assert shown(data)["rating"] == "3"
    assert {each.where for each in examined(data).fields if each.field == "rating"} == {
        "XMP/Rating",
        "EXIF/Rating",
        "EXIF/RatingPercent",
    }
    new = written(data, {"rating": "5"}, tmp_path, HERE)
    assert {each.where for each in examined(new).fields if each.field == "rating"} == {"XMP/Rating"}
    assert "Warning" not in str(told(new, tmp_path))


@pytest.mark.parametrize("order", ["xei", "exi", "xie", "eix", "ixe", "iex"])
def test_png_with_little_image_data_keeps_them_between_two_edits(tmp_path: Path, order: str) -> None:
    whole = photo("png", exif=exif(rating=2), size=(1, 1))
    parts = {kind: chunk_of(whole, kind) for kind in (b"IHDR", b"eXIf", b"IDAT", b"IEND")}
    text = chunk(b"iTXt", TEXT + bytes(4) + packet(photos.ELEMENTS, padding=0))
    by_letter = {"x": text, "e": parts[b"eXIf"], "i": parts[b"IDAT"]}
    data = whole[:8] + parts[b"IHDR"] + b"".join(by_letter[each] for each in order) + parts[b"IEND"]
    new = written(data, {"title": "At sea " * 100 + "!", "creation_time": "2020-01-02T03:04:05"}, tmp_path)
    assert parts[b"IDAT"] in new


def test_png_packet_behind_the_image_moves_to_the_front(tmp_path: Path) -> None:
    late = with_chunks(photo("png"), chunk(b"iTXt", TEXT + bytes(4) + packet(photos.ELEMENTS)), behind=True)
    assert isinstance(planned(late, {"rating": "5"}, HERE), Refusal)
    new = written(late, {"rating": "5"}, tmp_path)
    assert new.index(TEXT) < new.index(b"IDAT")
    assert new.count(TEXT) == 1


def test_compressed_png_packet_is_not_changed() -> None:
    data = with_chunks(photo("png"), chunk(b"iTXt", TEXT + b"\1\0\0\0" + zlib.compress(packet(photos.ELEMENTS))))
    refused = planned(data, {"rating": "5"})
    assert isinstance(refused, Refusal)
    assert "compressed" in refused.message


def test_animation_and_bytes_behind_the_end_are_kept(tmp_path: Path) -> None:
    for kind, options in (("PNG", {}), ("WEBP", {"lossless": True})):
        out = io.BytesIO()
        pictures = [photos.picture(), photos.picture().rotate(180)]
        pictures[0].save(out, kind, save_all=True, append_images=pictures[1:], **options)
        assert len(pixels(written(out.getvalue(), {"title": "T"}, tmp_path))) == 2
    assert written(photo("png") + b"tail", {"title": "T"}, tmp_path).endswith(b"tail")


def test_large_compressed_text_is_not_inflated() -> None:
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(64 << 20)))
    found = examined(with_chunks(photo("png"), bomb))
    assert found.dimensions == (64, 48)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:50],
        lambda data: data[:33],
        lambda data: data[:33] + b"\xff\xff\xff\xff" + data[37:],
        lambda data: data[:8] + data[data.index(b"IDAT") - 4 :],
    ],
)
def test_damaged_png_is_corrupt(damage: object) -> None:
    problem = examined(damage(photo("png"))).problem  # type: ignore[operator]  # a lambda
    assert problem is not None
    assert problem.code == "corrupt"


# WebP


@each_case("options", [{}, {"lossless": True}, {"exif": exif()}, {"lossless": True, "exif": exif()}])
@each_case("alpha", [False, True])
def test_webp_of_every_form(options: dict[str, object], alpha: bool, tmp_path: Path) -> None:
    out = io.BytesIO()
    picture = photos.picture()
    if alpha:
        picture.putalpha(photos.picture().convert("L"))
    picture.save(out, "WEBP", **options)
    data = out.getvalue()
    is_extended = data[12:16] == b"VP8X"
    plan = planned(data, {"title": "T"})
    assert not isinstance(plan, Refusal)
    assert plan[0] == ("webp_in_place" if is_extended else "webp_copy")
    new = written(data, {"title": "T"}, tmp_path)
    longer = written(new, {"description": "x" * 9000}, tmp_path, HERE)  # it is the last chunk: it grows
    assert int.from_bytes(longer[4:8], "little") == len(longer) - 8


def test_webp_packet_in_front_of_another_chunk_needs_a_new_file(tmp_path: Path) -> None:
    data = written(photo("webp"), {"title": "T"}, tmp_path) + b"last\4\0\0\0kept"
    data = data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:]
    assert isinstance(planned(data, {"description": "x" * 9000}, HERE), Refusal)
    assert written(data, {"description": "x" * 9000}, tmp_path).endswith(b"last\4\0\0\0kept")
    tail = data + b"behind the end"
    assert written(tail, {"description": "x" * 9000}, tmp_path).endswith(b"behind the end")


# TIFF


@pytest.mark.parametrize("options", [{}, {"compression": "tiff_lzw"}, {"big_endian": True}])
def test_nothing_in_a_tiff_moves(options: dict[str, object], tmp_path: Path) -> None:
    data = photo("tiff", exif=exif(rating=2), **options)
    plan = planned(data, {"rating": "4", "title": "T"})
    assert not isinstance(plan, Refusal)
    assert plan[0] == "tiff_in_place"
    new = written(data, {"rating": "4", "title": "T"}, tmp_path)
    assert sum(old != changed for old, changed in zip(data, new, strict=False)) <= 4  # the pointer in the header
    second = written(new, {"description": "x" * 9000}, tmp_path)
    assert len(second) - len(new) > 9000
    assert shown(written(second, {"description": None, "rating": None}, tmp_path)) == {"title": "T"}


@pytest.mark.parametrize("options", [{}, {"big_endian": True}])
def test_each_changed_byte_of_a_directory_of_a_tiff_is_noticed(options: dict[str, object]) -> None:
    data = photo("tiff", **options)
    order: Literal["big", "little"] = "big" if data[:2] == b"MM" else "little"
    start = int.from_bytes(data[4:8], order)
    entries = int.from_bytes(data[start : start + 2], order)
    facts = family_of(data).census(BytesReader(data), examined(data))
    for at in range(start, start + 2 + 12 * entries + 4):
        bad = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        layout = examined(bad)
        assert layout.problem or family_of(bad).census(BytesReader(bad), layout) != facts, (at - start - 2) % 12


def test_pages_and_dng_are_written(tmp_path: Path) -> None:
    out = io.BytesIO()
    pages = [photos.picture(), photos.picture().rotate(180)]
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], tiffinfo={50706: b"\1\4\0\0"})
    new = written(out.getvalue(), {"title": "T", "rating": "5"}, tmp_path)
    assert len(pixels(new)) == 2
    assert told(new, tmp_path)["IFD0:DNGVersion"] == "1 4 0 0"


def test_tiff_with_a_loop_or_missing_data_is_corrupt() -> None:
    data = photo("tiff")
    first = int.from_bytes(data[4:8], "little")
    behind = first + 2 + 12 * int.from_bytes(data[first : first + 2], "little")
    loop = data[:behind] + data[4:8] + data[behind + 4 :]
    for bad in (loop, data[: len(data) // 2], data[:4] + b"\xff\xff\xff\x7f" + data[8:]):
        problem = examined(bad).problem
        assert problem is not None
        assert problem.code == "corrupt"


# HEIC, AVIF

XMP = b"application/rdf+xml"
RATED = packet('<rdf:Description xmp:Rating="3"/>')


def heic(*items: heif.Item, **settings: object) -> bytes:
    return heif.heic(photos.picture(), items, **settings)  # type: ignore[arg-type]  # the caller knows the settings


@pytest.mark.parametrize("base", [False, True])
def test_heic_packet_is_patched_where_it_lies(base: bool, tmp_path: Path) -> None:
    data = heic(heif.Item(b"mime", RATED, XMP), base=base, more=heif.box(b"mpvd", b"video of a motion photo"))
    new = written(data, {"rating": "5"}, tmp_path, HERE)
    assert sum(old != changed for old, changed in zip(data, new, strict=True)) <= 300  # the percentage is added


def test_avif_of_pillow_is_edited(tmp_path: Path) -> None:
    out = io.BytesIO()
    photos.picture().save(out, "AVIF", xmp=packet(photos.ATTRIBUTES), exif=exif(rating=2))
    new = written(out.getvalue(), {"rating": "5", "title": "T"}, tmp_path, HERE)
    with Image.open(io.BytesIO(new)) as image:
        assert b'xmp:Rating="5"' in image.info["xmp"]
        assert image.getexif()[0x4746] == 5


@pytest.mark.parametrize(
    ("items", "sentence"),
    [
        ([], "no XMP packet with room"),
        ([heif.Item(b"mime", RATED, XMP, pieces=2)], "several parts"),
        ([heif.Item(b"mime", RATED, XMP, method=1)], "several parts"),
        ([heif.Item(b"mime", RATED, XMP), heif.Item(b"mime", RATED, XMP)], "two XMP packets"),
        ([heif.Item(b"mime", zlib.compress(RATED), XMP, encoding=b"deflate")], "compressed"),
        ([heif.Item(b"mime", packet("", padding=0), XMP)], "no XMP packet with room"),
    ],
)
def test_heic_packet_elsewhere_is_not_changed(items: list[heif.Item], sentence: str) -> None:
    data = heic(*items)
    refused = planned(data, {"rating": "5"})
    assert isinstance(refused, Refusal)
    assert sentence in refused.message
    if RATED in data or any(item.pieces == 2 for item in items):
        assert shown(data) == {"rating": "3"}


@pytest.mark.parametrize("pieces", [1, 3])
def test_index_of_each_piece_of_a_heic_is_skipped(pieces: int) -> None:
    data = heic(heif.Item(b"mime", RATED, XMP, pieces=pieces), numbered_pieces=True)
    assert shown(data) == {"rating": "3"}


def test_heic_packet_of_another_picture_is_kept(tmp_path: Path) -> None:
    of_gain_map = packet("<rdf:Description><dc:title>map</dc:title></rdf:Description>")
    items = [heif.Item(b"hvc1", b"gain map", describes=0), heif.Item(b"mime", of_gain_map, XMP, describes=2)]
    data = heic(*items, heif.Item(b"mime", RATED, XMP))
    assert shown(data) == {"rating": "3"}
    (in_place,), layout = family_of(data).strategies(), examined(data)
    edit = in_place.plan(BytesReader(data), layout, changes_of(data, {"rating": "5"}), HERE)
    assert isinstance(edit, Patch)
    assert of_gain_map in sabotage.edited(data, edit)
    refused = planned(data, {"title": "New"})
    assert isinstance(refused, Refusal)
    assert "title" in refused.message


def test_heic_packet_that_shares_its_bytes_is_not_changed() -> None:
    data = bytearray(heic(heif.Item(b"mime", RATED, XMP), heif.Item(b"uri ", RATED)))
    at = data.index(b"iloc") + 4 + 4 + 4  # the places of the items have 14 bytes each
    data[at + 2 * 14 + 6 : at + 3 * 14] = data[at + 14 + 6 : at + 2 * 14]
    refused = planned(bytes(data), {"rating": "5"})
    assert isinstance(refused, Refusal)
    assert "shares its bytes" in refused.message


def test_changed_byte_of_a_heic_is_noticed_by_both_halves(tmp_path: Path) -> None:
    data, values = photo("heif", exif=exif()), {"title": "T"}
    after = written(data, values, tmp_path)
    before, changes = evidence(data, tmp_path / "photo", values), changes_of(data, values)
    bad = bytearray(after)
    bad[after.index(b"hvcC") + 8] ^= 1
    with pytest.raises(errors.VerificationError, match="streams") as caught:
        verify.compare(before, evidence(bytes(bad), tmp_path / "photo", values), changes)
    assert "structure" in caught.value.message
    bad = bytearray(after)
    bad[examined(after).payload[0].offset + 30] ^= 1
    facts = evidence(bytes(bad), tmp_path / "photo", values).facts
    assert facts["streams"] != before.facts["streams"]
    with pytest.raises(errors.VerificationError, match="media bytes changed"):
        verify.compare(before, evidence(bytes(bad), tmp_path / "photo", values), changes)


@pytest.mark.parametrize(("turns", "size"), [(0, (64, 48)), (1, (48, 64)), (2, (64, 48)), (3, (48, 64))])
def test_rotation_of_a_heic_is_its_own(turns: int, size: tuple[int, int]) -> None:
    item = heif.Item(b"Exif", bytes(4) + exif(orientation=8).tobytes().removeprefix(b"Exif\0\0"))
    found = examined(heic(item, turns=turns))
    assert (found.dimensions, found.exif.camera) == (size, "Canon EOS 5")


def test_cut_of_a_heic_is_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture has 64 × 48 pixels, of which its file shows 50 × 40."""
    box, cut = heif.box, struct.pack(">8I", 100, 2, 40, 1, 0, 1, 0, 1)  # numerators and denominators
    monkeypatch.setattr(heif, "box", lambda kind, *parts: box(b"clap", cut) if kind == b"irot" else box(kind, *parts))
    assert examined(heic(turns=1)).dimensions == (50, 40)


@pytest.mark.parametrize(("turns", "size"), [(0, (230, 120)), (1, (120, 230)), (2, (230, 120)), (3, (120, 230))])
def test_thumbnail_of_tiles(turns: int, size: tuple[int, int]) -> None:
    picture = photos.picture(size=(256, 128))
    data = heif.tiled(picture, 4, 2, size=(230, 120), turns=turns)
    assert examined(data).dimensions == size
    made = thumbnail.picture(BytesReader(data), "heif", width=640)
    assert made is not None
    wanted = picture.crop((0, 0, 230, 120)).rotate(90 * turns, expand=True)
    with Image.open(io.BytesIO(made)) as found:
        assert found.size == size
        difference = ImageChops.difference(found.convert("L"), wanted.convert("L"))
        assert sum(value * count for value, count in enumerate(difference.histogram())) / (230 * 120) < 12
    small = thumbnail.picture(BytesReader(data), "heif", width=60)
    assert small is not None
    with Image.open(io.BytesIO(small)) as found:
        assert max(found.size) in range(60, 80)


def in_meta(data: bytes, kind: bytes, new: bytes) -> bytes:
    """An HEIC with another box of a kind."""
    at = data.index(kind) - 4
    size = int.from_bytes(data[at : at + 4], "big")
    start = data.index(b"meta") - 4
    longer = int.from_bytes(data[start : start + 4], "big") + len(new) - size
    return data[:start] + longer.to_bytes(4, "big") + data[start + 4 : at] + new + data[at + size :]


def places(data: bytes, items: int, ranges: int) -> bytes:
    """An HEIC whose list of places has numbers without bytes."""
    entry = bytes(4) + ranges.to_bytes(2, "big")
    return in_meta(data, b"iloc", heif.full(b"iloc", 0, b"\0\0", items.to_bytes(2, "big"), entry * items))


def references(data: bytes, kind: bytes, boxes: int, targets: bytes = b"") -> bytes:
    """An HEIC with references that announce 65,535 targets each."""
    return in_meta(data, b"iref", heif.full(b"iref", 0, heif.box(kind, b"\0\1\xff\xff", targets) * boxes))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: places(data, 2, 65_535),
        lambda data: places(data, 10_001, 0),
        lambda data: references(data, b"dimg", 2, bytes(2 * 65_535)),
        lambda data: in_meta(data, b"iprp", heif.box(b"iprp", heif.full(b"ipma", 0, b"\0\0\x27\x11", bytes(30_003)))),
    ],
    ids=["ranges", "items", "references", "properties"],
)
def test_heic_of_too_many_parts_is_malformed(damage: Callable[[bytes], bytes]) -> None:
    problem = examined(damage(heic(heif.Item(b"mime", RATED, XMP)))).problem
    assert problem is not None
    assert "(meta) is malformed" in problem.message


def test_other_references_of_a_heic_are_skipped() -> None:
    data = references(heic(heif.Item(b"mime", RATED, XMP)), b"auxl", 1_000)
    start = time.process_time()
    assert examined(data).parts is not None
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda data: data[:-20], "corrupt"),
        (lambda data: data.replace(b"pitm", b"free"), "corrupt"),
        (lambda data: data.replace(b"iloc", b"free"), "corrupt"),
        (lambda data: data.replace(b"iinf", b"free"), "corrupt"),
        (lambda data: data.replace(b"meta", b"moov"), "no_strategy_yet"),
        (lambda data: data.replace(b"iloc\0\0\0\0\x44", b"iloc\0\0\0\0\xff"), "corrupt"),
    ],
)
def test_damaged_heic_is_not_written(damage: object, code: str) -> None:
    problem = examined(damage(heic(heif.Item(b"mime", RATED, XMP)))).problem  # type: ignore[operator]  # a lambda
    assert problem is not None
    assert problem.code == code


# Hostile files

WITH_XMP = {"xmp": packet(photos.ATTRIBUTES, padding=100)}
SAMPLES = {kind: photo(kind, exif=exif(rating=2), **(WITH_XMP if kind in {"jpeg", "webp"} else {})) for kind in KINDS}


@given(
    kind=st.sampled_from(KINDS),
    changes=st.lists(st.tuples(st.integers(0, 1500), st.binary(min_size=1, max_size=4)), min_size=1, max_size=4),
    end=st.none() | st.integers(64, 3000),
)
def test_no_content_raises_an_error(kind: str, changes: list[tuple[int, bytes]], end: int | None) -> None:
    data = SAMPLES[kind]
    bad = bytearray(data[:end])
    for at, new in changes:
        bad[min(at, len(bad)) : at + len(new)] = new
    found = next((each for each in registry.PHOTOS if each.recognises(bytes(bad[:1024]))), None)
    if found is None:
        return
    reader = BytesReader(bytes(bad))
    layout = found.examine(reader)
    if layout.problem is not None and layout.problem.code == "corrupt":
        return
    facts = found.census(reader, layout, edited=("title", "rating"))
    change = [Change(field="title", old=None, new="T"), Change(field="rating", old=None, new="4")]
    choice = registry.choose(found, reader, layout, change, Capabilities())
    if isinstance(choice, Refusal):
        return
    after = BytesReader(sabotage.edited(bytes(bad), choice.edit))
    assert dict(found.census(after, found.examine(after), edited=("title", "rating"))) == dict(facts)
