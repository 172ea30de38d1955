"""
Other disturbances of a write: permissions, other programs, full disks.

The file reports the reason and is unchanged; the next file of the batch is written; the next start finds nothing to do.
"""

from __future__ import annotations

import fcntl
import functools
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from indexium_core.library import Library
from indexium_core.model.files import strategies
from tests.crash.conftest import Scenes
from tests.support import killed_write, meddling, places, shapes, tally
from tests.support.effort import effort
from tests.support.forks import Forks
from tests.support.gate import Trap
from tests.support.scenes import Film, Scene, item_of, newest_of

pytestmark = pytest.mark.crash

Outcome = tuple[str, str]  # status and code of an item

BETWEEN = {
    "vanished": (meddling.vanish, {"missing_file"}),
    "moved": (meddling.move, {"missing_file"}),
    "replaced": (meddling.replace, {"changed_on_disk", "corrupt", "not_video"}),
    "longer": (meddling.append, {"changed_on_disk", "corrupt", "no_strategy_yet"}),
    "edited without a trace": (meddling.edit, {"changed_on_disk"}),
    "cut": (meddling.cut, {"changed_on_disk", "corrupt"}),
    "a link": (meddling.become_link, {"changed_on_disk"}),
    "a folder": (meddling.become_folder, {"changed_on_disk", "unreadable"}),
    "a pipe": (meddling.become_pipe, {"changed_on_disk", "unreadable"}),
}


BESIDE_MEDIA = {"avi_in_place", "ogg_in_place", "heif_in_place"}


def outcomes(scene: Scene, *, problems: int = 0) -> dict[str, Outcome]:
    """Open the home like the next start; return the outcome of each film of the newest operation."""
    with Library.open(scene.home) as library:
        again = library.recover()
        assert (again.undone, again.finished, len(again.problems)) == (0, 0, problems)
        newest = newest_of(library)
        assert newest is not None
        items = [(film, item_of(library, newest, film)) for film in scene.all]
        for _, item in items:
            assert item is not None
            assert item.status == "success" or item.message.endswith("."), item.message
        names = {film: Path(film.item_name or film.path.name).stem for film in scene.all}
        return {names[film]: (item.status, item.code) for film, item in items if item is not None}


def written_around(
    scene: Scene, codes: set[str], *, unchanged: bool = True, write: Callable[[Path], None] = killed_write.write
) -> None:
    """Write: the first film is rejected with one of the codes, the second is written."""
    before = scene.film.path.read_bytes() if scene.film.path.is_file() else None
    assert scene.run(write).code == 0
    found = outcomes(scene)
    assert found["film"][0] in {"failed", "conflict"}, found
    assert found["film"][1] in codes, found
    assert found["second"] == ("success", ""), found
    assert scene.all[1].state == "new"
    if unchanged:
        assert before == (scene.film.path.read_bytes() if scene.film.path.is_file() else None)
    tally.count(scene.shape.strategy, "disturbances")


@pytest.fixture
def scene(scenes: Scenes, spread_case: str) -> Scene:
    """Two planned films, the first of any strategy."""
    made = scenes(spread_case)
    made.reset()
    return made


SIMILAR = {"moved", "cut", "a folder"}  # to vanished, longer, a pipe: by name, by size, no plain file
CHANGED_FILES = [pytest.param(what, marks=pytest.mark.further if what in SIMILAR else []) for what in BETWEEN]


@pytest.mark.parametrize("what", CHANGED_FILES)
def test_changed_file_is_a_conflict(scene: Scene, what: str) -> None:
    action, codes = BETWEEN[what]
    action(scene.film.path)
    written_around(scene, codes)


def test_read_only_file_is_not_written(scene: Scene) -> None:
    scene.film.path.chmod(0o444)
    written_around(scene, {"read_only"})
    assert scene.film.state == "old"


