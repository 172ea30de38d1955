"""The page of films and series: posters and table, filters, the page of a title, values by hand and padlocks."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from dashboards.web import server
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.lookups.records import ImageCandidate
from indexium_core.store.provider_traffic import RequestLedger
from tests.browser.conftest import SharedSite, Site
from tests.browser.test_access import grave
from tests.support import media, title_home
from tests.support.cases import each_case
from tests.support.providers import record_pictures

_NO_POSTER = "Failed to load resource: the server responded with a status of 404 (Not Found)"
_REFUSED = "Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"


class Titles:
    """A served home with films and series, and its page."""

    def __init__(self, site: Site, library: Library) -> None:
        self.site, self.library = site, library
        self._page: Page | None = None
        self.ids: dict[str, int] = {}
        self.read()

    def read(self) -> None:
        """Read the ids of the titles."""
        self.ids = {each.title: each.id for each in self.library.titles.list(per_page=100).items}

    def visit(self, path: str = "/titles", *, width: int = 1280, fresh: bool = False) -> Page:
        """Go to an address in the page of the last visit, or in a fresh one."""
        if self._page is None or fresh:
            self._page = self.site.visit(path, width=width)
        else:
            self._page.set_viewport_size({"width": width, "height": 860})
            self.site.turn(self._page, path)
        self._page.get_by_role("heading", level=1).first.wait_for()
        return self._page

    def check(self) -> None:
        self.site.complaints[:] = [each for each in self.site.complaints if each != _NO_POSTER]
        self.site.check()


@contextlib.contextmanager
def served(folder: Path, context: BrowserContext, port: int) -> Iterator[Titles]:
    films = title_home.HOME.lay_out(folder / "media")
    with (
        title_home.HOME.open(folder / "home", films) as library,
        server.make_server(library, port=port).background() as running,
    ):
        made = Titles(Site(running.url, context), library)
        yield made
        made.site.close()
        made.check()


@pytest.fixture
def titles(tmp_path: Path, context: BrowserContext, port: int) -> Iterator[Titles]:
    """A home of one test."""
    with served(tmp_path, context, port) as made:
        yield made


@pytest.fixture(scope="module")
def module_of_titles(tmp_path_factory: pytest.TempPathFactory, context: BrowserContext) -> Iterator[Titles]:
    with served(tmp_path_factory.mktemp("titles"), context, 0) as made:
        yield made


@pytest.fixture
def shown(module_of_titles: Titles) -> Iterator[Titles]:
    """The home of all tests that leave titles as they were; they have one page, too."""
    yield module_of_titles
    module_of_titles.check()


@pytest.fixture(scope="module")
def module_of_moves(tmp_path_factory: pytest.TempPathFactory, context: BrowserContext) -> Iterator[Titles]:
    with served(tmp_path_factory.mktemp("moves"), context, 0) as made:
        yield made


@pytest.fixture
def moves(module_of_moves: Titles) -> Iterator[Titles]:
    """The home of all tests that move files between titles; each file is identified again after each test."""
    module_of_moves.read()
    yield module_of_moves
    module_of_moves.check()
    library = module_of_moves.library
    module_of_moves.read()
    files = [file.file_id for each in module_of_moves.ids.values() for file in library.titles.get(each).files]
    with contextlib.suppress(errors.UsageError):  # the test has moved its files back
        library.jobs.wait(library.titles.unassign(files).id, timeout=60)


def tiles(page: Page) -> Locator:
    return page.locator(".page-titles [role=row]:not(.th)")


def names(page: Page) -> Locator:
    return tiles(page).locator(".file b")


def set_title(page: Page, title: str) -> None:
    """Set the title of the page by hand."""
    page.locator("[data-row=title] .shown").click()
    page.get_by_role("textbox", name="Title by hand").fill(title)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


def test_posters_show_every_film_and_series(shown: Titles) -> None:
    page = shown.visit()

    expect(page.get_by_role("heading", name="7 titles")).to_be_visible()
    expect(page.get_by_text("5 films · 2 series")).to_be_visible()
    expect(tiles(page)).to_have_count(7)
    expect(tiles(page).filter(has_text="Amber Coast")).to_contain_text("8.1")
    expect(tiles(page).filter(has_text="Pond")).to_contain_text("incomplete")
    expect(tiles(page).filter(has_text="Amber Coast").locator(".initials")).to_have_text("AC")
    expect(page.get_by_text("This product uses the TMDB API but is not endorsed or certified by TMDB.")).to_be_visible()
    assert grave(page) == []


def test_a_filter_offers_values_with_counts_and_stays_in_the_address(shown: Titles) -> None:
    page = shown.visit()

    page.get_by_role("button", name="Genre", exact=True).click()
    menu = page.get_by_role("dialog", name="Filter by genre")
    expect(menu.locator(".opt", has_text="Drama")).to_contain_text("2")
    menu.get_by_label("Drama").check()

    expect(tiles(page)).to_have_count(2)
    page.wait_for_url("**/titles?genre=Drama")
    page.reload()
    expect(tiles(page)).to_have_count(2)
    page.get_by_role("button", name="Remove the filter Drama").click()
    expect(tiles(page)).to_have_count(7)


def test_selected_titles_are_looked_up_and_their_values_are_planned(shown: Titles) -> None:
    page = shown.visit("/titles?show=table")
    bar = page.get_by_role("region", name="Actions")
    expect(bar).to_have_count(0)
    page.get_by_role("checkbox", name="Select Amber Coast (1994)").check()
    page.get_by_role("checkbox", name="Select Der lange Sommer am Fluss (1997)").click(modifiers=["Shift"])
    expect(bar).to_contain_text("5 titles selected")
    page.get_by_role("combobox", name="Order").select_option("added")
    expect(bar).to_contain_text("5 titles selected")
    page.get_by_role("checkbox", name="Select 7 titles").click()
    expect(bar).to_contain_text("7 titles selected")
    tiles(page).filter(has_text="Amber Coast").focus()
    page.get_by_role("checkbox", name="Select Amber Coast (1994)").uncheck()
    expect(bar).to_contain_text("6 titles selected")
    page.keyboard.press("i")
    expect(bar).to_contain_text("1 title selected")
    expect(bar.get_by_role("button", name="Look up")).to_have_count(0)  # no provider has a key
    bar.get_by_role("button", name="Plan values…").click()
    question = page.get_by_role("dialog", name="Plan these values?")
    expect(question).to_contain_text("Amber Coast (1994).mp4")
    assert grave(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Genre", exact=True).click()
    page.get_by_role("dialog", name="Filter by genre").get_by_label("Drama").check()
    expect(tiles(page)).to_have_count(2)
    expect(bar).to_contain_text("1 title selected")  # also in another list


def test_pictures_of_selected_titles_are_chosen_and_the_message_undoes_it(titles: Titles) -> None:
    pictures = titles.library.picture_selection
    for name in ("Amber Coast", "Cedar"):
        images = [
            ImageCandidate(
                provider="tmdb",
                kind=kind,
                url=f"https://image.tmdb.org/t/p/original/{name[:1]}-{kind}-{language}.jpg",
                width=2000,
                height=3000,
                language=language,
                votes=votes,
            )
            for kind, language, votes in (("poster", "en", 9), ("poster", "de", 3), ("logo", "de", 3))
        ]
        record_pictures(titles.library, "movie", titles.ids[name], images)
    page = titles.visit("/titles?q=c&show=table")
    for path in ("picture", "poster"):
        page.route(f"**/{path}/**", lambda route: route.fulfill(status=204))
    page.get_by_role("checkbox", name=re.compile("^Select . titles$")).click()
    page.get_by_role("region", name="Actions").get_by_role("button", name="Choose pictures…").click()
    question = page.get_by_role("dialog", name="Choose pictures")
    confirm = question.get_by_role("button", name="Choose pictures")
    expect(question).to_contain_text("No picture would change.")
    expect(confirm).to_be_disabled()

    question.get_by_role("combobox", name="Choose").select_option("In a language")
    question.get_by_role("combobox", name="Language").select_option("German (de)")
    rows = question.locator(".listing li")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("before: TMDB, English, 2000 × 3000→ now: TMDB, German, 2000 × 3000")
    question.get_by_role("combobox", name="Kind").focus()
    question.get_by_role("combobox", name="Kind").select_option("Logo")
    expect(rows.first).to_contain_text("The picture stays. It counts as your selection.")
    expect(question.get_by_role("combobox", name="Kind")).to_be_focused()
    assert grave(page) == []
    question.get_by_role("combobox", name="Kind").select_option("Poster")
    expect(rows.first).to_contain_text("now: TMDB, German")
    confirm.click()

    told = page.locator(".toast.good", has_text="Selected a poster of 2 titles")
    expect(told).to_be_visible()
    film = titles.ids["Cedar"]
    assert [each.is_by_person for each in pictures.slots("movie", film) if each.asset_type == "poster"] == [True]
    told.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast", has_text="Undone")).to_be_visible()
    assert [each.is_by_person for each in pictures.slots("movie", film) if each.asset_type == "poster"] == [False]


def test_tags_are_searched_and_filtered(shown: Titles) -> None:
    shown.library.titles.set(shown.ids["Cedar"], "tags", ["Favourites"])
    page = shown.visit("/titles?q=favour")
    expect(names(page)).to_have_text(["Cedar"])
    shown.visit("/titles?tag=Favourites")
    expect(page.get_by_role("button", name="Remove the filter Favourites")).to_be_visible()
    expect(names(page)).to_have_text(["Cedar"])
    shown.library.titles.set(shown.ids["Cedar"], "tags", None)


def test_quick_filters_list_unmatched_titles_and_incomplete_series(shown: Titles) -> None:
    page = shown.visit()

    page.get_by_role("button", name="1 Incomplete series").click()
    expect(tiles(page)).to_have_count(1)
    expect(names(page)).to_have_text(["Pond"])
    page.get_by_role("button", name="1 Incomplete series").click()
    page.get_by_role("button", name="5 Unmatched").click()
    expect(tiles(page)).to_have_count(5)


def test_a_search_finds_titles_and_an_empty_result_offers_to_clear_it(shown: Titles) -> None:
    page = shown.visit()

    search = page.get_by_label("Search the titles")
    search.press_sequentially("sommer fluss")
    expect(tiles(page)).to_have_count(1)
    page.wait_for_url("**/titles?q=sommer+fluss")
    search.press("Escape")
    expect(tiles(page)).to_have_count(7)
    search.fill("nothing has this name")
    search.press("Enter")
    expect(page.get_by_text("No title matches these filters")).to_be_visible()
    page.get_by_role("button", name="Clear all filters").click()
    expect(tiles(page)).to_have_count(7)


def test_a_title_that_is_opened_while_a_search_waits_stays_open(shown: Titles) -> None:
    page = shown.visit()
    page.evaluate(
        "() => { const real = window.setTimeout; window.setTimeout = (work, ms) => real(work, ms === 220 ? 1500 : ms);"
        " window.putBack = () => { window.setTimeout = real } }"
    )

    page.get_by_label("Search the titles").press_sequentially("pond")
    page.get_by_role("link", name="Amber Coast").click()
    expect(page.get_by_role("heading", level=1, name="Amber Coast")).to_be_visible()
    page.wait_for_timeout(1600)  # the search would have started
    expect(page.get_by_role("heading", level=1, name="Amber Coast")).to_be_visible()
    page.evaluate("putBack()")


@each_case(
    ("address", "sentence"),
    [
        ("kind=film", "There is no kind “film”. Choose one of: movie, series, season, episode."),
        ("sort=size", "There is no sort key “size”. Choose one of: title, year, state, rating, added."),
        ("year=soon", "“soon” is neither a year nor a range of years, such as 1994 or 1990-1999."),
        ("year=-", "“-” is neither a year nor a range of years, such as 1994 or 1990-1999."),
        ("rating=12", "A rating is a number from 0 to 10, not “12”."),
        ("library=99", "There is no library folder 99."),
        ("matched=7", "The filter “Matched” is yes or no, not “7”."),
    ],
)
def test_a_wrong_filter_in_the_address_is_named_above_all_titles(shown: Titles, address: str, sentence: str) -> None:
    page = shown.visit(f"/titles?{address}")

    expect(page.locator(".complain")).to_contain_text(sentence)
    expect(tiles(page)).to_have_count(7)
    page.get_by_role("button", name="1 Incomplete series").click()
    expect(tiles(page)).to_have_count(1)
    expect(page.locator(".complain")).to_have_count(0)


def test_only_the_wrong_filters_of_an_address_are_dropped(shown: Titles) -> None:
    page = shown.visit("/titles?genre=Drama&library=99&matched=7")

    expect(page.locator(".complain")).to_contain_text("There is no library folder 99.")
    expect(page.locator(".complain")).to_contain_text("The filter “Matched” is yes or no, not “7”.")
    expect(tiles(page)).to_have_count(2)
    expect(page.get_by_role("button", name="Remove the filter Drama")).to_be_visible()
    expect(page.get_by_role("button", name="Remove the filter Folder")).to_have_count(0)


def test_a_title_that_does_not_exist_has_a_page_that_says_so(shown: Titles) -> None:
    page = shown.visit("/titles/999999")

    expect(page.get_by_role("heading", name="There is no title 999999")).to_be_visible()
    expect(page.get_by_text("A title disappears with its last file")).to_be_visible()
    assert grave(page) == []
    page.get_by_role("link", name="All titles").click()
    expect(tiles(page)).to_have_count(7)
    page.wait_for_url("**/titles")


def test_the_table_has_the_same_titles(shown: Titles) -> None:
    page = shown.visit()

    page.get_by_role("button", name="Table").click()

    expect(tiles(page)).to_have_count(7)
    expect(tiles(page).filter(has_text="Amber Coast")).to_contain_text("Film")
    assert grave(page) == []


def test_arrow_keys_move_without_focus(shown: Titles) -> None:
    page = shown.visit(fresh=True)
    expect(tiles(page)).to_have_count(7)
    page.keyboard.press("ArrowRight")
    expect(tiles(page).nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(tiles(page).nth(6)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(tiles(page).first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/titles/*")


def test_narrow_page_cuts_nothing_off(shown: Titles) -> None:
    page = shown.visit("/titles?show=table", width=390)
    assert page.locator(".page-titles .card.list").evaluate("node => node.scrollWidth <= node.clientWidth")
    page.get_by_role("link", name="Der lange Sommer am Fluss").click()
    name = page.locator(".title-files bdi")
    name.evaluate("node => node.textContent = 'Der.lange.Sommer.am.Fluss.'.repeat(3)")
    ends = name.bounding_box(), page.locator(".title-files small").bounding_box()
    assert ends[0] is not None
    assert ends[1] is not None
    assert ends[0]["y"] + ends[0]["height"] <= ends[1]["y"]


def test_arrow_keys_move_between_the_posters_and_enter_opens_a_title(shown: Titles) -> None:
    page = shown.visit()

    tiles(page).filter(has_text="Amber Coast").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1, name="Birch and Bone")).to_be_visible()
    page.wait_for_url(f"**/titles/{shown.ids['Birch and Bone']}")
    page.go_back()
    expect(tiles(page)).to_have_count(7)


def test_a_value_is_set_by_hand_locked_and_removed(shown: Titles) -> None:
    page = shown.visit(f"/titles/{shown.ids['Cedar']}")

    set_title(page, "Cedar House")
    expect(page).to_have_title("Cedar House (2003) · Indexium")
    page.locator(".toast", has_text="Title: set by hand").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1, name="Cedar", exact=True)).to_be_visible()
    set_title(page, "Cedar House")
    page.get_by_role("button", name="Lock Title").click()
    expect(page.get_by_role("button", name="Lock Title")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".toast", has_text="Title: locked.")).to_be_visible()
    value = next(each for each in shown.library.titles.candidates(shown.ids["Cedar"], "title") if each.shown)
    assert (value.value, value.origin, value.locked) == ("Cedar House", "hand", True)

    page.get_by_role("button", name="Lock Title").click()
    expect(page.get_by_role("button", name="Lock Title")).to_have_attribute("aria-pressed", "false")
    page.locator("[data-row=title] .shown").click()
    page.get_by_role("button", name="Remove my value").click()
    expect(page.get_by_role("heading", level=1, name="Cedar", exact=True)).to_be_visible()


def test_values_are_planned_on_the_page_of_a_title_and_written_into_its_file(titles: Titles, tmp_path: Path) -> None:
    page = titles.visit(f"/titles/{titles.ids['Amber Coast']}")

    page.get_by_role("button", name="Plan these values").click()
    question = page.get_by_role("dialog", name="Plan these values?")
    expect(question).to_contain_text("1 file of 1 would get other values.")
    names, texts = (question.locator(f".values {part}").all() for part in ("dt", "dd"))
    assert len(names) == len(texts) >= 3
    for name, text in zip(names, texts, strict=True):
        box, beside = name.bounding_box(), text.bounding_box()
        assert box
        assert beside
        assert box["x"] + box["width"] <= beside["x"]
    question.get_by_role("button", name="Plan 1 file").click()
    expect(page.locator(".toast.good").get_by_role("button", name="Undo")).to_be_visible()
    page.locator(".toast.good").get_by_role("button", name="Show in the plan").click()
    expect(page.locator(".row .tag.add")).to_contain_text(["title, description, date 1994, genre, artist"])
    page.get_by_role("button", name="Write all safe").click()
    page.get_by_role("dialog").get_by_role("button", name="Write 1 file").click()
    expect(page.get_by_role("region", name="Work")).to_contain_text(re.compile("[Ww]ritten"))

    [film] = (tmp_path / "media").rglob("Amber Coast*.mp4")
    with av.open(str(film)) as container:
        written = dict(container.metadata)
    assert (written["title"], written["date"], written["genre"]) == ("Amber Coast", "1994", "Drama; Crime")


def test_requests_are_listed_for_a_title_and_in_the_settings(titles: Titles) -> None:
    ledger = RequestLedger(titles.library._parts.core.store, clock=lambda: datetime.now(UTC))
    for number in range(23):
        other = ledger.begin("tmdb", "/search/movie", {"query": f"Other {number}", "language": "en"})
        ledger.finish(other, status=200, seconds=0.1, size=500)
    sent = ledger.begin("tmdb", "/movie/11", {"append_to_response": "credits"})
    ledger.finish(sent, status=429, seconds=0.2, size=None)
    page = titles.visit(f"/titles/{titles.ids['Amber Coast']}")
    log = page.locator(".provider-log .requests li")
    expect(log).to_have_count(1)
    expect(log).to_contain_text("/movie/11")
    expect(log).to_contain_text("too many requests (429)")
    assert grave(page) == []

    page = titles.visit("/settings")
    rows = page.locator(".request-log .requests li")
    expect(rows).to_have_count(20)
    page.locator(".request-log").get_by_role("button", name="Older").click()
    expect(rows).to_have_count(4)
    page.get_by_label("Search requests").fill("other 7")
    page.get_by_label("Search requests").press("Enter")
    expect(rows).to_have_count(1)
    page.get_by_label("Search requests").fill("")
    page.get_by_label("Search requests").press("Enter")
    page.locator(".request-log").get_by_label("Provider", exact=True).select_option("tmdb")
    page.get_by_label("Failed only").check()
    expect(rows).to_have_count(1)
    assert grave(page) == []
    page.get_by_label("Download pictures", exact=False).first.uncheck()
    expect(page.get_by_text("Download pictures: off")).to_be_visible()
    assert titles.library.settings.download_images is False


def test_a_candidate_is_chosen_and_an_invalid_value_is_refused(shown: Titles) -> None:
    title_id = shown.ids["Cedar"]
    shown.library.titles.set(title_id, "year", 1951)
    page = shown.visit(f"/titles/{title_id}")

    page.locator("[data-row=year] .shown").click()
    page.get_by_role("textbox", name="Year by hand").fill("soon")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".candidates").get_by_role("alert")).to_contain_text(
        "The field year is a number from 1870 to 2100"
    )
    shown.site.complaints.remove(_REFUSED)
    page.locator(".choice", has_text="2003").click()
    expect(page.locator(".toast", has_text="Year: set by hand.")).to_be_visible()

    expect(page.get_by_role("heading", level=1)).to_have_text("Cedar")
    expect(page.locator("[data-row=year] .shown")).to_contain_text("2003")
    assert shown.library.titles.get(title_id).item.year == 2003
    shown.library.titles.set(title_id, "year", None)


def test_undo_of_a_value_that_was_changed_elsewhere_is_not_offered(shown: Titles) -> None:
    page = shown.visit(f"/titles/{shown.ids['Cedar']}")
    set_title(page, "Cedar House")
    shown.library.titles.set(shown.ids["Cedar"], "title", "Cedar Lodge")
    expect(page.get_by_role("heading", level=1, name="Cedar Lodge")).to_be_visible()
    told = page.locator(".toast", has_text="Title: set by hand")
    expect(told).to_be_visible()
    expect(told.get_by_role("button", name="Undo")).to_have_count(0)
    shown.library.titles.set(shown.ids["Cedar"], "title", None)


def test_a_title_that_is_not_a_film_is_ignored_and_the_message_undoes_it(shown: Titles) -> None:
    title_id = shown.ids["Cedar"]
    page = shown.visit(f"/titles/{title_id}")
    expect(page.locator(".match")).to_contain_text("Not searched yet.")

    page.get_by_role("button", name="Not a film or series").click()
    expect(page.locator(".states")).to_contain_text("Ignored")
    assert shown.library.matches.get(title_id).state == "ignored"
    expect(page.locator(".match")).to_contain_text("Not a film or series.")
    page.locator(".toast.good").get_by_role("button", name="Undo").click()

    expect(page.locator(".match")).to_contain_text("Not searched yet.")
    assert shown.library.matches.get(title_id).state == "unsearched"
    page.get_by_role("button", name="Not a film or series").click()
    page.get_by_role("button", name="It is a film or series").click()
    expect(page.locator(".match")).to_contain_text("Not searched yet.")


def test_a_series_shows_its_seasons_and_the_missing_episode(shown: Titles) -> None:
    page = shown.visit(f"/titles/{shown.ids['Pond']}")

    expect(page.get_by_text("S01E02 is missing.")).to_be_visible()
    assert grave(page) == []
    page.get_by_role("link", name="Frogs", exact=True).click()

    expect(page.get_by_role("heading", level=1, name="Frogs")).to_be_visible()
    expect(page.get_by_role("link", name="Pond", exact=True)).to_be_visible()


def test_a_person_leads_to_the_list_and_related_titles_share_people(shown: Titles) -> None:
    page = shown.visit(f"/titles/{shown.ids['Amber Coast']}")

    expect(page.locator(".related .title-tile", has_text="Birch and Bone")).to_contain_text("Ada Quill")
    page.get_by_role("link", name="Ada Quill", exact=True).click()

    expect(tiles(page)).to_have_count(2)
    page.wait_for_url("**/titles?actor=Ada+Quill")


def test_a_file_of_a_title_leads_to_its_details(shown: Titles) -> None:
    page = shown.visit(f"/titles/{shown.ids['Cedar']}")

    file = page.get_by_role("link", name="Cedar (2003).mp4")

    expect(file).to_have_attribute("href", f"/track/{shown.library.titles.get(shown.ids['Cedar']).files[0].file_id}")


def test_without_a_provider_the_page_says_how_to_switch_one_on(shown: Titles) -> None:
    page = shown.visit()

    expect(page.get_by_text("No provider is asked for plots, casts and posters.")).to_be_visible()


def test_controls_of_a_title_are_large_enough_on_a_phone(shown: Titles) -> None:
    page = shown.visit(f"/titles/{shown.ids['Pond']}", width=390)
    page.get_by_text("S01E02 is missing.").wait_for()

    small = page.evaluate(
        """() => [...document.querySelectorAll('*')].flatMap(each => each.shadowRoot ? [
          ...each.shadowRoot.querySelectorAll('.title-page :is(button, select, summary, a)')] : [])
          .filter(each => each.offsetParent && each.getBoundingClientRect().height < 43.5)
          .map(each => each.textContent)"""
    )

    assert small == []


def test_a_home_without_titles_explains_the_kind_of_a_folder(look: SharedSite) -> None:
    page = look.visit("/titles", fresh=True)

    expect(page.get_by_text("No folder holds films or series")).to_be_visible()
    expect(page.get_by_role("combobox", name="It holds")).to_have_value("home")
    expect(page.get_by_role("navigation", name="Pages").get_by_role("link", name="Titles")).to_have_count(0)


def test_the_dialog_that_moves_a_file_starts_with_its_role(moves: Titles) -> None:
    file = moves.library.titles.get(moves.ids["Cedar"]).files[0]
    moves.library.titles.assign([file.file_id], moves.ids["Amber Coast"], role="trailer")
    page = moves.visit(f"/titles/{moves.ids['Amber Coast']}")

    page.get_by_role("button", name="Move to another title: Cedar").click()
    dialog = page.get_by_role("dialog", name="Move to another title")
    dialog.get_by_label("Film or series").fill("birch")
    dialog.get_by_role("radio", name="Birch and Bone").check()

    expect(dialog.get_by_label("The file is")).to_have_value("trailer")


def test_each_file_shows_its_edition(titles: Titles, tmp_path: Path) -> None:
    folder = tmp_path / "media/Films/Cedar (2003)"
    (folder / "Cedar (2003).mp4").rename(folder / "Cedar (2003) - Final Cut.mp4")
    media.video(folder / "Cedar (2003) {edition-Theatrical}.mp4", seed=71)
    titles.library.scan()
    page = titles.visit(f"/titles/{titles.ids['Cedar']}")

    expect(page.locator(".title-files > *", has_text="- Final Cut")).to_contain_text("Final Cut ·")
    expect(page.locator(".title-files > *", has_text="{edition-")).to_contain_text("Theatrical ·")
    expect(page.locator("[data-row=edition]")).to_have_count(0)


def test_a_file_moves_to_an_episode_and_back(moves: Titles) -> None:
    page = moves.visit(f"/titles/{moves.ids['Birch and Bone']}")

    page.get_by_role("button", name="Move to another title: Birch and Bone").click()
    dialog = page.get_by_role("dialog", name="Move to another title")
    dialog.get_by_role("button", name="Move the file").click()
    expect(dialog.get_by_role("alert").first).to_have_text("Choose one of the list.")
    dialog.get_by_label("Film or series").fill("pond")
    dialog.get_by_role("radio", name="Pond Series, 3 episodes").check()
    dialog.get_by_label("Season").fill("2")
    dialog.get_by_role("button", name="Move the file").click()
    expect(dialog.get_by_label("Episode", exact=True)).to_be_focused()
    dialog.get_by_label("Episode", exact=True).fill("5")
    dialog.get_by_role("button", name="Move the file").click()

    moved = page.locator(".toast", has_text="The file is moved to Pond - S02E05 - Episode 5.")
    expect(moved.get_by_role("button", name="Undo")).to_be_visible()
    found = moves.library.titles.list(kind="episode", query="pond", per_page=50).items
    episode = next(each for each in found if (each.season, each.episode) == (2, 5))
    moves.visit(f"/titles/{episode.id}")
    expect(page.get_by_text("moved by hand")).to_be_visible()
    page.get_by_role("button", name="Identify the file again").click()
    expect(page.get_by_text("The file is identified again")).to_be_visible()


def test_a_file_becomes_a_new_film(moves: Titles) -> None:
    page = moves.visit(f"/titles/{moves.ids['Cedar']}")

    page.get_by_role("button", name="Move to another title").click()
    dialog = page.get_by_role("dialog", name="Move to another title")
    dialog.get_by_label("Film or series").fill("Amber Coast")
    dialog.get_by_role("radio", name="a new film").check()
    dialog.get_by_label("Year").fill("1994")
    dialog.get_by_role("button", name="Move the file").click()
    expect(dialog.get_by_role("alert").filter(has_text="There is a film with this name already")).to_be_visible()
    moves.site.complaints.remove(_REFUSED)
    dialog.get_by_label("Year").fill("2014")
    dialog.get_by_role("button", name="Move the file").click()

    expect(page.get_by_text("The file is moved to Amber Coast (2014).")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"/titles/{moves.ids['Cedar']}$"))  # values by hand keep this title


def test_the_page_follows_the_only_file_of_a_title(moves: Titles) -> None:
    page = moves.visit(f"/titles/{moves.ids['Der lange Sommer am Fluss']}")

    page.get_by_role("button", name="Move to another title").click()
    dialog = page.get_by_role("dialog", name="Move to another title")
    dialog.get_by_label("Film or series").fill("cedar")
    dialog.get_by_role("radio", name=re.compile("^Cedar")).check()
    dialog.get_by_role("button", name="Move the file").click()

    moved = page.locator(".toast", has_text="The file is moved to Cedar (2003).")
    expect(page).to_have_url(re.compile(rf"/titles/{moves.ids['Cedar']}$"))
    expect(page.get_by_role("heading", name="Cedar")).to_be_visible()
    expect(page.locator(".title-files li")).to_have_count(2)
    moved.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast", has_text="it is identified again")).to_be_visible()
    expect(page.locator(".title-files li")).to_have_count(1)
    assert "Der lange Sommer am Fluss" in {each.title for each in moves.library.titles.list(per_page=100).items}
    expect(page.get_by_text("There is no title")).to_have_count(0)


def test_back_closes_the_dialog_of_a_move_and_its_undo_knows_the_former_title(moves: Titles) -> None:
    file = moves.library.titles.get(moves.ids["Cedar"]).files[0]
    moves.library.titles.assign([file.file_id], moves.ids["Amber Coast"])
    page = moves.visit()
    page.get_by_role("link", name="Amber Coast").click()
    page.get_by_role("button", name="Move to another title: Cedar").click()
    dialog = page.get_by_role("dialog", name="Move to another title")
    expect(dialog).to_be_visible()
    page.go_back()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("heading", level=1, name="Amber Coast")).to_be_visible()
    page.get_by_role("button", name="Move to another title: Cedar").click()
    dialog.get_by_label("Film or series").fill("sommer")
    dialog.get_by_role("radio", name=re.compile("^Der lange Sommer")).check()
    dialog.get_by_role("button", name="Move the file").click()
    page.locator(".toast", has_text="The file is moved to Der lange Sommer").get_by_role("button", name="Undo").click()

    expect(page.locator(".toast", has_text="it is in Amber Coast")).to_be_visible()


def test_numbers_of_a_series_do_not_matter_for_a_film(moves: Titles) -> None:
    page = moves.visit(f"/titles/{moves.ids['Cedar']}")

    page.get_by_role("button", name="Move to another title").click()
    dialog = page.get_by_role("dialog", name="Move to another title")
    dialog.get_by_label("Film or series").fill("pond")
    dialog.get_by_role("radio", name="Pond Series, 3 episodes").check()
    dialog.get_by_label("Episode", exact=True).fill("2")
    dialog.get_by_role("radio", name="a new film").check()
    dialog.get_by_role("button", name="Move the file").click()

    expect(page.get_by_text("The file is moved to pond.")).to_be_visible()
