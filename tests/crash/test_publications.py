"""
A process killed at any system call of a publication or of its rollback leaves every title old or new as a whole.

Two films: one gets new files, the other one has an NFO file that is edited, a picture that is replaced, and a picture
with another extension that is removed. By default some calls that change names are tested; `--all` tests every call.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from indexium_core.library import Library
from indexium_core.model.publishing.requests import PublicationSelection
from tests.crash.conftest import Choice
from tests.support import gate, killed_write, seccomp, tally
from tests.support.calls import Call
from tests.support.forks import Forks
from tests.support.published_home import HOME, picture, select_picture, tree

pytestmark = pytest.mark.crash

FILMS = ("Films/The Lantern Keeper (2014)", "Films/Night Tram (2009)")
NAMES = {"rename", "exchange", "link", "remove"}  # kinds of calls that change names


class Prepared(NamedTuple):
    """A home with a plan of publications, and its folder."""

    home: Path
    folder: Path
    films: tuple[int, ...]


def publish(home: Path) -> None:
    """Publish the films of a home, or resume the interrupted publication."""
    with Library.open(home) as library:
        newest = library.history().items
        if newest and newest[0].operation_type == "publish" and newest[0].status in {"interrupted", "failed"}:
            library.resume(newest[0].id).wait()
            return
        films = [each.id for each in library.titles.list(kind="movie").items]
        library.publications.start(PublicationSelection(addresses=tuple(f"movie:{film}" for film in films))).wait()


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    folder, home = HOME.lay_out(tmp_path / "media"), tmp_path / "home"
    (folder / FILMS[1] / "movie.nfo").write_bytes(b"<movie>\r\n  <title>Tram</title><shelf>4</shelf>\r\n</movie>")
    (folder / FILMS[1] / "poster.jpg").write_bytes(picture("red"))
    (folder / FILMS[1] / "poster.png").write_bytes(picture("red", form="PNG"))
    with HOME.open(home, folder) as library:
        ids = {each.title: each.id for each in library.titles.list(kind="movie").items}
        films = (ids["The Lantern Keeper"], ids["Night Tram"])
        for film in films:
            select_picture(library, film, picture("blue"))
        [found] = library.inventory.list()
        library.publications.set_options(found.library_id, publish="both")
    return Prepared(home, folder, films)


def test_publication_killed_at_any_call_leaves_titles_whole(prepared: Prepared, forks: Forks, choice: Choice) -> None:
    check_kills(prepared, forks, choice, publish, "kills of a publication", most=5)


def test_rollback_of_a_publication_killed_at_any_call_leaves_titles_whole(
    prepared: Prepared, forks: Forks, choice: Choice
) -> None:
    publish(prepared.home)
    check_kills(prepared, forks, choice, killed_write.roll_back, "kills of a rollback of a publication", most=4)


def test_restoration_killed_at_any_call_leaves_titles_whole(prepared: Prepared, forks: Forks, choice: Choice) -> None:
    publish(prepared.home)
    for film in FILMS:
        for each in (prepared.folder / film).iterdir():
            if each.suffix != ".mp4":
                each.unlink()
    check_kills(prepared, forks, choice, repair, "kills of a restoration", most=4)


def test_rollback_beside_a_renamed_film_killed_at_any_call_leaves_titles_whole(
    prepared: Prepared, forks: Forks, choice: Choice
) -> None:
    publish(prepared.home)
    film = prepared.folder / FILMS[1]
    (film / "Night Tram (2009).mp4").rename(film / "Tram 4K.mp4")
    with Library.open(prepared.home) as library:
        library.scan()
    check_kills(prepared, forks, choice, killed_write.roll_back, "kills of a rollback beside a renamed film", most=5)


def repair(home: Path) -> None:
    """Restore the published files that are gone."""
    with Library.open(home) as library:
        library.disaster_recovery.validate_integrity(repair=True)


def check_kills(
    prepared: Prepared, forks: Forks, choice: Choice, run: Callable[[Path], None], count: str, *, most: int
) -> None:
    """
    Kill a run at its calls, one after another, and look at the films after the next start.

    `most`: the number of calls that are tested by default.
    """
    if why := seccomp.why_not():
        pytest.skip(why)
    old = tree(prepared.folder)
    kept = copied(prepared, prepared.home.parent / "kept")
    clean = forks.watch(trap(prepared, 0), run, prepared.home)
    new = tree(prepared.folder)
    assert all(part(old, film) != part(new, film) for film in FILMS)
    seen = set[str]()
    for at in range(1, len(clean.calls) + 1) if choice.every else chosen(clean.calls, most):
        restore(kept, prepared)
        report = forks.watch(trap(prepared, at), run, prepared.home)
        assert report.killed or (report.hit is None), at
        with Library.open(prepared.home) as library:
            now = tree(prepared.folder)
            for film in FILMS:
                states = [name for name, state in (("old", old), ("new", new)) if part(now, film) == part(state, film)]
                assert len(states) == 1, (at, film, sorted(part(now, film)))
                seen.add(states[0])
            newest = library.history().items
            is_rest = bool(newest) and newest[0].status == "interrupted"
        if is_rest:
            publish(prepared.home) if run is publish else resume(prepared.home)
            assert tree(prepared.folder) == new, at
        tally.count("side files of titles", count)
    assert seen == {"old", "new"}


def chosen(calls: Sequence[Call], most: int) -> list[int]:
    """Return the numbers of the first and the last call, and of some between them that change names."""
    numbers = sorted({1, *(call.number for call in calls if call.kind in NAMES), len(calls)})
    return sorted({numbers[round(at * (len(numbers) - 1) / (most - 1))] for at in range(most)})


def resume(home: Path) -> None:
    """Resume the newest operation of a home."""
    with Library.open(home) as library:
        library.resume(library.history().items[0].id).wait()


def trap(prepared: Prepared, at: int) -> gate.Trap:
    folders = (str(prepared.folder), str(prepared.home / "backups"))
    return gate.Trap(folders=folders, at=at, deed="kill" if at else "pass")


def part(state: Mapping[str, bytes], film: str) -> dict[str, bytes]:
    """Return the files of one film."""
    return {name: content for name, content in state.items() if name.startswith(film + "/")}


def copied(prepared: Prepared, target: Path) -> Path:
    shutil.copytree(prepared.folder, target / "media")
    shutil.copytree(prepared.home, target / "home")
    return target


def restore(kept: Path, prepared: Prepared) -> None:
    """Restore the home and its folder; the films keep their inodes, by which the database knows them."""
    media = kept / "media"
    for path in sorted(prepared.folder.rglob("*"), reverse=True):  # the files of a folder before it
        if not path.is_dir():
            if path.suffix != ".mp4":
                path.unlink()
        elif not (media / path.relative_to(prepared.folder)).is_dir():
            path.rmdir()
    shutil.copytree(media, prepared.folder, dirs_exist_ok=True)
    shutil.rmtree(prepared.home)
    shutil.copytree(kept / "home", prepared.home)
