"""The moment of a photo's recording: read from EXIF and XMP as one value, and written to both."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from indexium_core.model.files.media import Patch, Refusal
from tests.support import photos
from tests.support.oracles import oracle
from tests.support.photos import packet, photo, with_exif_directory
from tests.unit.files.test_photos import HERE, KINDS, examined, planned, shown, told, written

TAKEN = "2019-07-04T10:11:12.07+02:00"  # of `photos.exif`
KEY = "creation_time"


def with_dates(kind: str, **settings: object) -> bytes:
    """A photo of each kind whose EXIF has a date, a fraction and a zone."""
    if kind != "tiff":
        return photo(kind, exif=photos.exif(), **settings)
    parts = {
        "x9003": b"2019:07:04 10:11:12\0",
        "x9004": b"2019:07:04 10:11:12\0",
        "x9291": b"07 \0",
        "x9011": b"+02:00\0",
    }
    return with_exif_directory(photo(kind, **settings), **parts, x927C=b"maker's note")


def jpeg(body: str, **exif: str) -> bytes:
    """A JPEG with a packet, and with a date in EXIF if there is one."""
    segments = photos.xmp_segment(packet(f'<rdf:Description rdf:about="" {body}/>', padding=3000))
    return photos.with_segments(photo("jpeg", **({"exif": photos.exif(**exif)} if exif else {})), segments)


def in_exif(data: bytes) -> dict[int, str]:
    """The dates of a photo's EXIF; Pillow opens no HEIC, so its block is found by its first bytes."""
    block = Image.Exif()
    if data[4:8] == b"ftyp":
        block.load(b"Exif\0\0" + data[data.index(b"MM\0*") :])
        found = block.get_ifd(0x8769)
    else:
        with Image.open(io.BytesIO(data)) as image:
            found = image.getexif().get_ifd(0x8769)
    return {tag: found[tag] for tag in (0x9003, 0x9004, 0x9011, 0x9291) if tag in found}


@pytest.mark.parametrize("kind", KINDS)
def test_date_in_exif_changes_in_place(kind: str, tmp_path: Path) -> None:
    data = with_dates(kind)
    assert shown(data)[KEY] == TAKEN
    new = written(data, {KEY: "2020-12-31T23:59:58.7-01:30"}, tmp_path, HERE)
    assert len(new) == len(data)
    assert sum(a != b for a, b in zip(new, data, strict=True)) <= 40
    assert in_exif(new)[0x9003] == "2020:12:31 23:59:58"
    # The date of the digitization was the same.
    assert in_exif(new).get(0x9004) == ("2020:12:31 23:59:58" if kind == "tiff" else None)
    assert (in_exif(new)[0x9011], in_exif(new)[0x9291].strip()) == ("-01:30", "7")
    assert written(new, {KEY: TAKEN}, tmp_path, HERE) == data
    assert shown(written(data, {KEY: None}, tmp_path, HERE)) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_other_programs_show_the_new_date(kind: str, tmp_path: Path) -> None:
    data = with_dates(kind)
    after = told(written(data, {KEY: "2020-12-31T23:59:58Z"}, tmp_path), tmp_path)
    assert after["ExifIFD:DateTimeOriginal"] == "2020:12:31 23:59:58"
    assert after["ExifIFD:OffsetTimeOriginal"] == "+00:00"
    path = tmp_path / "photo"
    path.write_bytes(written(data, {KEY: "2020-12-31T23:59:58Z"}, tmp_path))
    done = subprocess.run([oracle("exiv2"), "-PEkv", str(path)], capture_output=True, text=True, check=True)
    if kind != "png":  # exiv2 0.27 reads no chunk eXIf
        lines = dict(line.split(None, 1) for line in done.stdout.splitlines() if len(line.split(None, 1)) == 2)
        assert lines["Exif.Photo.DateTimeOriginal"] == "2020:12:31 23:59:58"


def test_part_without_room_in_exif_is_in_xmp(tmp_path: Path) -> None:
    plain = Image.Exif()
    plain.get_ifd(0x8769).update({0x9003: "2019:07:04 10:11:12", 0x9291: "5"})
    data = photo("jpeg", exif=plain)
    assert shown(data)[KEY] == "2019-07-04T10:11:12.5"
    new = written(data, {KEY: "2019-07-04T12:00:00.1234+02:00"}, tmp_path)
    assert in_exif(new)[0x9003] == "2019:07:04 12:00:00"
    assert in_exif(new)[0x9291].strip() == ""
    assert told(new, tmp_path)["XMP-photoshop:DateCreated"] == "2019:07:04 12:00:00.1234+02:00"


@pytest.mark.parametrize("text", ["0000:00:00 00:00:00", "    :  :     :  :  ", "2019:13:40 25:61:00"])
def test_unknown_date_takes_the_new_one(text: str, tmp_path: Path) -> None:
    data = photo("jpeg", exif=photos.exif(taken=text))
    assert KEY not in shown(data)
    new = written(data, {KEY: "2019-07-31T18:30:00"}, tmp_path, HERE)
    assert in_exif(new)[0x9003] == "2019:07:31 18:30:00"
    assert in_exif(new)[0x9011].strip() == ":"  # the zone is unknown
    assert b"DateCreated" not in new