def test_immutable_file_is_not_written(scene: Scene) -> None:
    if os.geteuid() or shutil.which("chattr") is None:
        pytest.skip("only root can make a file immutable, with chattr")
    done = subprocess.run(["chattr", "+i", str(scene.film.path)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this file system knows no immutable files: {done.stderr.strip()}")
    try:
        written_around(scene, {"read_only"})
        assert scene.film.state == "old"
    finally:
        subprocess.run(["chattr", "-i", str(scene.film.path)], check=True)


def test_file_open_for_writing_is_not_written(scene: Scene) -> None:
    with scene.film.path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        written_around(scene, {"in_use"}, write=killed_write.write_impatiently)
    assert scene.film.state == "old"


def test_file_open_in_a_player_gets_no_insert(scenes: Scenes) -> None:
    """A player with the film open continues to read the old file: the next strategy makes a new file."""
    scene = scenes(next(name for name in shapes.ready() if shapes.ALL[name].strategy == "mp4_insert_range"))
    scene.reset()
    with scene.film.path.open("rb") as player:
        assert scene.run(killed_write.write).code == 0
        with Library.open(scene.home) as library:
            newest = newest_of(library)
            assert newest is not None
            item = item_of(library, newest, scene.film)
        assert player.read() == scene.film.old
    assert item is not None
    assert (item.status, item.code) in {("success", ""), ("conflict", "in_use")}
    assert item.strategy != "mp4_insert_range"
    tally.count(scene.shape.strategy, "disturbances")


# The sidecar of a photo.

SIDECAR_CHANGES = {what: action for what, (action, _) in BETWEEN.items()} | {"described": meddling.describe}
APPEARING = {"replaced", "longer", "described"}  # also where no sidecar was planned
UNDERSTOOD = {"vanished", "moved", "cut", "described"}  # what is left of the sidecar is understood, and kept by a write
REFUSALS = {  # by the time of the change
    "before the write": {"no_strategy_yet", "changed_on_disk"},
    "during the write": {"changed_on_disk", "missing_file"},
    "before the rollback": {"changed_since", "unreadable"},
}
CHANGED_SIDECARS = [
    (name, what)
    for name, shape in shapes.SIDECARS.items()
    for what in SIDECAR_CHANGES
    if shape.sidecar is not None or what in APPEARING
]


def found_at(path: Path) -> tuple[int, bytes]:
    """The kind of a file and its bytes, without those behind a link."""
    if not os.path.lexists(path):
        return 0, b""
    return stat.S_IFMT(path.lstat().st_mode), path.read_bytes() if path.is_file() else b""


TELLING = {  # by default: a sidecar that appears, goes, changes by a byte, in its size, in its kind, in what it says
    ("heif, no sidecar", "replaced"),
    ("heif, sidecar", "vanished"),
    ("heif, sidecar", "edited without a trace"),
    ("heif, sidecar", "cut"),
    ("heif, sidecar", "a pipe"),
    ("heif, sidecar", "described"),
}
AT_MOMENTS = [
    pytest.param(changed, moment, marks=[] if changed in TELLING else pytest.mark.further)
    for changed, moment in effort.pairs(CHANGED_SIDECARS, list(REFUSALS))
]


@pytest.mark.parametrize(("changed", "moment"), AT_MOMENTS, ids=str)
def test_sidecar_of_another_program_is_kept(scenes: Scenes, changed: tuple[str, str], moment: str) -> None:
    """A changed, removed or replaced sidecar loses nothing: it is refused with a code, or its content is kept."""
    name, what = changed
    scene, action = scenes(name), SIDECAR_CHANGES[what]
    sidecar, begins = scene.film.path, moment == "during the write"
    (scene.written if moment == "before the rollback" else scene.reset)()
    if not begins:
        action(sidecar)
    theirs = found_at(sidecar)
    if begins:
        scene.run(killed_write.write, meddled(scene, action))
        theirs = changed_apart(scene, action)
    else:
        scene.run(killed_write.roll_back if moment == "before the rollback" else killed_write.write)
    found = outcomes(scene)
    assert found["second"] == ("success", ""), found
    if moment == "before the write" and what in UNDERSTOOD:
        assert found["film"] == ("success", ""), found
        assert (b"Theirs" in sidecar.read_bytes()) == (what == "described")
        assert scene.run(killed_write.roll_back).code == 0
    else:
        assert found["film"][0] in {"failed", "conflict"}, found
        assert found["film"][1] in REFUSALS[moment], found
    assert found_at(sidecar) == theirs
    assert scene.kept[0].state == "old"
    tally.count(scene.shape.strategy, "disturbances")


def meddled(scene: Scene, action: Callable[[Path], None]) -> Trap:
    """A trap that changes the first film when the journal is written, so before any byte of it changes."""
    begin = next(
        call for call in scene.clean.calls if call.kind == "write" and call.path.endswith(".journal") and call.offset
    )
    return scene.trap(begin, "meddle", action=functools.partial(action, scene.film.path))


def changed_apart(scene: Scene, action: Callable[[Path], None]) -> tuple[int, bytes]:
    """The change of the planned sidecar by another program, in another folder."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / scene.film.path.name
        if scene.film.old is not None:
            path.write_bytes(scene.film.old)
        action(path)
        return found_at(path)


# Another program at the same time.


@pytest.mark.parametrize("what", ["replaced", "longer", "vanished", "edited without a trace"])
def test_change_during_a_write_is_kept(scene: Scene, what: str) -> None:
    """Change the film before any byte of it changes: the change is kept."""
    action, _ = BETWEEN[what]
    if scene.shape.strategy == "mp4_insert_range" and what in {"longer", "edited without a trace"}:
        pytest.skip("who opens the film then has to wait until we have done")
    scene.run(killed_write.write, meddled(scene, action))
    # The metadata of these small files are next to the changed byte, so our change and theirs cannot be distinguished:
    # nothing is restored, and the user gets a message.
    amid = what == "edited without a trace" and scene.shape.strategy in BESIDE_MEDIA
    found = outcomes(scene, problems=int(amid))
    assert found["film"][0] in ({"unknown"} if amid else {"failed", "conflict"}), found
    assert found["second"] == ("success", ""), found
    theirs, made = (
        scene.film.path.read_bytes() if scene.film.path.exists() else None,
        made_of(scene.film, what, scene.films),
    )
    place = meddling.place_of_edit(scene.film.old)
    compared = slice(place, place + 1) if amid else slice(None)
    assert (theirs and theirs[compared]) == (made and made[compared])
    tally.count(scene.shape.strategy, "disturbances")


def made_of(film: Film, what: str, folder: Path) -> bytes | None:
    """The change of a film by another program."""
    copy = folder / ".copy"
    copy.write_bytes(film.old)
    BETWEEN[what][0](copy)
    data = copy.read_bytes() if copy.exists() else None
    copy.unlink(missing_ok=True)
    return data


def test_second_open_of_a_home_is_refused(forks: Forks, home: Path) -> None:
    with Library.open(home):
        assert forks.run(killed_write.find_in_use, home, os.getpid()) == 0


# Permissions and space.


def test_folder_without_write_permission(scene: Scene) -> None:
    """A write in place needs no permission on the folder; a write of a new file needs it, or uses another strategy."""
    scene.films.chmod(0o555)
    try:
        assert scene._forks.run(killed_write.write_without_privilege, scene.home) == 0
    finally:
        scene.films.chmod(0o755)
    found = outcomes(scene)
    if scene.film.state == "old":
        assert found["film"] in {("failed", "read_only"), ("failed", "no_strategy_yet")}
        assert strategies.replaces(scene.shape.strategy)
    else:
        assert found["film"] == ("success", "")
        assert scene.film.path.read_bytes()[: len(scene.film.old)] != scene.film.old
    assert found["second"] == ("success", "")
    assert scene.strays() == []
    tally.count(scene.shape.strategy, "disturbances")


def test_disk_without_space_for_a_copy(forks: Forks, tmp_path: Path, spread_case: str) -> None:
    """A full disk stops the operation. It is resumed, and writes every file, as soon as the disk has space."""
    with places.mounted("tmpfs", tmp_path, megabytes=8) as small:
        name = spread_case if shapes.ALL[spread_case].place in {"any", "memory"} else "avi"
        scene = Scene(name, tmp_path, small, forks)
        scene.reset()
        filler = small / "filler.bin"
        filler.write_bytes(bytes(shutil.disk_usage(small).free - len(scene.film.old) // 2))
        assert scene.run(killed_write.write).code == 0
        assert scene.strays() == [filler.name]
        with Library.open(scene.home) as library:
            operation = newest_of(library)
            assert operation is not None
        if operation.status != "completed":
            assert (operation.status, operation.success_count) == ("failed", 0)
            assert "is full" in operation.error_message
            assert [film.state for film in scene.all] == ["old"] * len(scene.all)
            filler.unlink()
            assert scene.run(killed_write.write).code == 0
        filler.unlink(missing_ok=True)
        assert set(outcomes(scene).values()) == {("success", "")}
        assert [film.state for film in scene.all] == ["new"] * len(scene.all)
        assert scene.strays() == []
        tally.count(scene.shape.strategy, "disturbances")


def test_no_space_for_a_journal_changes_no_file(scenes: Scenes, tmp_path: Path, forks: object) -> None:
    scene = scenes(shapes.one_of_each()[-1])
    scene.reset()
    with places.mounted("tmpfs", tmp_path, megabytes=64) as small:
        shutil.copytree(scene.home, small / "home")
        (small / "filler").write_bytes(bytes(shutil.disk_usage(small).free - (1 << 19)))
        scene._forks.run(killed_write.write, small / "home")
    assert scene.film.state == "old"
