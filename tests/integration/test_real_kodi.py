"""A real Kodi shows what the simulation says; the test is skipped, on every machine, where Kodi is not installed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from indexium_core.files.titles import player_reading
from indexium_core.files.titles.nfo import MAX_BYTES
from indexium_core.model.publishing.player_views import MediaFolder, PlayerView
from tests.support import kodi, media
from tests.support.player_cases import CASES

# Kodi's art of each kind that the simulation has as the poster.
ART = {"movie": "poster", "tvshow": "poster", "season": "poster", "episode": "thumb"}
_SERIES = "<tvshow><title>{}</title><premiered>2010-01-02</premiered></tvshow>"


def measured() -> dict[str, MediaFolder]:
    """The cases that one scan measures: titles that Kodi does not know, with files that the simulation reads."""
    new = {name: case.folder for name, case in CASES.items() if case.folder.before is None}
    return {name: each for name, each in new.items() if all(len(data) < MAX_BYTES for data in each.nfo.values())}


def written(root: Path, number: int, folder: MediaFolder, film: Path) -> Path:
    """Write a folder with a film; return the path by which Kodi knows the title."""
    place = root / source_of(folder) / f"{number:03}"
    if folder.entity in ("movie", "video"):
        return _filled(place, folder, film) / folder.media
    show = place.with_name(f"{place.name} Show")
    series = MediaFolder(
        entity="series", nfo={"tvshow.nfo": _SERIES.format(show.name).encode()}
    )  # Kodi joins equal ones
    if folder.entity == "series":
        _filled(show, folder, film, media_name="S01E01.mkv", nfo={"S01E01.nfo": _episode(1)})
        return show
    if folder.entity == "episode":
        _filled(show, series, film)
        return _filled(show / "Season 1", folder, film) / folder.media
    of_series = {name: data for name, data in folder.nfo.items() if name == "tvshow.nfo"} or dict(series.nfo)
    _filled(show, MediaFolder(entity="series", nfo=of_series, pictures=folder.series_pictures), film)
    name = f"S{folder.number:02}E01"
    own = {each: data for each, data in folder.nfo.items() if each not in of_series}
    inner = MediaFolder(entity="season", nfo=own, pictures=folder.pictures)
    nfo = {f"{name}.nfo": _episode(1, folder.number or 0)}
    _filled(show / "Season", inner, film, media_name=f"{name}.mkv", nfo=nfo)
    return show / str(folder.number)


def source_of(folder: MediaFolder) -> str:
    if folder.entity in ("movie", "video"):
        return "own" if folder.is_own_folder else "mixed"
    return "shows"


def _episode(number: int, season: int = 1) -> bytes:
    numbers = f"<season>{season}</season><episode>{number}</episode>"
    return f"<episodedetails><title>Episode</title>{numbers}</episodedetails>".encode()


def _filled(
    place: Path, folder: MediaFolder, film: Path, *, media_name: str = "", nfo: dict[str, bytes] | None = None
) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    for name, data in {**folder.nfo, **(nfo or {})}.items():
        (place / name).write_bytes(data)
    for name in folder.pictures:
        form = re.sub("tbn|jpg", "jpeg", name.lower().rpartition(".")[2])
        Image.new("RGB", (40, 60)).save(place / name, form)
    wanted = media_name or (folder.media if folder.entity in ("movie", "video", "episode") else "")
    if wanted:
        shutil.copyfile(film, place / wanted)
    return place


def shown(items: list[kodi.Shown], folder: MediaFolder, path: Path) -> kodi.Shown | None:
    """Return what Kodi shows of a title; of several episodes in one file, that with the number."""
    kinds = {"movie": "movie", "video": "movie", "series": "tvshow"}
    kind = kinds.get(folder.entity, folder.entity)
    found = [each for each in items if each.kind == kind and each.path.rstrip("/") == str(path)]
    if folder.entity == "episode" and folder.number is not None and len(found) > 1:
        numbers = [int(each) for each in re.findall(r"E(\d\d)", folder.media)]
        return found[numbers.index(folder.number)]
    return found[0] if found else None


def differences(item: kodi.Shown | None, view: PlayerView, folder: MediaFolder) -> Iterator[str]:
    if (item is not None) != view.is_shown:
        yield f"is shown: {item is not None}, simulated {view.is_shown}"
    if item is None or not view.is_shown:
        return
    real: dict[str, Any] = {"title": item.title or (view.title if folder.entity == "season" else "")}
    if folder.entity != "season":
        real |= {"year": item.year, "people": item.people, "plot": item.plot}
    yield from (
        f"{name}: {value!r}, simulated {getattr(view, name)!r}"
        for name, value in real.items()
        if value != getattr(view, name)
    )
    facts = {each.field: each.reason for each in view.facts if each.state == "seen"}
    for name, text in (("rating", f"{item.rating or 0:g}"), ("country", " / ".join(item.countries))):
        if (simulated := facts.get(name, "").partition(" from ")[0]) != (text if text != "0" else ""):
            yield f"{name}: {text}, simulated {simulated}"
    poster = item.pictures.get(ART[item.kind], "")
    poster = poster if "://" in poster else Path(poster).name
    is_either = any(each.field == "poster" and each.state == "warning" for each in view.facts)
    if poster != view.poster and not (is_either and poster in folder.pictures):
        yield f"poster: {poster}, simulated {view.poster}"


def test_kodi_shows_what_the_simulation_says(tmp_path: Path) -> None:
    binary = kodi.program()
    if binary is None:
        pytest.skip("Kodi is not installed; this test needs it (Debian: kodi-bin kodi-data xvfb libgl1-mesa-dri)")
    film = media.build("mkv", tmp_path)
    folders = measured()
    for source in ("own", "mixed", "shows"):
        (tmp_path / source).mkdir()
    paths = {name: written(tmp_path, number, each, film) for number, (name, each) in enumerate(folders.items())}
    sources = [
        kodi.Source(path=tmp_path / "own", content="movies"),
        kodi.Source(path=tmp_path / "shows", content="tvshows"),
    ]
    sources.append(kodi.Source(path=tmp_path / "mixed", content="movies", has_folders=False))

    items = kodi.scan(binary, tmp_path / "home", *sources)

    wrong = {}
    for name, folder in folders.items():
        view = player_reading.views(folder)[0]
        assert view.versions.startswith("20")
        if found := list(differences(shown(items, folder, paths[name]), view, folder)):
            wrong[name] = found
    assert len(folders) >= 20
    assert wrong == {}, "\n".join(f"{name}: {each}" for name, each in wrong.items())
