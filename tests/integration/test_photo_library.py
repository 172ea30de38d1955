"""Photos of a library: scanned if it includes them, with properties, found by searches, known by their pixels."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from indexium_core import errors
from indexium_core.files.containers import registry
from indexium_core.library import Library
from indexium_core.model.operations.operation import WriteOptions
from tests.support import media, photos
from tests.support.cases import each_case
from tests.support.oracles import oracle
from tests.support.studio import OLD

KINDS = [family.name for family in registry.PHOTOS]
ALL = WriteOptions(risk=("safe", "warning", "danger"))
EXTENSIONS = {"jpeg": "JPG", "heif": "heic"}


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    os.utime(path, (OLD, OLD))
    return path


def of_camera(kind: str, *, seed: int = 0, orientation: int = 6) -> bytes:
    """A photo with camera, lens, place and moment; a TIFF by Pillow has no directory for the last three."""
    if kind == "tiff":
        return photos.photo(kind, seed=seed, tiffinfo={0x010F: "Canon", 0x0110: "Canon EOS 5", 0x0112: orientation})
    return photos.photo(kind, seed=seed, exif=photos.exif(orientation=orientation))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    for number, kind in enumerate(KINDS):
        put(folder, f"{kind}.{EXTENSIONS.get(kind, kind)}", of_camera(kind, seed=number))
    put(folder, "raw.dng", photos.photo("tiff", seed=90, tiffinfo={50706: b"\1\4\0\0", 0x0110: "Canon EOS 5"}))
    film = media.build("mp4", folder, name="film.mp4")
    os.utime(film, (OLD, OLD))
    return folder


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "home") as opened:
        yield opened


def names(library: Library, query: str = "") -> set[str]:
    return {each.file_name for each in library.inventory.search(query, per_page=100).items}


def shown(library: Library, name: str) -> dict[str, str]:
    [found] = library.inventory.search(f'name:"{name}"').items
    return {each.field: each.text for each in library.files.file(found.file_id).properties}


def test_photos_are_scanned_if_library_includes_them(library: Library, folder: Path) -> None:
    row = library.inventory.add(folder, photos=False)
    assert (row.photos, row.media_kinds) == (False, frozenset())
    library.scan()
    assert names(library) == {"film.mp4"}

    library.inventory.set_media(row.library_id, "photo", included=True)
    assert library.scan().new == len(KINDS) + 1
    assert names(library) == {path.name for path in folder.iterdir()}
    assert library.inventory.quality().broken == 0
    assert names(library, "type:video") == {"film.mp4"}
    assert names(library, "type:photo") == names(library) - {"film.mp4"}

    meant = library.inventory.media_removal(row.library_id, "photo")
    assert meant.files == len(KINDS) + 1
    assert library.inventory.set_media(row.library_id, "photo", included=False) == meant
    assert names(library) == {"film.mp4"}
    assert library.scan().missing == 0


@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=[] if kind in ("jpeg", "heif") else [pytest.mark.further]) for kind in KINDS],
)
def test_photo_with_the_name_of_a_video_needs_photos(library: Library, tmp_path: Path, kind: str) -> None:
    path = put(tmp_path, "photo.mp4", of_camera(kind))
    row = library.inventory.add(tmp_path, photos=False)
    for _ in range(2):
        library.scan()
        assert library.inventory.quality().broken == 1
        found = library.files.file(library.files.find(str(path)))
        assert (found.state, found.media_kind, found.strategy) == ("not_video", None, "")
        assert found.state_message.endswith("its folder does not include photos.")
        library.people.add([path], ["Ann Lee"])
        [item] = library.plan().items
        assert (item.risk_level, item.can_update) == ("blocked", False)
        [issue] = item.issues
        assert issue.code == "unsupported_container"
        assert issue.message.endswith(found.state_message)

        library.inventory.set_media(row.library_id, "photo", included=True)
        assert library.scan().changed == 1
        assert library.files.file(library.files.find(str(path))).media_kind == "photo"
        assert [item.can_update for item in library.plan().items] == [True]
        library.inventory.set_media(row.library_id, "photo", included=False)


def test_exclusion_forgets_the_files_that_scans_leave_out_and_all_photos(library: Library, tmp_path: Path) -> None:
    """Scans select files by their extension, before they know the kind of the content."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    for name in ("film.mp4", "film.jpg"):
        media.build("mp4", folder, name=name)
    for name in ("photo.jpg", "photo.mp4"):
        put(folder, name, of_camera("jpeg"))
    row = library.inventory.add(folder)
    library.scan()
    assert names(library, "type:photo") == {"photo.jpg", "photo.mp4"}
    assert names(library, "type:video") == {"film.mp4", "film.jpg"}

    assert library.inventory.set_media(row.library_id, "photo", included=False).files == 3
    assert names(library) == {"film.mp4"}
    report = library.scan()
    assert (report.new, report.missing, report.by_state["not_video"]) == (1, 0, 1)
    assert names(library) == {"film.mp4", "photo.mp4"}
    assert names(library, "type:photo") == set()


