"""The strategy of a write also depends on settings, on other names of the film, and on open handles."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from indexium_core import settings
from indexium_core.library import Library
from indexium_core.model.operations.operation import ItemDetails, WriteOptions
from tests.support import places, readers, shapes
from tests.support.holding import retry_with
from tests.support.studio import ALL, OLD

BREAK = replace(ALL, hard_links="break")
# A film for each strategy that is possible in an ordinary folder.
CASES = ["mp4, index last", "mp4, fragmented", "mkv, ffmpeg", "mkv, live", "avi", "flv", "wmv", "ogv"]


@contextlib.contextmanager
def opened(folder: Path, names: Sequence[str], where: Path | None = None, **values: object) -> Iterator[Library]:
    """A library of films of these cases, whose comments lack many people."""
    films = where or folder / "films"
    films.mkdir(exist_ok=True)
    for name in names:
        path = films / f"{name}.{shapes.EVERY[name].container}"
        path.write_bytes(shapes.film(name))
        os.utime(path, (OLD, OLD))
    with Library.open(folder / "home", config=settings.load(folder / "home", **values)) as library:
        library.scan([films])
        library.people.add(list(films.iterdir()), list(shapes.PEOPLE))
        yield library


def written(library: Library, options: WriteOptions = ALL) -> dict[str, ItemDetails]:
    """Write all files; return the outcome of each film, by the name of its case."""
    operation = library.write(library.plan(hard_links=options.hard_links), options)
    operation.wait()
    return {Path(item.file_name).stem: item for item in library.operation(operation.id, per_page=0).items}


def test_setting_allows_index_at_end_and_rollback_restores_it(tmp_path: Path) -> None:
    name = "mp4, no room, moved to the end"
    with opened(tmp_path, [name], faststart="any") as library:
        path = tmp_path / "films" / f"{name}.mp4"
        [before] = readers.look([path])
        [item] = library.plan().items
        assert item.strategy == "mp4_append"

        assert written(library)[name].strategy == "mp4_append"
        [after] = readers.look([path])
        assert after.shown_by(item.result_comment or "") == readers.SHOWN_BY[name]
        assert after.known == before.known
        assert path.read_bytes().startswith(shapes.film(name)[:32])

        library.rollback(1).wait()
        assert (path.read_bytes(), path.stat().st_mtime) == (shapes.film(name), OLD)


def test_modification_times_are_kept_by_every_strategy_if_set(tmp_path: Path) -> None:
    with opened(tmp_path, CASES, preserve_mtime=True) as library:
        items = written(library)

        assert {name: item.strategy for name, item in items.items()} == {
            name: shapes.EVERY[name].strategy for name in CASES
        }
        for path in (tmp_path / "films").iterdir():
            assert (path.read_bytes() != shapes.film(path.stem), path.stat().st_mtime) == (True, OLD), path.stem
        assert library.scan().unchanged == len(CASES)


# Films with several names


def test_break_links_replaces_one_name_only(
    tmp_path: Path,
) -> None:
    names = ["ogv", "mkv, live", "mp4, fragmented", "mp4, index last"]
    with opened(tmp_path, names) as library:
        films = {path.stem: path for path in (tmp_path / "films").iterdir()}
        others = {name: tmp_path / f"seed {name}" for name in names}
        for name, path in films.items():
            os.link(path, others[name])
        library.scan(full=True)

        blocked = {item.file_name: [issue.code for issue in item.issues] for item in library.plan("risk:blocked").items}
        assert set(blocked) == {films[name].name for name in names[:3]}
        assert all("hard_linked" in codes for codes in blocked.values())
        assert set(written(library)) == {"mp4, index last"}
        assert films["mp4, index last"].samefile(others["mp4, index last"])

        items = written(library, BREAK)
        assert {name: (item.status, item.strategy) for name, item in items.items()} == {
            name: ("success", shapes.EVERY[name].strategy) for name in names[:3]
        }
        for name in names[:3]:
            assert others[name].read_bytes() == shapes.film(name)
            assert films[name].stat().st_nlink == 1
        library.rollback(2).wait()
        library.rollback(1).wait()
    for name in names:
        assert films[name].read_bytes() == others[name].read_bytes() == shapes.film(name)


@contextlib.contextmanager
def parted(folder: Path, names: Sequence[str], *, elsewhere: bool = True) -> Iterator[tuple[Library, dict[str, Path]]]:
    """Films with another name in the library or beside them; the write separates the names."""
    with opened(folder, names) as library:
        films = {path.stem: path for path in (folder / "films").iterdir()}
        seeds = folder / "seeds" if elsewhere else folder / "films"
        seeds.mkdir(exist_ok=True)
        for path in films.values():
            os.setxattr(path, "user.indexium.test", b"kept")
            os.link(path, seeds / f"seed of {path.name}")
        if elsewhere:
            library.scan([folder / "films"])
            library.scan([seeds])
            library.decisions.postpone("name:seed")
        items = written(library, BREAK)
        assert {name: items[name].status for name in films} == dict.fromkeys(films, "success")
        assert all(path.stat().st_nlink == 1 for path in films.values())
        yield library, films


def seed_of(path: Path) -> Path:
    """The other name of a film."""
    return next(path.parent.parent.glob(f"*/seed of {path.name}"))


@pytest.mark.parametrize("elsewhere", [True, False])
def test_rollback_joins_names_of_film(tmp_path: Path, *, elsewhere: bool) -> None:
    names = ["ogv", "mkv, live", "mp4, fragmented"]
    with parted(tmp_path, names, elsewhere=elsewhere) as (library, films):
        new = {name: path.read_bytes() for name, path in films.items()}
        old = {name: seed_of(path).stat() for name, path in films.items()}
        check = library.rollback_check(1)
        assert (check.exact, check.links_restored, check.links_not_restored) == (3, 3, 0)

        back = library.rollback(1)
        back.wait()

        for name, path in films.items():
            assert path.samefile(seed_of(path)), name
            assert path.read_bytes() == shapes.film(name)
            assert path.stat().st_mtime_ns == old[name].st_mtime_ns
            assert os.getxattr(path, "user.indexium.test") == b"kept"
        items = library.operation(back.id, per_page=0).items
        assert {item.message for item in items} == {"It shares one file with its other name again." for _ in items}
        assert library.scan().changed == 0

        # A rollback of the rollback separates the names again; its rollback joins them again.
        library.rollback(back.id).wait()
        assert {name: path.read_bytes() for name, path in films.items()} == new
        assert [path.stat().st_nlink for path in films.values()] == [1, 1, 1]
        assert all(seed_of(path).read_bytes() == shapes.film(name) for name, path in films.items())
        library.rollback(back.id + 1).wait()
        assert all(path.samefile(seed_of(path)) for path in films.values())


def test_check_reports_names_that_stay_separate(tmp_path: Path) -> None:
    names = ["ogv", "mkv, live", "mp4, fragmented"]
    with parted(tmp_path, names) as (library, films):
        gone, changed, forged = (films[name] for name in names)
        seed_of(gone).unlink()
        seed_of(changed).write_bytes(b"something else")
        seed = seed_of(forged)  # of equal size and date, but with other bytes
        with seed.open("r+b") as file:
            file.seek(-1, os.SEEK_END)
            last = file.read(1)
            file.seek(-1, os.SEEK_END)
            file.write(bytes([last[0] ^ 1]))
        os.utime(seed, (OLD, OLD))
        other = seed.read_bytes()
        check = library.rollback_check(1)
        assert (check.exact, check.links_restored, check.links_not_restored) == (3, 1, 2)
        assert check.as_dict()["links_not_restored"] == 2

        back = library.rollback(1)
        back.wait()

        for name, path in films.items():
            assert path.read_bytes() == shapes.film(name)
            assert path.stat().st_mtime == OLD
            assert path.stat().st_nlink == 1
        assert seed.read_bytes() == other
        items = library.operation(back.id, per_page=0).items
        assert {item.status for item in items} == {"success"}
        assert all("stay two files" in item.message for item in items)


def test_question_reports_names_separated_by_write(tmp_path: Path) -> None:
    with opened(tmp_path, ["ogv", "mp4, index last"]) as library:
        for path in list((tmp_path / "films").iterdir()):
            os.link(path, tmp_path / f"seed {path.name}")
        library.scan(full=True)
        plan = library.plan(hard_links="break")
        said = {
            item.file_name: [issue.message for issue in item.issues if issue.code == "hard_linked"]
            for item in plan.items
        }
        assert said == {
            "ogv.ogv": ["The file has 2 hard links. A write replaces the file, and the other links keep the old file."],
            "mp4, index last.mp4": ["The file has 2 hard links; all of them show the new comment."],
        }
        summary = library.preview(plan.select(risk=ALL.risk), plan)
        assert (summary.count, summary.breaks_links) == (2, 1)
        report = library.dry_run(plan, BREAK, selection=plan.select(risk=ALL.risk))
        assert sorted(item.message for item in report.items) == ["", "Its other names keep the old file."]
        assert {item.message for item in written(library, BREAK).values()} == {"", "Its other names keep the old file."}


# Open films


@contextlib.contextmanager
def player(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process with the film open, which reads all of it on request."""
    program = "import sys; film = open(sys.argv[1], 'rb'); print(flush=True); sys.stdin.readline()"
    show = "sys.stdout.buffer.write(film.read())"
    command = [sys.executable, "-S", "-c", f"{program}; {show}", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.readline()
        yield running


@pytest.fixture
def ext4(tmp_path: Path) -> Iterator[Path]:
    with places.folder("ext4", tmp_path) as folder:
        yield folder


def test_open_video_is_copied_and_player_keeps_old_file(tmp_path: Path, ext4: Path) -> None:
    name = "mp4, no room, ext4"
    with opened(tmp_path, [name], ext4) as library, player(ext4 / f"{name}.mp4") as playing:
        assert [item.strategy for item in library.plan().items] == ["mp4_insert_range"]

        assert written(library)[name].strategy == "mp4_copy"
        assert playing.communicate(b"\n")[0] == shapes.film(name)
        library.rollback(1).wait()
        assert (ext4 / f"{name}.mp4").read_bytes() == shapes.film(name)


def test_open_video_without_replacement_waits(tmp_path: Path, ext4: Path) -> None:
    name = "mp4, no room, ext4"
    path = ext4 / f"{name}.mp4"
    with opened(tmp_path, [name], ext4) as library:
        os.link(path, ext4 / "seed")
        library.scan(full=True)
        retry_with(library, lambda: None)
        with player(path) as playing:
            item = written(library)[name]
            assert (item.status, item.code) == ("conflict", "in_use")
            assert path.read_bytes() == playing.communicate(b"\n")[0] == shapes.film(name)

        item = written(library)[name]
        assert (item.status, item.strategy) == ("success", "mp4_insert_range")
        assert path.samefile(ext4 / "seed")
