"""A library of films, a series and a home video that is identified, and changes of its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexium_core import cli
from indexium_core.library import Library
from indexium_core.model.titles.titles import TitleItem
from tests.support import media
from tests.support.copied_home import CopiedHome

FILES = {
    "Films/The Thing (1982)/The Thing (1982).mp4": {},
    "Films/Thng.mp4": {},
    "Shows/Pond/Season 1/Pond - S01E01 - Frogs.mp4": {},
    "Shows/Pond/Season 1/Pond - S01E02-E03.mp4": {},
    "Shows/Pond/Season 2/Pond - S02E04.mp4": {},
    "VID_20190731_183000.mp4": {},
}
HOME = CopiedHome(FILES)
NFO = "<movie><title>{}</title><year>1951</year><uniqueid type='tmdb'>77</uniqueid></movie>"


def add(path: Path, seed: int, **tags: str) -> Path:
    """Make a video with container tags, and return its path."""
    return media.video(path, seed=seed, tags=tags)


def titles(library: Library, kind: str = "movie", **wanted: str) -> dict[str, TitleItem]:
    """Return the titles of a kind by title; `wanted` are filters of the list."""
    return {each.title: each for each in library.titles.list(kind=kind, per_page=500, **wanted).items}  # type: ignore[arg-type]


def identify(library: Library) -> dict[str, object]:
    """Identify all libraries, and return the report of the job."""
    job = library.jobs.wait(library.titles.identify().id, timeout=60)
    assert job.status == "completed", job.error_message
    return dict(job.summary)


def rename_file(_: Library, folder: Path) -> None:
    (folder / "Films/Thng.mp4").rename(folder / "Films/Some.Other.Name.2001.1080p.mp4")


def rename_folder(_: Library, folder: Path) -> None:
    (folder / "Films").rename(folder / "Movies")


def move_into_series(_: Library, folder: Path) -> None:
    (folder / "Films/Thng.mp4").rename(folder / "Shows/Pond/Season 2/Pond - S02E09.mp4")


def add_nfo(_: Library, folder: Path) -> None:
    (folder / "Films/Thng.nfo").write_text(NFO.format("From the NFO file"))


def add_nfo_of_episode(_: Library, folder: Path) -> None:
    text = "<episodedetails><title>T</title><season>3</season><episode>1</episode></episodedetails>"
    (folder / "Films/Thng.nfo").write_text(text)


def add_neighbours(_: Library, folder: Path) -> None:
    (folder / "Films/Thng.mp4").rename(folder / "Films/Thng 01.mp4")
    for number in (2, 3, 4):
        add(folder / f"Films/Thng 0{number}.mp4", 20 + number)


def lose_and_find(library: Library, folder: Path) -> None:
    away = folder.parent / "away.mp4"
    (folder / "Films/Thng.mp4").rename(away)
    library.scan()
    away.rename(folder / "Films/Thng.mp4")


def go_offline(library: Library, folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))
    library.scan()
    identify(library)
    folder.with_name("elsewhere").rename(folder)


def change_kind(library: Library, _: Path) -> None:
    [row] = library.inventory.list()
    library.inventory.set_kind(row.library_id, "home")
    library.inventory.set_kind(row.library_id, "movies")


def write_tags(_: Library, folder: Path) -> None:
    (folder / "Films/Thng.mp4").unlink()
    add(folder / "Films/Thng.mp4", 1, title="A tagged title")


def scan_again(library: Library, _: Path) -> None:
    library.scan(full=True)


FILE_CHANGES = [
    scan_again,
    rename_file,
    rename_folder,
    move_into_series,
    add_nfo,
    add_nfo_of_episode,
    add_neighbours,
    lose_and_find,
    go_offline,
    change_kind,
    write_tags,
]


def run(library: Library, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Run a command of the home, and return its exit code and its output."""
    code = cli.main(["--home", str(library.home), *words])
    return code, capsys.readouterr().out