def test_new_folder_includes_photos_and_a_known_one_keeps_its_setting(library: Library, folder: Path) -> None:
    other = folder.parent / "other"
    other.mkdir()
    put(other, "photo.jpg", of_camera("jpeg"))
    assert library.scan([folder]).new == len(KINDS) + 2
    assert library.scan([other], photos=False).seen == 0
    assert library.scan([other]).seen == 0
    [kept] = [row for row in library.inventory.list() if row.name == "other"]
    assert not library.inventory.add(other).photos
    assert library.inventory.add(other, photos=True).photos
    assert library.inventory.add(other, photos=False).library_id == kept.library_id
    assert library.scan([other]).new == 1


def test_kind_of_a_new_folder_is_proposed_and_a_known_one_keeps_its_kind(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "titles"
    folder.mkdir()
    (folder / "Vessel (1998).mkv").touch()
    assert library.inventory.propose_kind(folder).kind == "movies"
    row = library.inventory.add(folder, kind="auto")
    assert row.kind == "movies"
    library.inventory.set_kind(row.library_id, "home")
    assert library.inventory.add(folder, kind="auto").kind == "home"
    job = library.set_kind(row.library_id, "mixed")
    assert job is not None
    assert job.title == "Identify titles of titles"
    assert library.set_kind(row.library_id, "home") is None


def test_artwork_beside_films_is_no_photo(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "Vessel (1998)"
    folder.mkdir()
    media.build("mp4", folder, name="Vessel.mp4")
    for name in ("poster.jpg", "Poster.PNG", "Vessel-fanart.jpg", "Vessel.jpg", "On the set.jpg"):
        put(folder, name, of_camera("jpeg"))
    row = library.inventory.add(tmp_path, kind="movies")
    library.scan()
    assert names(library, "type:photo") == {"Vessel.jpg", "On the set.jpg"}
    library.inventory.set_kind(row.library_id, "home")
    library.scan()
    everything = names(library)
    library.inventory.set_kind(row.library_id, "movies")
    assert "poster.jpg" in everything
    for full in (False, True):  # a picture that is known stays
        assert library.scan(full=full).missing == 0
        assert names(library) == everything


def test_only_audio_and_photos_can_be_excluded(library: Library, folder: Path) -> None:
    row = library.inventory.add(folder)
    with pytest.raises(errors.UsageError, match="audio, photo"):
        library.inventory.set_media(row.library_id, "video", included=False)


def test_photo_has_its_properties_after_scan_and_rescan(library: Library, folder: Path) -> None:
    library.inventory.add(folder, photos=True)
    library.scan()
    wanted = {
        "resolution": "48 × 64",
        "camera": "Canon EOS 5",
        "lens": "50 mm",
        "taken": "2019-07-04 10:11:12",
        "latitude": "48.50000° N",
        "longitude": "9.25000° W",
    }
    for kind in KINDS:
        lacking = {"lens", "taken", "latitude", "longitude"} if kind == "tiff" else set()
        expected = {name: text for name, text in wanted.items() if name not in lacking}
        assert expected.items() <= shown(library, f"{kind}.{EXTENSIONS.get(kind, kind)}").items(), kind
    before = {name: shown(library, name) for name in names(library)}
    assert library.rescan(everything=True).updated == 0
    assert {name: shown(library, name) for name in names(library)} == before
    assert "camera" not in before["film.mp4"]
    assert "video_codec" not in before["jpeg.JPG"]


def test_named_faces_are_suggested_and_found_and_survive_a_write(library: Library, folder: Path) -> None:
    with_faces(folder / "jpeg.JPG", "Ann Lee")
    with_faces(folder / "png.png", "Zoë Öz")
    library.inventory.add(folder, photos=True)
    library.scan()
    assert names(library, 'faces:"zoe oz"') == {"png.png"}
    assert shown(library, "jpeg.JPG")["faces"] == "Ann Lee"
    assert "faces" not in shown(library, "webp.webp")
    [photo] = library.inventory.search("faces:ann").items
    [suggestion] = library.suggestions.suggest(photo.file_id)
    assert (suggestion.name, suggestion.reason) == ("Ann Lee", "A face in the photo has this name.")

    library.decisions.set_fields("faces:ann", {"rating": "4"})
    assert library.write(library.plan("faces:ann"), ALL).wait().counts == {"success": 1}
    [read] = json.loads(subprocess.check_output([oracle("exiftool"), "-json", "-RegionName", folder / "jpeg.JPG"]))
    assert read["RegionName"] == "Ann Lee"
    assert library.rescan(everything=True).updated == 0


def test_check_takes_over_the_faces_that_are_not_among_the_people(library: Library, folder: Path) -> None:
    with_faces(folder / "jpeg.JPG", "Ann Lee", "Bob Ray")
    with_faces(folder / "png.png", "Ann Lee", "Unknown")
    library.inventory.add(folder, photos=True)
    library.scan()
    library.people.add([folder / "jpeg.JPG"], ["Bob Ray"])
    jpeg, png = sorted(library.checks.page("faces").items, key=lambda row: row.title)
    assert (jpeg.title, jpeg.resolutions[0].names) == ("jpeg.JPG", ("Ann Lee",))
    assert jpeg.text == "The photo has a named face of Ann Lee; its people are Bob Ray."
    assert png.text == "The photo has a named face of Ann Lee; it has no people."

    step = library.checks.resolve("faces", jpeg.subject, "add").step_id
    assert people_of_plan(library) == {"jpeg.JPG": ["Bob Ray", "Ann Lee"]}
    library.steps.undo(step)
    assert library.checks.resolve_all("faces").files == 2
    assert people_of_plan(library) == {"jpeg.JPG": ["Bob Ray", "Ann Lee"], "png.png": ["Ann Lee"]}
    assert library.checks.page("faces").items == []


def people_of_plan(library: Library) -> dict[str, list[str]]:
    return {item.file_name: item.result_people for item in library.plan().items}


def with_faces(path: Path, *names: str) -> None:
    """Let ExifTool store a region for each name."""
    area = "Area={W=0.1,H=0.1,X=0.5,Y=0.5,Unit=normalized}"
    faces = ",".join(f"{{{area},Name={name},Type=Face}}" for name in names)
    regions = f"-RegionInfo={{AppliedToDimensions={{W=64,H=48,Unit=pixel}},RegionList=[{faces}]}}"
    subprocess.run([oracle("exiftool"), "-q", "-overwrite_original", regions, path], check=True)
    os.utime(path, (OLD, OLD))


def test_rescan_keeps_the_moment_that_a_sidecar_has(library: Library, folder: Path) -> None:
    packet = photos.packet('<rdf:Description rdf:about="" photoshop:DateCreated="2001-02-03T04:05:06"/>')
    put(folder, "jpeg.JPG.xmp", packet)
    library.inventory.add(folder, photos=True)
    library.scan()
    assert shown(library, "jpeg.JPG")["taken"] == "2001-02-03 04:05:06"
    assert library.rescan(everything=True).updated == 0


def test_searches_find_photos_by_camera_lens_and_moment(library: Library, folder: Path) -> None:
    library.inventory.add(folder, photos=True)
    library.scan()
    of_lens = {f"{kind}.{EXTENSIONS.get(kind, kind)}" for kind in KINDS if kind != "tiff"}
    assert names(library, "camera:eos") == names(library, "type:photo")
    assert names(library, "lens:50") == of_lens
    assert names(library, "taken:2019-07") == names(library, "taken:2019..2019-08 lens:50") == of_lens
    assert names(library, "taken:>2019-07-04") == set()
    assert names(library, "-type:photo") == {"film.mp4"}


def test_copies_of_a_photo_share_its_people_and_edited_pixels_do_not(library: Library, folder: Path) -> None:
    library.inventory.add(folder, photos=True)
    library.scan()
    [found] = library.inventory.search("name:png.png").items
    library.people.add([folder / "png.png"], ["Ann Lee"])
    shutil.copy2(folder / "png.png", folder / "copy.png")
    library.scan()
    assert {item.file_name for item in library.plan('db:"Ann Lee"').items} == {"png.png", "copy.png"}

    put(folder, "png.png", photos.photo("png", seed=77))
    report = library.scan()
    assert report.new == 1
    assert library.files.file(found.file_id).state == "missing"


def test_full_scan_keeps_photos_without_camera_and_moment(library: Library, folder: Path) -> None:
    put(folder, "plain.jpg", photos.photo("jpeg", seed=70))
    library.inventory.add(folder, photos=True)
    library.scan()
    before = {each.file_name: each.file_id for each in library.inventory.search("type:photo", per_page=100).items}
    report = library.scan(full=True)
    assert (report.new, report.missing) == (0, 0)
    assert {
        each.file_name: each.file_id for each in library.inventory.search("type:photo", per_page=100).items
    } == before


def test_photo_rewritten_by_another_program_keeps_its_people(library: Library, folder: Path) -> None:
    for each in folder.iterdir():
        if each.name != "jpeg.JPG":  # they have the same camera and moment, as a burst has
            each.unlink()
    library.inventory.add(folder, photos=True)
    library.scan()
    library.people.add([folder / "jpeg.JPG"], ["Ann Lee"])
    with Image.open(folder / "jpeg.JPG") as photo:
        out = io.BytesIO()
        photo.crop((0, 0, 40, 40)).save(out, "JPEG", exif=photo.getexif())
    put(folder, "jpeg.JPG", out.getvalue())
    report = library.scan()
    assert (report.new, report.changed, report.missing) == (0, 1, 0)
    assert {item.file_name for item in library.plan('db:"Ann Lee"').items} == {"jpeg.JPG"}


@each_case("kind", [*KINDS, "dng"])
def test_written_photo_is_read_by_other_programs_and_restored(library: Library, folder: Path, kind: str) -> None:
    path = folder / ("raw.dng" if kind == "dng" else f"{kind}.{EXTENSIONS.get(kind, kind)}")
    original, pixels = path.read_bytes(), decoded(path)
    library.inventory.add(folder, photos=True)
    library.scan()
    library.people.add([path], ["Ann Lee", "Zoë Öz"])
    query = f'name:"{path.name}"'
    library.decisions.set_fields(query, {"title": "At sea", "rating": "4", "keywords": "beach; family"})
    operation = library.write(library.plan(query), ALL)
    status = operation.wait()
    assert status.counts["success"] == 1, library.operation(operation.id).items

    [facts] = json.loads(subprocess.check_output([oracle("exiftool"), "-j", "-G0", path]))
    assert facts["XMP:PersonInImage"] == ["Ann Lee", "Zoë Öz"]
    assert (facts["XMP:Title"], facts["XMP:Rating"], facts["XMP:Subject"]) == ("At sea", 4, ["beach", "family"])
    assert decoded(path) == pixels
    if kind != "heif":  # Pillow has no decoder for it, and not every exiv2 reads its metadata
        command = [oracle("exiv2"), "-PXkv", path]
        listed = subprocess.run(command, check=False, capture_output=True, text=True).stdout  # 253: no other metadata
        assert "Xmp.xmp.Rating" in listed
        assert "Ann Lee, Zoë Öz" in listed
    assert library.scan().changed == 0

    assert library.rollback(operation.id).wait().counts == {"success": 1}
    assert path.read_bytes() == original


def decoded(path: Path) -> bytes:
    """The pixels as Pillow decodes them; those of an HEIC as FFmpeg does."""
    if path.suffix == ".heic":
        import av

        with av.open(str(path), format="mp4") as opened:
            return next(opened.decode(video=0)).to_ndarray(format="rgb24").tobytes()
    with Image.open(path) as photo:
        return photo.tobytes()


def test_snapshot_has_camera_and_kind(library: Library, folder: Path) -> None:
    library.inventory.add(folder, photos=True)
    library.scan()
    answer = library.queries.run("SELECT media_kind, camera, taken FROM files WHERE file_name = 'jpeg.JPG'")
    assert answer.rows[0][:2] == ("photo", "Canon EOS 5")
