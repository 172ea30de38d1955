"""The demo library: real clips, every risk level, and changes in its own folder only."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from indexium_core import demo, errors
from indexium_core.demo import building, content, films, photos
from indexium_core.library import Library
from indexium_core.model.lookups.candidates import ContentType, MatchDecision, SearchQuery
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.people.suggestion import KINDS as SUGGESTIONS
from indexium_core.model.providers.external_ids import ExternalId
from indexium_core.model.titles.titles import IdentifiedTitle
from tests.support import media

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> demo.DemoManifest:
    folder = tmp_path_factory.mktemp("demo") / "library"
    media.demo(folder)
    return demo.build(folder)


@pytest.fixture(scope="module")
def library(made: demo.DemoManifest) -> Iterator[Library]:
    with Library.open(made.folder / ".indexium") as opened:
        demo.prepare(opened, made.folder)
        yield opened


def risks(library: Library, folder: Path) -> dict[str, str]:
    """Return the plan of each file, by path within the folder."""
    items = library.plan().page(per_page=1000, include_unchanged=True).items
    postponed = library.plan("postponed:yes").page(per_page=1000, include_unchanged=True).items
    return {os.path.relpath(item.file_path, folder): item.risk_level for item in (*items, *postponed)}


def test_plan_of_every_clip_matches_table(made: demo.DemoManifest, library: Library) -> None:
    said = risks(library, made.folder)
    assert said == {entry.path: entry.risk for entry in content.ENTRIES if entry.risk}


def test_demo_has_every_risk_level_and_mostly_writable_files(library: Library) -> None:
    statistics = library.plan().statistics
    counts = (statistics.warning_count, statistics.danger_count, statistics.blocked_count, statistics.unchanged_count)
    assert min(counts) >= 3
    assert statistics.safe_count >= 20
    assert statistics.postponed_count == 1


def test_demo_has_every_issue(library: Library) -> None:
    issues = set(library.plan().statistics.by_issue)
    assert issues >= {
        "missing_file", "read_only", "corrupt", "unsupported_container", "custom_comment", "case_collision",
        "tag_removal", "tag_removal_all", "hard_linked", "full_rewrite", "duplicate_content",
    }  # fmt: skip


def test_demo_has_every_check_and_suggestion_kind(library: Library) -> None:
    without = {group.kind for group in library.checks.groups() if not group.total}
    of_photos_and_films, of_earlier_versions = {"faces", "several_files", "shared_id"}, {"copied_people"}
    assert without <= of_photos_and_films | of_earlier_versions
    [corrupt] = library.checks.page("corruption").items
    assert corrupt.title == "VID_20210705.mp4"
    offered = {each.kind for item in library.plan().items for each in library.suggestions.suggest(item.file_id)}
    assert offered == set(SUGGESTIONS) - {"cast"}  # of films


def test_demo_uses_most_strategies(library: Library) -> None:
    ways = {item.strategy for item in library.plan().items if item.can_update}
    assert ways >= {"mp4_in_place", "matroska_in_place", "avi_in_place", "flv_copy", "asf_copy", "ogg_copy"}
    assert ways & {"mp4_insert_range", "mp4_reflink", "mp4_copy"}  # depending on the disk


def test_hard_links_separate_only_on_request(library: Library) -> None:
    dry = library.dry_run(library.plan("name:stream"), WriteOptions(hard_links="break"))
    assert [(result.status, result.strategy) for result in dry.items] == [("success", "flv_copy")] * 2


def test_pages_state_right_numbers_of_clips(library: Library) -> None:
    statistics = library.plan().statistics
    writable = statistics.safe_count + statistics.warning_count + statistics.danger_count
    counts = f"{writable} can be written, {statistics.blocked_count} are blocked with a reason, one is skipped"
    figures = f"{len(content.ENTRIES)} small real clips, one of which is missing: {counts}"
    assert statistics.postponed_count == 1
    for page in ("README.md", "docs/quickstart.md"):
        text = " ".join((REPOSITORY / page).read_text(encoding="utf-8").split())
        assert figures in text, f"{page} does not say: {figures}"


def test_no_clip_counts_as_growing(library: Library) -> None:
    assert "file_growing" not in library.plan().statistics.by_issue


def test_second_build_changes_nothing(made: demo.DemoManifest, library: Library) -> None:
    before = {path: path.stat().st_mtime_ns for path in made.folder.rglob("*") if path.suffix in {".mp4", ".mkv"}}
    again = demo.build(made.folder)
    assert not again.fresh
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_stopped_build_is_resumed(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    demo.build(folder, files=4)
    lost = folder / content.ENTRIES[1].path
    kept = (folder / content.ENTRIES[0].path).stat()
    lost.unlink()
    assert demo.build(folder, files=4).fresh
    assert lost.exists()
    assert (folder / content.ENTRIES[0].path).stat() == kept


def test_build_changes_own_folder_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    monkeypatch.chdir(elsewhere)
    demo.build(tmp_path / "demo", files=4)
    assert list(elsewhere.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo", "elsewhere"]
    left = [path.name for path in (tmp_path / "demo").rglob(".*")]
    assert left == [".indexium-demo.json"]


def test_folder_with_other_content_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "holiday.mp4").write_bytes(b"mine")
    with pytest.raises(errors.UsageError, match="has other files"):
        demo.build(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.mp4"]


def test_file_in_place_of_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(errors.UsageError, match="cannot be created"):
        demo.build(tmp_path / "file")


def test_small_demo_has_every_risk_level(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    demo.build(folder, files=20)
    with Library.open(folder / ".indexium") as library:
        demo.prepare(library, folder)
        assert set(risks(library, folder).values()) == {"safe", "warning", "danger", "blocked", "unchanged"}


@pytest.fixture(scope="module")
def films_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a demo of one clip, which was opened once."""
    folder = tmp_path_factory.mktemp("films") / "demo"
    demo.open_library(folder, files=1).close()
    return folder


