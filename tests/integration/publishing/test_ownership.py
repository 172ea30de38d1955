"""
Whose a value is: nothing of other programs is lost by publications, scans and renames, whatever their number.

The files of other programs are read by another XML parser, which knows nothing of our reader.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.titles.titles import TitleItem
from tests.support.copied_home import CopiedHome, SettledHome
from tests.support.effort import effort
from tests.support.published_home import (
    ALL,
    FILES,
    PUBLISHING_FAMILY,
    PUBLISHING_NFO_FILES,
    fill,
    tree,
    turn_on_nfo_files,
)

TRAM = "Films/Night Tram (2009)"
FILM = """<movie>
  <title>Seaside</title>
  <year>1990</year>
  <genre>Drama</genre>
  <actor>
    <name>Old Actor</name>
    <role>Captain</role>
    <thumb>http://x/a.jpg</thumb>
  </actor>
</movie>
"""


# Without a series, whose files each publication of everything would write, too.
NFO_FILES_OF_FILMS = SettledHome(CopiedHome(FILES[:3], fill), turn_on_nfo_files)


def elements(path: Path) -> Counter[str]:
    """Return what the elements of a file say, each with its children."""
    root = ET.fromstring(path.read_bytes())
    return Counter(f"{each.tag}: {' '.join(' '.join(each.itertext()).split())}" for each in root)


def publish(library: Library) -> str:
    """Publish what needs no answer, and return the worst risk of what was to publish."""
    library.publications.refresh(disk=True)
    risks = {each.risk for each in library.publications.plan().items}
    if risks & {"safe", "warning"}:
        assert set(library.publications.start(ALL).wait().counts) == {"success"}
    return max(risks, key=("unchanged", "safe", "warning", "danger", "blocked").index, default="unchanged")


def exchange(first: Path, second: Path) -> None:
    """Give two files the names of each other."""
    between = first.rename(first.with_name("between"))
    second.rename(first)
    between.rename(second)


def film_of(library: Library, path: Path) -> int:
    found = library.files.find(str(path))
    return next(each.id for each in library.titles.list(per_page=100).items if found in library_files(library, each.id))


def library_files(library: Library, title_id: int) -> set[int]:
    return {each.file_id for each in library.titles.get(title_id).files}


@pytest.fixture
def prepared() -> SettledHome:
    return PUBLISHING_NFO_FILES


class TestFilms:
    @pytest.fixture
    def prepared(self) -> SettledHome:
        return NFO_FILES_OF_FILMS

    def test_foreign_cast_stays_byte_for_byte_over_many_publications(self, library: Library, folder: Path) -> None:
        nfo = folder / TRAM / "movie.nfo"
        nfo.write_text(FILM)
        library.scan()
        video = next((folder / TRAM).glob("*.mp4"))
        library.people.add([video], ["Ann Lee"])
        assert publish(library) == "warning"
        once = nfo.read_bytes()
        assert FILM.encode().partition(b"</actor>")[0] in once
        for _ in range(2):
            library.scan()
            assert publish(library) == "unchanged"
            assert nfo.read_bytes() == once
        library.people.remove([video], ["Ann Lee"])
        assert publish(library) == "safe"
        assert nfo.read_bytes() == FILM.encode()

    def test_renaming_and_stopping_change_no_shown_value(self, library: Library, folder: Path) -> None:
        nfo = folder / TRAM / "movie.nfo"
        nfo.write_text(FILM)
        library.scan()
        library.people.add([next((folder / TRAM).glob("*.mp4"))], ["Ann Lee"])
        publish(library)
        library.scan()
        film = film_of(library, next((folder / TRAM).glob("*.mp4")))

        def shown() -> dict[str, tuple[object, str]]:
            return {each.field: (each.value, each.origin) for each in library.titles.get(film).values}

        before = shown()
        assert before["cast"][0] == [{"name": "Old Actor", "character": "Captain", "order": 0}]
        (folder / TRAM).rename(folder / "Films/Tram")
        library.scan()
        assert shown() == before
        assert library.disaster_recovery.validate_integrity().is_good
        library.publications.choose(f"movie:{film}", "stop", path=str(folder / "Films/Tram/movie.nfo"))
        library.scan()
        assert shown() == before
        library.publications.choose(f"movie:{film}", "resume")
        library.scan()
        assert (shown(), publish(library)) == (before, "unchanged")

    def test_file_of_others_is_left_alone_for_good(self, library: Library, folder: Path) -> None:
        nfo = folder / TRAM / "movie.nfo"
        nfo.write_text(FILM)
        library.scan()
        video = next((folder / TRAM).glob("*.mp4"))
        library.people.add([video], ["Ann Lee"])
        library.publications.refresh(disk=True)
        address = f"movie:{film_of(library, video)}"
        library.publications.choose(address, "stop")
        library.people.add([video], ["Bob Ray"])
        publish(library)
        assert nfo.read_text() == FILM
        library.publications.choose(address, "resume")
        assert publish(library) == "warning"
        assert elements(nfo)["actor: Bob Ray 2"] == 1

    @pytest.mark.parametrize("is_undone", [pytest.param(False, marks=pytest.mark.further), True])
    def test_stopped_file_follows_its_video_when_its_publication_resumes(
        self, library: Library, folder: Path, *, is_undone: bool
    ) -> None:
        video = folder / "Films/Copper Sky (2013).mp4"
        theirs = FILM.replace("Seaside", "Copper Sky").replace("1990", "2013")
        video.with_suffix(".nfo").write_text(theirs)
        library.scan()
        film = film_of(library, video)
        library.titles.set(film, "runtime_minutes", 123)
        publish(library)
        library.publications.choose(f"movie:{film}", "stop")
        video = video.rename(video.with_name("New Copper Sky (2013).mp4"))
        library.scan()
        publish(library)
        assert not video.with_suffix(".nfo").exists()

        resumed = library.publications.choose(f"movie:{film}", "resume")
        if is_undone:
            library.steps.undo(resumed.step_id)
            publish(library)
            assert not video.with_suffix(".nfo").exists()
            library.publications.choose(f"movie:{film}", "resume")
        publish(library)
        assert [each.name for each in (folder / "Films").glob("*Copper*.nfo")] == ["New Copper Sky (2013).nfo"]
        assert "Old Actor" in video.with_suffix(".nfo").read_text()
        assert "<runtime>123" in video.with_suffix(".nfo").read_text()
        library.titles.set(film, "runtime_minutes", None)
        publish(library)
        assert video.with_suffix(".nfo").read_text() == theirs

    def test_list_of_both_is_shown_whole_and_stays(self, library: Library, folder: Path) -> None:
        lantern = folder / "Films/The Lantern Keeper (2014)"
        film = film_of(library, next(lantern.glob("*.mp4")))
        with library._parts.core.store.atomic() as tx:
            tx.execute("UPDATE title_values SET origin = 'provider', provider = 'tmdb' WHERE origin = 'hand'")
        publish(library)
        path = lantern / "movie.nfo"
        zed = "<actor><name>Zed</name><role>Thief</role></actor>"
        path.write_bytes(path.read_bytes().replace(b"</movie>", zed.encode() + b"</movie>"))
        theirs = path.read_bytes()
        for _ in range(2):
            library.scan()
            assert publish(library) == "unchanged"
            [cast] = [each.value for each in library.titles.get(film).values if each.field == "cast"]
            assert [each["name"] for each in cast] == ["Zed", "Ada Quill", "Bo Reed"]
        assert path.read_bytes() == theirs

    def test_exchanged_folders_keep_their_ledger(self, library: Library, folder: Path) -> None:
        publish(library)
        before = tree(folder)
        one, other = folder / TRAM, folder / "Films/The Lantern Keeper (2014)"
        one.rename(folder / "x")
        other.rename(one)
        (folder / "x").rename(other)
        library.scan()
        assert library.disaster_recovery.validate_integrity().is_good
        assert publish(library) in ("unchanged", "safe")
        assert sorted(tree(folder).values()) == sorted(before.values())

    def test_folder_that_moves_to_another_library_takes_its_files_along(
        self, library: Library, folder: Path, tmp_path: Path
    ) -> None:
        publish(library)
        other = tmp_path / "other"
        other.mkdir()
        library.inventory.add(other, kind="mixed")
        library.publications.set_options(
            next(each.library_id for each in library.inventory.list() if each.path == str(other)), publish="nfo"
        )
        (folder / TRAM).rename(other / "Night Tram (2009)")
        written = (other / "Night Tram (2009)/movie.nfo").read_bytes()
        library.scan()
        assert library.disaster_recovery.validate_integrity().is_good
        assert publish(library) in ("unchanged", "safe")
        assert (other / "Night Tram (2009)/movie.nfo").read_bytes() == written

    def test_address_alone_is_published_once(self, library: Library, folder: Path) -> None:
        nfo = folder / TRAM / "movie.nfo"
        nfo.write_text("https://www.themoviedb.org/movie/4977-paprika\n")
        library.scan()
        library.people.add([next((folder / TRAM).glob("*.mp4"))], ["Ann Lee"])
        publish(library)
        once = nfo.read_bytes()
        assert b"<title>" not in once  # the player gets it from the address; a name of a file would hide it
        for _ in range(2):
            library.scan()
            assert publish(library) == "unchanged"
            assert nfo.read_bytes() == once

    def test_folder_and_media_and_nfo_with_other_names_keep_our_people(self, library: Library, folder: Path) -> None:
        video = folder / "Films/Copper Sky (2013).mp4"
        library.people.add([video], ["Ann Lee"])
        publish(library)
        new = folder / "Films/In/Sky (2013).mp4"
        new.parent.mkdir()
        video.rename(new)
        video.with_suffix(".nfo").rename(new.with_suffix(".nfo"))
        library.scan()
        assert library.disaster_recovery.validate_integrity().is_good
        publish(library)
        assert any(b"Ann Lee" in each.read_bytes() for each in new.parent.glob("*.nfo"))

    def test_value_of_others_under_another_name_of_the_media_is_answered(self, library: Library, folder: Path) -> None:
        media, nfo = folder / "Films/Copper Sky (2013).mp4", folder / "Films/Copper Sky (2013).nfo"
        nfo.write_text(FILM)
        library.scan()
        library.people.add([media], ["Ann Lee"])
        publish(library)
        renamed = media.rename(folder / "Films/Copper Sky (2013) [1080p].mp4")
        library.scan()
        library.titles.set_values(film_of(library, renamed), {"title": "Copper Sky"})
        library.publications.refresh(disk=True)
        row = library.publications.get("movie", film_of(library, renamed))
        created = next(each for each in row.files if each.action == "create")
        assert (created.name, created.codes) == ("Copper Sky (2013) [1080p].nfo", ("foreign_value_replaced",))
        assert "Seaside" in created.message
        assert row.risk == "warning"

    def test_films_that_swap_names_with_their_nfo_files_are_published_at_once(
        self, library: Library, folder: Path
    ) -> None:
        first, second = folder / "Films/Copper Sky (2013).mp4", folder / "Films/Zinc Moon (2014).mp4"
        second.write_bytes(next((folder / TRAM).glob("*.mp4")).read_bytes())
        library.scan()
        library.people.add([first], ["Ann Lee"])
        library.people.add([second], ["Bob Ray"])
        publish(library)
        for ending in (".mp4", ".nfo"):
            exchange(first.with_suffix(ending), second.with_suffix(ending))
        library.scan()
        assert publish(library) == "safe"
        library.scan()
        assert publish(library) == "unchanged"
        texts = [each.with_suffix(".nfo").read_text() for each in (first, second)]
        assert [("Ann Lee" in each, "Bob Ray" in each) for each in texts] == [(False, True), (True, False)]
        assert ["Copper Sky" in texts[0], "Zinc Moon" in texts[1]] == [True, True]

    def test_films_that_swap_names_get_nothing_of_each_other_when_a_value_by_hand_is_withdrawn(
        self, library: Library, folder: Path
    ) -> None:
        """The value by hand holds its film; without it, the titles of both go where the names say."""
        first, second = folder / "Films/Copper Sky (2013).mp4", folder / "Films/Zinc Moon (2014).mp4"
        second.write_bytes(next((folder / TRAM).glob("*.mp4")).read_bytes())
        texts = [FILM, "<movie>\n  <title>Moon</title>\n  <year/>\n</movie>\n"]
        for path, text in zip((first, second), texts, strict=True):
            path.with_suffix(".nfo").write_text(text)
        library.scan()
        film = film_of(library, first)
        library.titles.set_values(film, {"genres": ["Hand"]})
        publish(library)
        for ending in (".mp4", ".nfo"):
            exchange(first.with_suffix(ending), second.with_suffix(ending))
        library.scan()
        library.titles.set_values(film, {"genres": None})
        library.scan()
        publish(library)
        assert [each.with_suffix(".nfo").read_text() for each in (second, first)] == texts

    @pytest.mark.parametrize("is_changed", [pytest.param(False, marks=pytest.mark.further), True])
    def test_film_whose_folder_and_files_get_another_name_keeps_its_ledger(
        self, library: Library, folder: Path, *, is_changed: bool
    ) -> None:
        tram = folder / TRAM
        video = next(tram.glob("*.mp4"))
        nfo = video.with_suffix(".nfo")
        nfo.write_text(FILM)
        library.scan()
        library.people.add([video], ["Ann Lee"])
        publish(library)
        if is_changed:
            nfo.write_text(nfo.read_text().replace("<year>", "<tag>New</tag>\n  <year>"))
        for path in (video, nfo):
            path.rename(tram / f"Night Train (2009){path.suffix}")
        moved = tram.rename(folder / "Films/Night Train (2009)") / "Night Train (2009).nfo"
        library.scan()
        film = film_of(library, moved.with_suffix(".mp4"))
        cast = next(each.value for each in library.titles.get(film).values if each.field == "cast")
        assert [each["name"] for each in cast] == ["Old Actor"]
        assert publish(library) == "unchanged"
        library.people.remove([moved.with_suffix(".mp4")], ["Ann Lee"])
        publish(library)
        assert ("Ann Lee" in moved.read_text(), "Old Actor" in moved.read_text()) == (False, True)

    @pytest.mark.parametrize(("changed", "is_named"), effort.some(effort.pairs([2, 1, 0], [False, True]), 2))
    def test_films_that_swap_folders_keep_what_others_wrote(
        self, library: Library, folder: Path, changed: int, *, is_named: bool
    ) -> None:
        """Other programs change some of the files before; `is_named`: the first file has the name of its video."""
        tram, moon = folder / TRAM, folder / "Films/Zinc Moon (2014)"
        moon.mkdir()
        (folder / "Films/Copper Sky (2013).mp4").rename(moon / "Zinc Moon (2014).mp4")
        texts = [FILM, FILM.replace("Seaside", "Moon").replace("1990", "1991")]
        names = [f"{tram.name}.nfo" if is_named else "movie.nfo", "movie.nfo"]
        for place, name, text in zip((tram, moon), names, texts, strict=True):
            (place / name).write_text(text)
        library.scan()
        films = [film_of(library, next(place.glob("*.mp4"))) for place in (tram, moon)]
        for film in films:
            library.titles.set(film, "plot", f"Plot {film}")
        publish(library)
        for number, place in enumerate((tram, moon)[:changed]):
            texts[number] = texts[number].replace("  <year>", "  <tag>New</tag>\n  <year>")
            written = (place / names[number]).read_text()
            (place / names[number]).write_text(written.replace("  <year>", "  <tag>New</tag>\n  <year>"))
        exchange(tram, moon)
        if not is_named:
            for place in (tram, moon):
                next(place.glob("*.mp4")).rename(place / f"{place.name}.mp4")
        elif changed:
            library.publications.choose(f"movie:{films[0]}", "stop")
        library.scan()
        publish(library)
        if is_named and changed:
            library.publications.choose(f"movie:{films[0]}", "resume")
        for film in films:
            library.titles.set(film, "plot", None)
        library.scan()
        assert publish(library) == ("warning" if changed else "safe")
        assert [(place / name).read_text() for place, name in zip((moon, tram), names, strict=True)] == texts

    @pytest.mark.parametrize("is_shared", [False, True])
    def test_film_with_versions_that_have_nfo_files_is_published_with_a_warning(
        self, library: Library, folder: Path, *, is_shared: bool
    ) -> None:
        video = next((folder / TRAM).glob("*.mp4"))
        if is_shared:
            video.with_name("Day Tram (1999).mp4").write_bytes(video.read_bytes() + b"other")
        for version in ("1080p", "2160p"):
            media = video.with_name(f"Night Tram (2009) - {version}.mp4")
            media.write_bytes(video.read_bytes() + version.encode())
            media.with_suffix(".nfo").write_text(FILM)
        video.unlink()
        library.scan()
        library.publications.refresh(disk=True)
        row = library.publications.get("movie", film_of(library, media))
        names = [each.name for each in row.files]
        if is_shared:
            assert ("movie.nfo" in names, row.codes) == (False, [])
        else:
            assert (names, row.codes, row.risk) == (["movie.nfo"], ["versions_hidden"], "warning")

    def test_name_in_other_letters_is_no_other_file(self, library: Library, folder: Path) -> None:
        nfo = folder / TRAM / "Movie.NFO"
        nfo.write_text(FILM)
        library.scan()
        video = next((folder / TRAM).glob("*.mp4"))
        library.people.add([video], ["Ann Lee"])
        publish(library)
        library.people.add([video], ["Bob Ray"])
        publish(library)
        assert [each.name for each in (folder / TRAM).iterdir() if each.suffix.lower() == ".nfo"] == ["Movie.NFO"]
        assert elements(nfo)["actor: Bob Ray 2"] == 1

    def test_file_without_a_declaration_that_is_not_utf_8_is_blocked(self, library: Library, folder: Path) -> None:
        (folder / TRAM / "movie.nfo").write_bytes("<movie><title>Café</title></movie>".encode("latin-1"))
        library.people.add([next((folder / TRAM).glob("*.mp4"))], ["Ann Lee"])
        library.publications.refresh(disk=True)
        [row] = [each for each in library.publications.plan(risk=["blocked"]).items if "Tram" in each.name]
        assert row.codes == ["nfo_unreadable"]

    def test_empty_file_with_the_name_of_its_video_hides_no_other(self, library: Library, folder: Path) -> None:
        (folder / TRAM / "Night Tram (2009).nfo").write_bytes(b" \n")
        library.scan()
        library.people.add([next((folder / TRAM).glob("*.mp4"))], ["Ann Lee"])
        library.publications.refresh(disk=True)
        [row] = [each for each in library.publications.plan(risk=["blocked"]).items if "Tram" in each.name]
        assert ([each.name for each in row.files if each.is_nfo], row.codes) == (
            ["Night Tram (2009).nfo"],
            ["nfo_unreadable"],
        )

    def test_only_the_video_of_a_film_gets_another_name(self, library: Library, folder: Path) -> None:
        """Kodi reads the only NFO file of a folder under any name, so a new one beside it would hide it."""
        video, nfo = next((folder / TRAM).glob("*.mp4")), folder / TRAM / "Night Tram (2009).nfo"
        nfo.write_text(FILM)
        library.scan()
        film = film_of(library, video)
        before = {each.field: (each.value, each.origin) for each in library.titles.get(film).values}
        assert before["title"] == ("Seaside", "nfo")
        publish(library)
        video = video.rename(video.with_name("Other (2009).mp4"))
        for _ in range(2):
            library.scan()
            assert {each.field: (each.value, each.origin) for each in library.titles.get(film).values} == before
            assert publish(library) == "unchanged"
        library.people.add([video], ["Ann Lee"])
        library.publications.refresh(disk=True)
        [row] = library.publications.plan().items
        assert (row.risk, row.codes) == ("warning", ["foreign_nfo_edited"])
        operation = library.publications.start(ALL)
        operation.wait()
        new = video.with_suffix(".nfo")
        once = new.read_bytes()
        for _ in range(2):
            assert (list(video.parent.glob("*.nfo")), new.read_bytes()) == ([new], once)
            library.scan()
            assert publish(library) == "unchanged"
        library.people.remove([video], ["Ann Lee"])
        publish(library)
        assert new.read_bytes() == FILM.encode()
        library.rollback(operation.id, with_newer=True).wait()
        assert (list(video.parent.glob("*.nfo")), nfo.read_bytes()) == ([nfo], FILM.encode())


class TestSeries:
    def test_folder_with_seasons_takes_its_files_along(self, library: Library, folder: Path) -> None:
        publish(library)
        (folder / "Shows/Harbour Lights").rename(folder / "Shows/Harbour")
        before = tree(folder)
        library.scan()
        assert library.disaster_recovery.validate_integrity().is_good
        assert publish(library) in ("unchanged", "safe")
        assert {name for name in tree(folder) if name.endswith(".nfo")} == {
            name for name in before if name.endswith(".nfo")
        }

    def test_title_by_hand_of_one_episode_adds_no_root(self, library: Library, folder: Path) -> None:
        video = folder / "Shows/Harbour Lights/Season 1/Harbour Lights - S01E02-E03.mp4"
        nfo = video.with_suffix(".nfo")
        roots = [
            f"<episodedetails>\n  <title>{title}</title>\n  <season>1</season>\n  <episode>{number}</episode>\n"
            "</episodedetails>\n"
            for number, title in ((2, "Newts"), (3, "Toads"))
        ]
        nfo.write_text("".join(roots))
        library.scan()
        episodes = [each for each in library.titles.list(kind="episode", per_page=100).items if each.title == "Newts"]
        library.titles.set(episodes[0].id, "title", "Ours")
        publish(library)
        once = nfo.read_text()
        assert once == "".join(roots).replace("Newts", "Ours")
        for _ in range(2):
            library.scan()
            publish(library)
            assert nfo.read_text() == once
        library.titles.set(episodes[0].id, "title", None)
        publish(library)
        assert nfo.read_text() == "".join(roots)

    def test_name_that_others_give_a_season_stays_in_their_file(self, library: Library, folder: Path) -> None:
        series = folder / "Shows/Harbour Lights/tvshow.nfo"
        series.write_text("<tvshow><title>Harbour Lights</title><plot>P</plot></tvshow>")
        (folder / "Shows/Harbour Lights/Season 1/season.nfo").write_text("<season><title>Spring</title></season>")
        before = series.read_bytes()
        library.scan()
        assert [each.title for each in library.titles.list(kind="season").items if each.season == 1] == ["Spring"]
        publish(library)
        assert series.read_bytes() == before


class TestEpisodes:
    """Several episodes in a file."""

    PAIR = "Shows/Harbour Lights/Season 1/Harbour Lights - S01E02-E03"
    ROOT = (
        "<episodedetails>\n  <title>E{0}</title>\n  <season>1</season>\n  <episode>{0}</episode>\n</episodedetails>\n"
    )

    def shown(self, library: Library, folder: Path) -> dict[int | None, str]:
        """Return the titles of the episodes of the file, by number."""
        found = library_episodes(library, library.files.find(str(folder / f"{self.PAIR}.mp4")))
        return {each.episode: each.title for each in found}

    @pytest.mark.parametrize(
        ("roots", "titles"),
        [
            pytest.param([2], {2: "E2", 3: "Episode 3"}, marks=pytest.mark.further),
            ([3], {2: "Episode 2", 3: "E3"}),
            pytest.param([2, 3], {2: "E2", 3: "E3"}, marks=pytest.mark.further),
            pytest.param(["None", "None"], {2: "ENone", 3: "ENone"}, marks=pytest.mark.further),
            (["None"], {2: "ENone", 3: "Episode 3"}),
        ],
    )
    def test_document_is_that_of_its_episode(
        self, library: Library, folder: Path, roots: list[object], titles: dict[int, str]
    ) -> None:
        nfo = folder / f"{self.PAIR}.nfo"
        nfo.write_text("".join(map(self.ROOT.format, roots)))
        library.scan()
        assert self.shown(library, folder) == titles
        before = nfo.read_bytes()
        publish(library)
        library.people.add([folder / f"{self.PAIR}.mp4"], ["Ann Lee"])
        publish(library)
        library.scan()
        library.people.remove([folder / f"{self.PAIR}.mp4"], ["Ann Lee"])
        publish(library)
        library.scan()
        assert (self.shown(library, folder), nfo.read_bytes()) == (titles, before)

    def test_renumbered_file_keeps_its_nfo_file(self, library: Library, folder: Path) -> None:
        nfo = folder / f"{self.PAIR}.nfo"
        nfo.write_text("".join(map(self.ROOT.format, (2, 3))))
        library.scan()
        found = library_episodes(library, library.files.find(str(folder / f"{self.PAIR}.mp4")))
        ids = {each.episode: each.id for each in found}
        for number, title_id in ids.items():
            library.titles.set(title_id, "plot", f"Hand {number}")
        publish(library)
        library.scan()
        for path in (nfo.with_suffix(".mp4"), nfo):
            path.rename(path.with_name(path.name.replace("E02-E03", "E03-E04")))
        library.scan()
        assert publish(library) != "blocked"
        for title_id in ids.values():
            library.titles.set(title_id, "plot", None)
        library.scan()
        assert publish(library) == "safe"
        nfo = nfo.with_name(nfo.name.replace("E02-E03", "E03-E04"))
        assert nfo.read_text() == "".join(map(self.ROOT.format, (2, 3)))


def library_episodes(library: Library, file_id: int) -> list[TitleItem]:
    """Return the episodes of a file."""
    series = [each for each in library.titles.list(per_page=100).items if each.entity_type == "series"]
    seasons = [season for each in series for season in library.titles.get(each.id).children]
    episodes = [each for season in seasons for each in library.titles.get(season.id).children]
    return [each for each in episodes if file_id in library_files(library, each.id)]


class TestHomeVideos:
    @pytest.fixture
    def prepared(self) -> SettledHome:
        return PUBLISHING_FAMILY

    def test_title_and_cast_of_others_stay(self, library: Library, folder: Path) -> None:
        video = folder / "Family/2021/Garden.mp4"
        nfo = video.with_suffix(".nfo")
        nfo.write_text(FILM)
        library.people.add([video], ["Ann Lee"])
        assert publish(library) == "warning"
        assert FILM.encode().partition(b"</actor>")[0] in nfo.read_bytes()
        library.people.remove([video], ["Ann Lee"])
        publish(library)
        assert nfo.read_bytes() == FILM.encode()

    def test_typed_title_takes_the_place_of_theirs_with_a_warning_that_names_it(
        self, library: Library, folder: Path
    ) -> None:
        video = folder / "Family/2021/Garden.mp4"
        video.with_suffix(".nfo").write_text(FILM)
        library.decisions.set_fields([library.files.find(str(video))], {"title": "Our garden"})
        library.publications.refresh(disk=True)
        [row] = library.publications.plan().items
        assert (row.risk, row.codes) == ("warning", ["foreign_value_replaced", "foreign_nfo_edited"])
        [file] = library.publications.get("video", row.entity_id).files
        assert file.message == "A value by hand takes the place of one of others: title “Seaside”."
        publish(library)
        assert b"<title>Our garden</title>" in video.with_suffix(".nfo").read_bytes()


@pytest.mark.further
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(("rename", "nest", "stop", "resume", "publish", "scan")), max_size=6))
def test_no_step_changes_a_value_or_loses_an_element(steps: list[str], library: Library, folder: Path) -> None:
    """Whatever happens to folders and choices, in any order: values, origins, elements and the ledger stay right."""
    place = next((folder / "Films").rglob("Night Tram (2009).mp4")).parent
    video, nfo = place / "Night Tram (2009).mp4", place / "movie.nfo"
    if not nfo.exists():  # the first example; the next ones go on with its library
        nfo.write_text(FILM)
        library.scan()
        library.people.add([video], ["Ann Lee"])
        publish(library)
        library.scan()
    film = film_of(library, video)
    before = {each.field: (each.value, each.origin) for each in library.titles.get(film).values}
    theirs = elements(nfo)
    for number, step in enumerate(steps):
        if step in ("rename", "nest"):
            new = folder / "Films" / f"Tram {number}" if step == "rename" else folder / f"Films/In {number}/Tram"
            new.parent.mkdir(exist_ok=True)
            place = place.rename(new)
            library.scan()
        elif step in ("stop", "resume"):
            with suppress(errors.UsageError):  # there is nothing to resume
                library.publications.choose(f"movie:{film}", step, path=str(place / "movie.nfo"))
        elif step == "publish":
            publish(library)
        library.scan()
        assert {each.field: (each.value, each.origin) for each in library.titles.get(film).values} == before
        assert library.disaster_recovery.validate_integrity().is_good
        assert not theirs - elements(place / "movie.nfo")
