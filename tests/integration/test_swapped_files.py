"""Recordings under other names: people, edits and history follow the media, also after a rewrite by others."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import av
import numpy as np
import pytest
from av.bitstream import BitStreamFilterContext
from PIL import Image

from indexium_core.flows.scanning import scanner
from indexium_core.library import Library
from indexium_core.model.operations.operation import WriteOptions
from tests.support import media, photos, tables
from tests.support.effort import effort

ALL = WriteOptions(risk=("safe", "warning", "danger"))
OLD = 1_600_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "films"
    made.mkdir()
    return made


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "home") as opened:
        yield opened


def clips(folder: Path, form: str = "mp4", names: str = "abc") -> list[Path]:
    """Recordings of one shape: same codec, size, number of frames and duration."""
    extension = media.build(form, folder).suffix
    (folder / f"clip{extension}").unlink()
    paths = [media.build(form, folder, name=f"{name}{extension}", seed=seed) for seed, name in enumerate(names)]
    for number, path in enumerate(paths):
        os.utime(path, (OLD + number, OLD + number))
    return paths


def people_by_name(library: Library) -> Mapping[str, list[str]]:
    """Return the people of each present file in the database."""
    query = """SELECT f.file_name, coalesce(list(p.name ORDER BY assignment_id) FILTER (p.name IS NOT NULL), [])
               FROM scanned_files f LEFT JOIN assigned_people e USING (file_id) LEFT JOIN people p USING (person_id)
               WHERE f.state = 'ok' GROUP BY ALL"""
    return dict(tables.rows(library, query))


def edits(library: Library) -> Mapping[str, list[str]]:
    query = """SELECT file_name, d.people FROM decisions d JOIN scanned_files USING (file_id)
               WHERE kind = 'edit' AND revoked_at IS NULL AND state = 'ok'"""
    return dict(tables.rows(library, query))


def answered_at_once(library: Library) -> int:
    """Answer all questions about recordings; return the number of files, which the list of checks announced."""
    (announced,) = (each.at_once for each in library.checks.groups() if each.kind == "other_recording")
    files = library.checks.resolve_all("other_recording").files
    assert files == announced
    return files


def begin(library: Library, paths: list[Path]) -> None:
    """Scan; each recording gets a person and an edit of its own."""
    library.scan([paths[0].parent])
    for path in paths:
        library.people.add([path], [f"Person {path.stem}"])
        library.decisions.edit(f"name:{path.name}", [f"Edit {path.stem}"])


def rename(folder: Path, names: Mapping[str, str]) -> None:
    """Give files other names at once; a file whose name another one gets, and that gets none, is gone."""
    for old in names:
        (folder / old).rename(folder / f"{old}.moving")
    for old, new in names.items():
        (folder / f"{old}.moving").rename(folder / new)


CHANGES = {
    "swap": ({"a": "b", "b": "a"}, {"a": "b", "b": "a", "c": "c"}),
    "cycle": ({"a": "b", "b": "c", "c": "a"}, {"a": "c", "b": "a", "c": "b"}),
    "shift": ({"b": "a", "c": "b"}, {"a": "b", "b": "c"}),
    "reuse": ({"b": "a"}, {"a": "b", "c": "c"}),
}


@pytest.mark.parametrize(("change", "group"), effort.pairs(CHANGES, [2000, 1]))
def test_people_and_edits_follow_renamed_files(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch, change: str, group: int
) -> None:
    begin(library, clips(folder))
    names, expected = CHANGES[change]
    rename(folder, {f"{old}.mp4": f"{new}.mp4" for old, new in names.items()})
    monkeypatch.setattr(scanner, "GROUP_FILES", group)
    monkeypatch.setattr(scanner, "GROUP_TEXT", -1 if group == 1 else scanner.GROUP_TEXT)  # a group for each file
    library.scan([])

    assert people_by_name(library) == {f"{new}.mp4": [f"Person {old}"] for new, old in expected.items()}
    assert edits(library) == {f"{new}.mp4": [f"Edit {old}"] for new, old in expected.items()}


def test_copy_over_a_file_keeps_what_belongs_to_each(library: Library, folder: Path, tmp_path: Path) -> None:
    a, b, _ = clips(folder)
    begin(library, [a, b])
    kept = tmp_path / "kept.mp4"
    shutil.copy2(a, kept)
    shutil.copy(b, a)
    library.scan([])
    assert people_by_name(library) == {"a.mp4": ["Person b"], "b.mp4": ["Person b"], "c.mp4": []}
    assert edits(library)["b.mp4"] == ["Edit b"]
    assert {each.kind: each.total for each in library.checks.groups()}["other_recording"] == 0

    kept.rename(folder / "back.mp4")
    library.scan([])
    assert people_by_name(library)["back.mp4"] == ["Person a"]
    assert edits(library)["back.mp4"] == ["Edit a"]


def test_other_recording_with_a_known_name_is_a_question(library: Library, folder: Path) -> None:
    a, b, c = clips(folder)
    c.unlink()
    begin(library, [a, b])
    media.build("mp4", folder, name="a.mp4", seed=7)
    library.scan([])
    assert people_by_name(library) == {"a.mp4": [], "b.mp4": ["Person b"]}
    [found] = library.checks.page("other_recording").items
    assert (found.title, found.resolutions[0].names) == ("a.mp4", ("Edit a",))

    report = library.checks.resolve("other_recording", found.subject, "add")
    assert (people_by_name(library)["a.mp4"], edits(library)["a.mp4"]) == (["Person a"], ["Edit a"])
    assert library.checks.page("other_recording").items == []
    assert report.step_id is not None


@pytest.mark.parametrize("has_people", [False, True])
def test_answer_gives_all_that_was_decided_and_undo_takes_it_back(
    library: Library, folder: Path, *, has_people: bool
) -> None:
    a, *_ = clips(folder)
    library.scan([folder])
    if has_people:
        library.people.add([a], ["Ann Lee"])
    library.decisions.set_fields("name:a.mp4", {"rating": "4", "title": "Beach"})
    library.decisions.postpone("name:a.mp4")
    library.locks.lock("name:a.mp4", ["video_codec"])
    media.build("mp4", folder, name="a.mp4", seed=7)
    library.scan()

    def decided() -> list[tuple[str, str | None]]:
        query = """SELECT d.kind, d.value FROM decisions AS d JOIN scanned_files AS f USING (file_id)
                   WHERE revoked_at IS NULL AND f.state = 'ok' ORDER BY ALL"""
        return tables.rows(library, query)

    assert decided() == []
    [found] = library.checks.page("other_recording").items
    for fact in ("an edit of Rating", "an edit of Title", "a skip", "a lock of video codec"):
        assert fact in found.text
    report = library.checks.resolve("other_recording", found.subject, "add")
    assert decided() == [("field:rating", "4"), ("field:title", "Beach"), ("postpone", None)]
    assert people_by_name(library)["a.mp4"] == (["Ann Lee"] if has_people else [])
    assert [Path(each.file_path).name for each in library.locks.list() if each.field == "video_codec"] == ["a.mp4"]
    assert library.checks.page("other_recording").items == []

    library.steps.undo(report.step_id)
    assert (decided(), people_by_name(library)["a.mp4"]) == ([], [])
    assert len(library.checks.page("other_recording").items) == 1


def test_answer_gives_the_person_of_the_recording_and_no_namesake(library: Library, folder: Path) -> None:
    a, b, _ = clips(folder)
    library.scan([folder])
    library.people.add([a, b], ["Ann Lee"])
    with library._parts.core.store.atomic() as tx:
        tx.execute("UPDATE people SET qualifier = 'aunt'")
        tx.execute("INSERT INTO people BY NAME SELECT * REPLACE (99 AS person_id, 'cook' AS qualifier) FROM people")
    media.build("mp4", folder, name="a.mp4", seed=7)
    library.scan()
    [found] = library.checks.page("other_recording").items
    report = library.checks.resolve("other_recording", found.subject, "add")
    query = "SELECT qualifier FROM assigned_people JOIN people USING (person_id) JOIN scanned_files USING (file_id)"
    assert tables.rows(library, f"{query} WHERE file_name = 'a.mp4' AND state = 'ok'") == [("aunt",)]
    assert report.step_id is not None


def test_new_file_that_is_as_long_is_a_question_of_its_own(library: Library, folder: Path) -> None:
    a, b, c = clips(folder)
    c.unlink()
    media.build("mp4", folder, name="b.mp4", seed=2, seconds=3.0)
    begin(library, [a, b])
    a.unlink()
    media.build("mp4", folder, name="new.mp4", seed=8)  # another program encoded it again, and named it
    library.scan()
    [found] = library.checks.page("other_recording").items
    assert (found.title, "as long" in found.text) == ("new.mp4", True)
    report = library.checks.resolve_all("other_recording")
    assert (report.files, people_by_name(library)["new.mp4"]) == (0, [])
    assert report.text.endswith("Answer these one by one: 1.")
    library.checks.resolve("other_recording", found.subject, "add")
    assert people_by_name(library)["new.mp4"] == ["Person a"]

    media.build("mp4", folder, name="x.mp4", seed=9)
    media.build("mp4", folder, name="y.mp4", seed=10)
    (folder / "new.mp4").unlink()
    library.scan()
    assert library.checks.page("other_recording").items == []  # two are as long


@pytest.mark.parametrize(("seconds", "answered"), [(3.0, 1), (1.0, 0)])  # `a.mp4` has one second
def test_all_questions_are_answered_without_those_of_a_path_or_of_a_common_duration(
    library: Library, folder: Path, seconds: float, answered: int
) -> None:
    [a] = clips(folder, names="a")
    b = media.build("mp4", folder, name="b.mp4", seed=1, seconds=4.0)
    c = media.build("mp4", folder, name="c.mp4", seed=2, seconds=seconds)
    begin(library, [a, b, c])
    media.build("mp4", folder, name="a.mp4", seed=7)  # another program encoded it again
    media.build("mp4", folder, name="b.mp4", seed=8, seconds=3.0)  # another recording got the name
    library.scan()
    assert {each.title: "as long" in each.text for each in library.checks.page("other_recording").items} == {
        "a.mp4": True,
        "b.mp4": False,
    }
    assert answered_at_once(library) == answered
    assert people_by_name(library)["a.mp4"] == ["Person a"] * answered
    left = sorted(each.title for each in library.checks.page("other_recording").items)
    assert left == ["a.mp4", "b.mp4"][answered:]


def test_file_that_was_there_before_is_no_missing_recording(library: Library, folder: Path) -> None:
    """Neither a picture that tells nothing for a sound that tells nothing, nor a photo of the same moment."""
    for number, name in enumerate(("a.jpg", "b.jpg")):
        (folder / name).write_bytes(photos.photo("jpeg", seed=number, exif=exif_of_burst()))
    begin(library, [folder / "a.jpg"])
    (folder / "plain.png").write_bytes(photos.photo("png", seed=3))
    sound = media.sound("ogg", folder)
    library.inventory.set_media(library.inventory.list()[0].library_id, "audio", included=True)
    library.scan()
    library.people.add([sound], ["Kurt Abend"])
    sound.unlink()
    (folder / "a.jpg").unlink()
    library.scan()
    assert library.checks.page("other_recording").items == []


def test_edited_photo_under_its_name_is_told_by_its_path(library: Library, folder: Path) -> None:
    (folder / "a.jpg").write_bytes(photos.photo("jpeg", exif=exif_of_burst()))
    begin(library, [folder / "a.jpg"])
    (folder / "a.jpg").write_bytes(photos.photo("jpeg", seed=7, exif=exif_of_burst()))
    library.scan()
    [found] = library.checks.page("other_recording").items
    assert found.text == "This path held another recording, with Edit a. This file has its camera and moment."


def exif_of_burst() -> Image.Exif:
    """Return the EXIF of each photo of a burst: one camera and one second, without its fraction."""
    exif = photos.exif()
    del exif.get_ifd(0x8769)[0x9291]
    return exif


def burst(library: Library, folder: Path) -> None:
    """Two photos of a burst, each with a person and an edit of its own."""
    paths = [folder / name for name in ("a.jpg", "b.jpg")]
    for number, path in enumerate(paths):
        path.write_bytes(photos.photo("jpeg", seed=number, exif=exif_of_burst()))
    begin(library, paths)


def test_photo_of_a_burst_that_was_edited_and_renamed_is_a_question_of_its_own(library: Library, folder: Path) -> None:
    burst(library, folder)
    (folder / "edited.jpg").write_bytes(photos.photo("jpeg", seed=7, exif=exif_of_burst()))
    (folder / "a.jpg").unlink()
    library.scan()
    [found] = library.checks.page("other_recording").items
    assert (found.title, found.resolutions[0].names) == ("edited.jpg", ("Edit a",))
    assert answered_at_once(library) == 0


def test_several_photos_of_one_second_are_asked_about_one_by_one_also_at_their_paths(
    library: Library, folder: Path
) -> None:
    burst(library, folder)
    (folder / "a.jpg").write_bytes(photos.photo("jpeg", seed=7, exif=exif_of_burst()))
    library.scan()
    assert [each.title for each in library.checks.page("other_recording").items] == ["a.jpg"]
    assert answered_at_once(library) == 0


def test_remux_beside_a_moved_recording_takes_nothing_from_it(library: Library, folder: Path) -> None:
    other = folder.parent / "other films"
    other.mkdir()
    [film] = clips(folder, names="a")
    library.scan([other])
    begin(library, [film])
    shutil.copy(film, other / "b.mp4")
    remux(film, "matroska")
    film.rename(film.with_suffix(".mkv"))
    library.scan()
    assert (people_by_name(library), edits(library)) == ({"a.mkv": [], "b.mp4": ["Person a"]}, {"b.mp4": ["Edit a"]})


def test_copies_that_may_be_two_recordings_are_asked_about_one_by_one(library: Library, folder: Path) -> None:
    a, b, c = clips(folder)
    begin(library, [a, b, c])
    media.build("mp4", folder, name="a.mp4", seed=7)
    shutil.copyfile(a, b)
    library.scan()
    assert {each.title for each in library.checks.page("other_recording").items} == {"a.mp4", "b.mp4"}
    assert answered_at_once(library) == 0
    assert people_by_name(library)["a.mp4"] == people_by_name(library)["b.mp4"] == []


def test_file_that_names_other_people_is_another_recording(library: Library, folder: Path) -> None:
    a, *_ = clips(folder)
    begin(library, [a])
    media.build("mp4", folder, name="a.mp4", seed=7, comment="People: Somebody Else")
    library.scan()
    assert library.checks.page("other_recording").items == []
    media.build("mp4", folder, name="a.mp4", seed=8, comment="People: Edit a, Somebody Else")
    library.scan()
    assert [each.title for each in library.checks.page("other_recording").items] == ["a.mp4"]


@pytest.mark.parametrize("muxer", effort.some(["mp4", "matroska", "mpegts", "mov", "avi"], 3))
def test_rewrite_by_another_program_keeps_people(library: Library, folder: Path, muxer: str) -> None:
    a, b, _ = clips(folder)
    begin(library, [a, b])
    remux(a, muxer)
    library.scan([])

    assert people_by_name(library) == {"a.mp4": ["Person a"], "b.mp4": ["Person b"], "c.mp4": []}
    assert edits(library)["a.mp4"] == ["Edit a"]


def test_other_container_under_the_same_name_keeps_people(library: Library, folder: Path) -> None:
    [a] = clips(folder, names="a")
    begin(library, [a])
    remux(a, "matroska")
    a.rename(a.with_suffix(".mkv"))
    library.scan([])

    assert people_by_name(library) == {"a.mkv": ["Person a"]}
    assert edits(library) == {"a.mkv": ["Edit a"]}


def remux(path: Path, muxer: str) -> None:
    """Write a file anew, as another program does: the same packets in another container, with another title."""
    target = path.with_name("remuxed")
    with av.open(str(path)) as source, av.open(str(target), "w", format=muxer) as made:
        made.metadata["title"] = "written anew"
        streams = {
            each.index: made.add_stream_from_template(each)
            for each in source.streams
            if each.type in ("video", "audio")
        }
        codes = (
            BitStreamFilterContext("h264_mp4toannexb", source.streams.video[0]) if muxer in ("avi", "mpegts") else None
        )
        for packet in source.demux(*[source.streams[index] for index in streams]):
            if packet.dts is None:
                continue
            stream = streams[packet.stream.index]
            for each in codes.filter(packet) if codes and packet.stream.type == "video" else [packet]:
                each.stream = stream
                made.mux(each)
    target.replace(path)


@pytest.mark.parametrize("form", effort.some(["mp4", "avi", "mkv"], 2))
def test_rollback_follows_swapped_recordings(library: Library, folder: Path, form: str) -> None:
    paths = clips(folder, form, "ab")
    before = [path.read_bytes() for path in paths]
    library.scan([folder])
    for path in paths:
        library.people.add([path], [f"Person {path.stem}"])
    written = library.write(library.plan(), ALL).wait()
    assert written.counts == {"success": 2}
    rename(folder, {paths[0].name: paths[1].name, paths[1].name: paths[0].name})
    library.scan([])
    rolled_back = library.rollback(written.id).wait()

    assert rolled_back.counts == {"success": 2}, library.operation(rolled_back.id).items
    assert [path.read_bytes() for path in paths] == before[::-1]


def test_photos_of_a_burst_keep_their_people(library: Library, folder: Path) -> None:
    """All have the same camera and the same second."""
    for number, name in enumerate("abc"):
        path = folder / f"{name}.jpg"
        path.write_bytes(photos.photo("jpeg", seed=number, exif=photos.exif()))
        os.utime(path, (OLD + number, OLD + number))
    begin(library, [folder / f"{name}.jpg" for name in "abc"])
    rename(folder, {"b.jpg": "a.jpg", "a.jpg": "b.jpg"})
    (folder / "c.jpg").write_bytes(photos.photo("jpeg", seed=9, exif=photos.exif()))
    library.scan([])

    assert people_by_name(library) == {"a.jpg": ["Person b"], "b.jpg": ["Person a"], "c.jpg": []}
    assert edits(library) == {"a.jpg": ["Edit b"], "b.jpg": ["Edit a"]}


def test_files_of_equal_size_and_time_that_swap_are_noticed(library: Library, folder: Path) -> None:
    paths = clips(folder, "avi", "ab")
    sizes = [each.stat().st_size for each in paths]
    for path in paths:  # the longer one decides the size, as for recordings of a fixed rate
        path.write_bytes(path.read_bytes().ljust(max(sizes), b"\0"))
        os.utime(path, (OLD, OLD))
    begin(library, paths)
    before = people_by_name(library)
    rename(folder, {"a.avi": "b.avi", "b.avi": "a.avi"})
    library.scan()
    assert people_by_name(library) == {"a.avi": before["b.avi"], "b.avi": before["a.avi"]}


@pytest.mark.parametrize(
    ("place", "way", "group"),
    [
        pytest.param(*place_and_way, group, marks=[pytest.mark.further] if group == skipped else [])
        for place_and_way, skipped in zip(
            itertools.product(["films", "another library"], ["rename", "copy"]), [1, 99, 99, 1], strict=True
        )
        for group in (1, 99)
    ],
)
def test_recording_that_takes_the_name_of_a_moved_one_with_the_same_start_is_another(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch, place: str, way: str, group: int
) -> None:
    """Photos of one camera and one moment have the same digest, as films that begin with the same pictures have."""
    monkeypatch.setattr(scanner, "GROUP_TEXT", -1 if group == 1 else scanner.GROUP_TEXT)  # a group for each file
    old, other = folder / "a.jpg", folder.parent / place
    other.mkdir(exist_ok=True)
    old.write_bytes(photos.photo("jpeg", seed=1, exif=photos.exif()))
    os.utime(old, (OLD, OLD))
    library.scan([folder])
    if other != folder:
        library.scan([other])
    begin(library, [old])
    if way == "rename":
        old.rename(other / "moved.jpg")
    else:
        shutil.copyfile(old, other / "moved.jpg")
    old.write_bytes(photos.photo("jpeg", seed=2, exif=photos.exif()))
    report = library.scan()
    assert people_by_name(library) == {"a.jpg": [], "moved.jpg": ["Person a"]}
    assert edits(library) == {"moved.jpg": ["Edit a"]}
    assert (report.seen, report.new, report.moved, report.changed) == (2, 1, 1, 0)


def test_photo_that_another_program_edits_in_place_is_read_and_counted_once(library: Library, folder: Path) -> None:
    photo = folder / "a.jpg"
    photo.write_bytes(photos.photo("jpeg", seed=1, exif=photos.exif()))
    os.utime(photo, (OLD, OLD))
    begin(library, [photo])
    photo.write_bytes(photos.photo("jpeg", seed=2, exif=photos.exif()))
    report = library.scan()
    assert (report.seen, report.new, report.moved, report.changed) == (1, 0, 0, 1)
    assert (people_by_name(library), edits(library)) == ({"a.jpg": ["Person a"]}, {"a.jpg": ["Edit a"]})


@pytest.mark.parametrize("group", [1, pytest.param(99, marks=pytest.mark.further)])
def test_recordings_that_a_full_scan_finds_renamed_are_known_afterwards(
    library: Library, folder: Path, group: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanner, "GROUP_TEXT", -1 if group == 1 else scanner.GROUP_TEXT)  # a group for each file
    paths = clips(folder, names="ab")
    begin(library, paths)
    rename(folder, {"a.mp4": "b.mp4", "b.mp4": "a.mp4"})
    library.scan(full=True)
    rename(folder, {"a.mp4": "b.mp4", "b.mp4": "a.mp4"})
    for path in paths:
        os.utime(path, (OLD + 1_000, OLD + 1_000))
    library.scan()
    assert people_by_name(library) == {"a.mp4": ["Person a"], "b.mp4": ["Person b"]}
    assert edits(library) == {"a.mp4": ["Edit a"], "b.mp4": ["Edit b"]}


def test_copies_are_known_after_a_full_scan(library: Library, folder: Path) -> None:
    paths = clips(folder)
    begin(library, paths)
    library.scan(full=True)
    shutil.copy(folder / "a.mp4", folder / "copy.mp4")
    os.utime(folder / "copy.mp4", (OLD, OLD))
    library.scan()
    assert people_by_name(library)["copy.mp4"] == ["Person a"]


def test_file_that_gets_another_name_and_other_tags_is_the_same(library: Library, folder: Path) -> None:
    [path] = clips(folder, names="a")
    begin(library, [path])
    before = tables.rows(library, "SELECT file_id FROM scanned_files")
    media.build("mp4", folder, name="b.mp4", seed=0, comment="Another program")
    path.unlink()
    library.scan()
    assert tables.rows(library, "SELECT file_id FROM scanned_files") == before
    assert edits(library) == {"b.mp4": ["Edit a"]}


def film_with_black_start(path: Path, seed: int) -> None:
    """Make a film of 120 pictures; the first 80 are black, the others depend on the seed."""
    pictures = np.random.default_rng(seed).integers(0, 256, (40, 64, 64, 3), dtype=np.uint8)
    with av.open(str(path), "w") as made:
        stream = made.add_stream("mpeg4", rate=25, width=64, height=64, pix_fmt="yuv420p")
        for picture in [np.zeros((64, 64, 3), dtype=np.uint8)] * 80 + list(pictures):
            made.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        made.mux(stream.encode())


def test_films_that_begin_with_the_same_black_pictures_are_several_recordings(library: Library, folder: Path) -> None:
    film = folder / "a.mp4"
    film_with_black_start(film, seed=1)
    library.scan([folder])
    library.people.add([film], ["Ann Lee"])
    film_with_black_start(film, seed=2)
    library.scan()
    assert people_by_name(library) == {"a.mp4": []}


def test_photo_that_was_edited_and_renamed_is_a_question(library: Library, folder: Path) -> None:
    for number, name in enumerate(("a.jpg", "b.jpg")):
        exif = photos.exif(taken=f"2019:07:04 10:11:1{number}")
        (folder / name).write_bytes(photos.photo("jpeg", seed=number, exif=exif))
    begin(library, [folder / "a.jpg", folder / "b.jpg"])
    for number, (old, new) in enumerate((("a.jpg", "beach.jpg"), ("b.jpg", "hill.jpg"))):
        exif = photos.exif(taken=f"2019:07:04 10:11:1{number}")
        (folder / new).write_bytes(photos.photo("jpeg", seed=number + 5, exif=exif))
        (folder / old).unlink()
    library.scan()

    first, second = sorted(library.checks.page("other_recording").items, key=lambda each: each.title)
    assert (first.title, second.title) == ("beach.jpg", "hill.jpg")
    assert first.text.startswith(f"{folder / 'a.jpg'} is missing, with Edit a.")
    assert answered_at_once(library) == 2
    assert people_by_name(library) == {"beach.jpg": ["Person a"], "hill.jpg": ["Person b"]}
    assert edits(library) == {"beach.jpg": ["Edit a"], "hill.jpg": ["Edit b"]}
    assert library.checks.page("other_recording").items == []


def test_recordings_of_a_first_full_scan_are_known_to_an_ordinary_one(library: Library, folder: Path) -> None:
    paths = clips(folder, names="ab")
    for number, path in enumerate(paths):  # no digest: photos of one second
        path.unlink()
        path.with_suffix(".jpg").write_bytes(photos.photo("jpeg", seed=number, size=(900, 900), quality=100))
    library.scan([folder], full=True)
    for name in "ab":
        library.people.add([folder / f"{name}.jpg"], [f"Person {name}"])
    rename(folder, {"a.jpg": "b.jpg", "b.jpg": "a.jpg"})
    for name in "ab":
        os.utime(folder / f"{name}.jpg", (OLD, OLD))
    library.scan()
    assert people_by_name(library) == {"a.jpg": ["Person b"], "b.jpg": ["Person a"]}


def test_photo_that_was_just_written_gives_its_people_to_no_other(library: Library, folder: Path) -> None:
    whole_second = photos.exif()
    del whole_second.get_ifd(0x8769)[0x9291]
    for number, name in enumerate("ab"):
        (folder / f"{name}.jpg").write_bytes(photos.photo("jpeg", seed=number, exif=whole_second))
    library.scan([folder])
    for name in "ab":
        library.people.add([folder / f"{name}.jpg"], [f"Person {name}"])
    shutil.copy2(folder / "a.jpg", folder / "b.jpg")
    library.scan()
    assert people_by_name(library) == {"a.jpg": ["Person a"], "b.jpg": ["Person a"]}


def test_two_paths_with_one_new_recording_are_two_questions(library: Library, folder: Path) -> None:
    a, b, c = clips(folder)
    c.unlink()
    begin(library, [a, b])
    for name in ("a.mp4", "b.mp4"):
        media.build("mp4", folder, name=name, seed=9)
    library.scan()
    assert sorted(each.title for each in library.checks.page("other_recording").items) == ["a.mp4", "b.mp4"]