def test_equal_dates_follow_and_others_stay(tmp_path: Path) -> None:
    """The date of the digitization is equal or another one; a second date of the recording always follows."""
    same = 'xmp:CreateDate="2019-07-04T10:11:12" exif:DateTimeOriginal="2019-07-04T10:11:12.07"'
    other = 'xmp:CreateDate="2021-01-01T00:00:00" photoshop:DateCreated="2019-07-04"'
    new = told(written(jpeg(same, taken="2019:07:04 10:11:12"), {KEY: "2020-01-02T03:04:05"}, tmp_path), tmp_path)
    assert (new["XMP-xmp:CreateDate"], new["XMP-exif:DateTimeOriginal"]) == ("2020:01:02 03:04:05",) * 2
    assert "XMP-photoshop:DateCreated" not in new
    new = told(written(jpeg(other, taken="2019:07:04 10:11:12"), {KEY: "2020-01-02T03:04:05"}, tmp_path), tmp_path)
    assert new["XMP-xmp:CreateDate"] == "2021:01:01 00:00:00"
    assert new["XMP-photoshop:DateCreated"] == "2020:01:02 03:04:05"
    later = Image.Exif()
    later.get_ifd(0x8769).update({0x9003: "2019:07:04 10:11:12", 0x9004: "2021:01:01 00:00:00"})
    changed = in_exif(written(photo("jpeg", exif=later), {KEY: "2020-01-02T03:04:05"}, tmp_path))
    assert (changed[0x9003], changed[0x9004]) == ("2020:01:02 03:04:05", "2021:01:01 00:00:00")


def test_contradicting_date_is_a_place_of_its_own(tmp_path: Path) -> None:
    data = jpeg('photoshop:DateCreated="2018-01-01T00:00:00"', taken="2019:07:04 10:11:12")
    found = [(each.where, each.value, each.takes_value) for each in examined(data).fields if each.field == KEY]
    assert found == [
        ("EXIF/DateTimeOriginal", TAKEN, True),
        ("XMP/photoshop:DateCreated", "2018-01-01T00:00:00", False),
    ]
    new = written(data, {KEY: "2020-01-02T03:04:05"}, tmp_path)
    assert [each.value for each in examined(new).fields if each.field == KEY] == ["2020-01-02T03:04:05"]


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ('photoshop:DateCreated="2019-07"', "2019-07"),
        ('photoshop:DateCreated="2019-07-04T10:11:12+00:00"', "2019-07-04T10:11:12Z"),
        ('photoshop:DateCreated="2019-07-04" exif:DateTimeOriginal="2019-07-04T10:11:12"', "2019-07-04T10:11:12"),
        ('exif:DateTimeOriginal="2019-07-04T10:11:12"', "2019-07-04T10:11:12"),
        ('photoshop:DateCreated="0000-00-00T00:00:00Z"', None),
        ('photoshop:DateCreated="about 1950"', "about 1950"),
        ('xmp:CreateDate="2019-07-04T10:11:12"', None),  # of the digitization
    ],
)
def test_dates_of_a_packet(body: str, value: str | None, tmp_path: Path) -> None:
    data = jpeg(body)
    assert shown(data).get(KEY) == value
    written(data, {KEY: "2020-01-02T03:04:05.5+01:00"}, tmp_path)


def test_date_whose_bytes_belong_to_another_entry_is_refused() -> None:
    data = with_dates("tiff")
    at = data.index(b"\x03\x90\x02\0\x14\0\0\0")
    shared = data[: at + 20] + data[at + 8 : at + 12] + data[at + 24 :]  # both dates have one text
    assert shown(shared)[KEY] == TAKEN
    refused = planned(shared, {KEY: "2020-01-02T03:04:05"})
    assert isinstance(refused, Refusal)
    assert refused.message == "Parts of the EXIF block overlap, so its values are not changed."


MOMENTS = st.builds(
    "{:%Y-%m-%dT%H:%M:%S}{}{}".format,
    st.datetimes(),
    st.sampled_from(["", ".5", ".07", ".123456789"]),
    st.sampled_from(["", "Z", "+02:00", "-11:30"]),
)


@given(kind=st.sampled_from(KINDS), moments=st.lists(MOMENTS | st.none(), min_size=1, max_size=3))
def test_every_moment_reads_back(
    kind: str, moments: list[str | None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, data = tmp_path_factory.mktemp("photo"), with_dates(kind)
    for moment in moments:
        if moment != shown(data).get(KEY):
            data = written(data, {KEY: moment}, folder)


def test_other_fields_do_not_touch_the_dates(tmp_path: Path) -> None:
    data = with_dates("jpeg")
    plan = planned(written(data, {"title": "T"}, tmp_path), {"rating": "4"}, HERE)
    assert not isinstance(plan, Refusal)
    assert isinstance(plan[1], Patch)
    assert in_exif(written(data, {"title": "T", "rating": "4"}, tmp_path)) == in_exif(data)