@pytest.fixture
def with_films(films_folder: Path) -> Iterator[Library]:
    """The demo with films, opened again."""
    with demo.open_library(films_folder, files=1) as opened:
        yield opened


def match_of(library: Library, title: IdentifiedTitle) -> MatchDecision:
    """Return what providers say about a title, by its name, year, runtime and ids."""
    seconds = sum(each.duration or 0 for each in title.files if each.role == "main")
    ids = [
        ExternalId(value.field.removesuffix("_id"), value.text)
        for value in library.titles.candidates(title.item.id)
        if value.field in {"tmdb_id", "imdb_id", "tvdb_id"}
    ]
    kind: ContentType = "movie" if title.item.entity_type == "movie" else "tv"
    runtime = seconds / 60 if kind == "movie" else None
    query = SearchQuery(
        title.item.title, title.item.year, kind, runtime_minutes=runtime, external_ids=tuple(dict.fromkeys(ids))
    )
    return library.providers.match(query).decision


def test_demo_has_films_and_series(with_films: Library, films_folder: Path) -> None:
    libraries = {row.name: row for row in with_films.inventory.list()}
    assert libraries[films.FOLDER].kind == "mixed"
    assert libraries[films.FOLDER].file_count == len(films.ENTRIES)
    titles = with_films.titles.list(per_page=100).items
    series = {each.title: with_films.titles.get(each.id) for each in titles if each.entity_type == "series"}
    assert set(series) == {"Harbour Lights", "North Pier", "Uhrengasse"}
    assert [gap.text for gap in series["Harbour Lights"].gaps] == ["S01E04 is missing."]
    roles = [each.role for item in titles for each in with_films.titles.get(item.id).files]
    assert {"main", "trailer", "extra"} <= set(roles)
    [home_video] = with_films.titles.list(state="ignored").items
    assert home_video.title == "VID_20230604_151200"
    assert (films_folder / films.FOLDER / "Films/weathermaker-final-export.nfo").exists()


def test_demo_has_a_sender_and_one_event_asks_for_a_row_of_its_map(with_films: Library) -> None:
    [source] = with_films.webhooks.list()
    assert (source.kind, source.waiting, source.failed) == ("radarr", 0, 1)
    failed, *others = with_films.webhooks.events().items
    assert "is under no folder of the map of radarr" in failed.result
    assert {each.state for each in others} == {"ignored"}


def test_demo_asks_for_the_titles_that_its_table_names(with_films: Library, films_folder: Path) -> None:
    asked, accepted = set[str](), set[str]()
    for item in with_films.titles.list(per_page=100).items:
        title = with_films.titles.get(item.id)
        paths = {os.path.relpath(each.file_path, films_folder / films.FOLDER) for each in title.files}
        decision = match_of(with_films, title) if item.entity_type in {"movie", "series"} else None
        if decision is not None:
            (accepted if decision.accepted else asked).update(paths)
    assert asked - {"Films/Untitled project 7.mkv"} == {each.path for each in films.ENTRIES if each.question}
    assert len(accepted) >= 15


def test_requests_of_demo_stay_on_this_machine(films_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INDEXIUM_TMDB_URL", "https://tmdb.invalid/3")
    with demo.open_library(films_folder, files=1) as library:
        assert {urlsplit(each.url).hostname for each in library.providers.status()} == {"127.0.0.1"}
        assert all(each.is_on for each in library.providers.status())
    monkeypatch.delenv("INDEXIUM_TMDB_URL")
    with Library.open(films_folder / ".indexium") as later:
        assert {urlsplit(each.url).hostname for each in later.providers.status()} == {"127.0.0.1"}


def test_players_of_demo_show_what_is_published(with_films: Library) -> None:
    [folder] = [row for row in with_films.inventory.list() if row.name == films.FOLDER]
    with_films.publications.set_options(folder.library_id, publish="nfo")
    try:
        players = with_films.players.list()
        assert [each.kind for each in players] == ["jellyfin", "kodi"]
        tests = [with_films.players.test(each.id) for each in players]
        assert [(each.accepted, each.missing) for each in tests] == [(True, ())] * 2
        film = next(each for each in with_films.titles.list(per_page=100).items if each.entity_type == "movie")
        result = with_films.publications.publish_entity("movie", film.id)
        assert result.published == 1
        for each in players:
            with_films.players.notify(each.id)
            [reading] = with_films.players.read_back(each.id, "movie", film.id)
            assert (reading.name, reading.state) == (f"{film.title} ({film.year})", "seen"), reading.reasons
        with_films.history.rollback_operation(result.operation_id or 0)
    finally:
        with_films.publications.set_options(folder.library_id, publish="off")


def test_demo_of_former_version_keeps_its_folder(tmp_path: Path, films_folder: Path) -> None:
    folder = tmp_path / "demo"
    demo.build(folder, files=1)
    for photo in photos.PHOTOS:
        (folder / photo.path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(films_folder / building.HOME_VIDEOS / photo.path, folder / photo.path)
    with demo.open_library(folder, files=1) as library:
        assert [row.path for row in library.inventory.list()] == [str(folder)]
    assert not (folder / building.HOME_VIDEOS).exists()


@pytest.mark.parametrize("count", [1, 13, 20, 60, 75])
def test_demo_has_requested_number_of_files(count: int) -> None:
    chosen = content.entries(count)
    paths = [entry.path for entry in chosen]
    assert len(chosen) == count
    assert len(set(paths)) == count
    assert all(not (entry.copy_of or entry.link_of) or (entry.copy_of or entry.link_of) in paths for entry in chosen)
