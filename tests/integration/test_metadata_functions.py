"""`indexium_core.photos`: metadata of single files, without a home."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest

from indexium_core import errors, photos
from indexium_core.files import properties
from indexium_core.files.containers import registry
from indexium_core.files.reader import FileReader
from tests.support import media
from tests.support import photos as samples
from tests.support.studio import OLD

RATED = ("mp4", "mov", "mkv", "wmv")


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def jpeg(folder: Path) -> Path:
    path = folder / "photo.jpg"
    path.write_bytes(samples.photo("jpeg", exif=samples.exif(rating=2, orientation=6)))
    return path


def journals(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "state" / "indexium" / "journals").iterdir())


@pytest.mark.parametrize("form", RATED)
def test_rating_of_film_is_written_and_read(tmp_path: Path, form: str) -> None:
    path = media.build(form, tmp_path, comment="People: Ann")
    original = path.read_bytes()
    assert photos.extract_exif_rating(path) == 0
    assert photos.write_exif_rating(path, 4)
    assert photos.extract_exif_rating(str(path)) == 4
    assert not photos.write_exif_rating(path, 4)
    assert photos.write_exif_rating(path, 0)
    assert photos.extract_exif_rating(path) == 0
    assert photos.get_dimensions(path) == photos.get_dimensions(media.build(form, tmp_path, name=f"b{path.suffix}"))
    assert len(path.read_bytes()) >= len(original)
    assert journals(tmp_path) == []


def test_dates_of_films(tmp_path: Path) -> None:
    path = media.build("mkv", tmp_path, tags={"creation_time": "2019-07-31T18:30:00Z"})
    assert photos.extract_exif_date(path) == datetime(2019, 7, 31, 18, 30, tzinfo=UTC)
    local = tmp_path / "local.mov"
    made = ["-metadata", "com.apple.quicktime.creationdate=2019-07-31T18:30:00+0200", "-movflags", "use_metadata_tags"]
    source = media.build("mov", tmp_path)
    subprocess.run(["ffmpeg", "-loglevel", "error", "-i", source, "-c", "copy", *made, local], check=True)
    found = photos.extract_exif_date(local)
    assert found is not None
    assert found.isoformat() == "2019-07-31T18:30:00+02:00"


def test_file_without_place_for_rating_is_refused(tmp_path: Path) -> None:
    path = media.build("avi", tmp_path)
    original = path.read_bytes()
    with pytest.raises(errors.MetadataError):
        photos.write_exif_rating(path, 3)
    with pytest.raises(errors.ValidationError):
        photos.write_exif_rating(path, 6)
    assert path.read_bytes() == original
    assert journals(tmp_path) == []


def test_file_without_media_has_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"no photo")
    for function in (photos.extract_exif_date, photos.get_dimensions, photos.extract_exif_rating):
        with pytest.raises(errors.CorruptFileError):
            function(path)
    with pytest.raises(errors.FileAccessError):
        photos.get_dimensions(tmp_path / "missing.jpg")
    with pytest.raises(errors.MetadataError):
        photos.write_exif_rating(path, 3)
    assert path.read_bytes() == b"no photo"


@pytest.mark.parametrize("rotation", [0, 90, 180, -90])
@pytest.mark.parametrize("form", ["mp4", "mov"])
def test_size_of_a_film_follows_its_rotation(tmp_path: Path, form: str, rotation: int) -> None:
    source = media.build(form, tmp_path)
    turned = tmp_path / f"turned{source.suffix}"
    with av.open(source) as film, av.open(turned, "w") as copy:
        stream = copy.add_stream_from_template(film.streams.video[0])
        stream.set_display_rotation(rotation)
        for packet in film.demux(film.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                copy.mux(packet)
    stored = photos.get_dimensions(source)
    assert stored is not None
    assert stored[0] != stored[1]
    shown = stored[::-1] if rotation in (90, -90) else stored
    assert photos.get_dimensions(turned) == shown
    with FileReader(os.fsencode(turned)) as reader:
        readings = [properties.read(os.fsencode(turned)), properties._by_program(reader)]
    assert {each and each.properties.resolution for each in readings} == {"{}x{}".format(*shown)}


@pytest.mark.parametrize("kind", [family.name for family in registry.PHOTOS])
def test_photo_is_read_and_written(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"photo.{kind}"
    path.write_bytes(samples.photo(kind, exif=samples.exif(rating=2, orientation=6)))
    os.utime(path, (OLD, OLD))
    before = photos.extract_exif_date(path), photos.get_dimensions(path)
    for rating in (3, 5, 0):
        assert photos.write_exif_rating(path, rating)
        assert photos.extract_exif_rating(path) == rating
    assert (photos.extract_exif_date(path), photos.get_dimensions(path)) == before


@pytest.mark.parametrize("is_large", [False, True], ids=["one process", "several processes"])
def test_batch_equals_the_single_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_large: bool) -> None:
    if is_large:
        monkeypatch.setattr(photos, "_MIN_PROCESS_FILES", 1)
        monkeypatch.setattr(photos, "_CHUNK_FILES", 2)
    photo, film, wrong = jpeg(tmp_path), media.build("mkv", tmp_path), tmp_path / "wrong.jpg"
    photos.write_exif_rating(photo, 2)
    wrong.write_bytes(b"no photo")
    paths = [photo, wrong, film, tmp_path / "missing.mp4", photo]

    found = list(photos.extract_metadata_batch(paths))

    assert [each.path for each in found] == [str(path) for path in paths]
    assert [bool(each.problem) for each in found] == [False, True, False, True, False]
    for path, each in ((photo, found[0]), (film, found[2])):
        assert (each.width, each.height) == photos.get_dimensions(path)
        assert each.date == photos.extract_exif_date(path)
        assert each.rating == photos.extract_exif_rating(path)


def test_write_that_was_killed_is_restored_by_the_next_one(tmp_path: Path) -> None:
    path, other = media.build("mkv_room", tmp_path), media.build("mkv", tmp_path, name="other.mkv")
    original = path.read_bytes()
    code = (
        "import os, signal, sys\n"
        "from indexium_core import photos\n"
        "from indexium_core.files import verify\n"
        "verify.compare = lambda *args, **kwargs: os.kill(os.getpid(), signal.SIGKILL)\n"
        "photos.write_exif_rating(sys.argv[1], 5)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, path], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert path.read_bytes() != original
    photos.write_exif_rating(other, 3)
    assert path.read_bytes() == original
    assert journals(tmp_path) == []


def test_rating_in_sidecar_is_read_and_written(tmp_path: Path) -> None:
    path, sidecar = jpeg(tmp_path), tmp_path / "photo.jpg.xmp"
    sidecar.write_bytes(samples.packet('<rdf:Description rdf:about="" xmp:Rating="4"/>', wrapped=False))
    os.utime(path, (OLD, OLD))
    before = photos.extract_exif_rating(path)
    assert photos.write_exif_rating(path, 1)
    assert photos.extract_exif_rating(path) == 1
    [found] = photos.extract_metadata_batch([path])
    assert (before, found.rating, journals(tmp_path)) == (4, 1, [])
