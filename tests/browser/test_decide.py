"""The page To decide in a browser, with the stand-in of the providers: keys, undo, searches, folders, no provider."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from indexium_core import settings
from indexium_core.demo import films
from indexium_core.demo.providers.demo_home import use_stand_in
from indexium_core.library import Library
from tests.browser.conftest import Site, hold_first
from tests.browser.test_access import grave
from tests.support import tables
from tests.support.copied_home import search_all_names
from tests.support.waiting import until

FIRST = "Der lange Sommer am Fluss"
WHY = "2 titles have this name and year, and no runtime, id or cast tells them apart."


@pytest.fixture(scope="session")
def searched_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed home with the films of the demo, each searched once at the stand-in, which runs on."""
    folder = tmp_path_factory.mktemp("films") / films.FOLDER
    films.make_missing(folder)
    home = tmp_path_factory.mktemp("searched") / "home"
    with pytest.MonkeyPatch.context() as patch, Library.open(home, config=use_stand_in(home)) as library:
        search_all_names(patch)
        library.inventory.add(folder, kind="mixed")
        library.scan([folder])
        wait_for_lookups(library)
        for question in library.matches.pending("unsearched", per_page=100).items:
            library.matches.find(question.item.id)
    return home


@pytest.fixture
def library(searched_home: Path, tmp_path: Path) -> Iterator[Library]:
    """A copy of that home; the page does not change the files."""
    home = tmp_path / "home"
    shutil.copytree(searched_home, home)
    with Library.open(home) as opened:
        yield opened
        wait_for_lookups(opened)  # of the decisions


@pytest.fixture
def alone(library: Library) -> None:
    """Leave out what follows an accepted match, for tests of the page alone."""
    library.matches.on_accept = lambda _: None


def wait_for_lookups(library: Library) -> None:
    for job in library.jobs.list(["enrich"]).items:
        library.jobs.wait(job.id)


def head(page: Page) -> Locator:
    return page.locator(".page-decide .head")


def shown_file(page: Page) -> Locator:
    return page.get_by_role("region", name="The file")


def current(page: Page) -> Locator:
    return page.locator(".queue [aria-current=true] b")


def first_id(library: Library) -> int:
    """Return the title of the first question."""
    return library.matches.pending(per_page=1).items[0].item.id


def counts(library: Library) -> tuple[int, int, int, int]:
    states = library.matches.counts()
    return states["open"], states["accepted"], states["later"], states["ignored"]


def settle(page: Page, library: Library, expected: tuple[int, int, int, int]) -> None:
    """Wait until the page and the library have these numbers of titles."""
    for name, number in zip(("To decide", "Matched", "Later", "Ignored"), expected, strict=True):
        expect(page.get_by_role("button", name=f"{name} {number}", exact=True)).to_be_visible()
    assert counts(library) == expected


def test_question_has_file_facts_candidates_and_an_address(site: Site, library: Library) -> None:
    page = site.visit("/titles/decide")
    total = counts(library)[0]
    expect(page.locator("nav a[data-page=decide]")).to_contain_text(str(total))
    expect(head(page)).to_contain_text(f"1 of {total}")
    assert shown_file(page).locator("mark").all_inner_texts() == ["Der.lange.Sommer.am.Fluss", "1997"]
    expect(shown_file(page)).to_contain_text("118 minutes")
    expect(shown_file(page).locator(".still img")).to_have_js_property("complete", value=True)
    best = page.get_by_role("article", name="Candidate 1: The Long Summer by the River, 1997")
    expect(best).to_contain_text("A ferryman's last summer before the bridge is built.")
    expect(best).to_contain_text("Year: 1997, the same+0.30")
    expect(best.get_by_role("img", name="0.92 of 1.00")).to_be_visible()
    expect(page.locator(".asked")).to_contain_text(WHY)
    expect(page.get_by_role("article")).to_have_count(3)
    expect(best.locator(".poster img")).to_have_js_property("naturalWidth", 400)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(best.get_by_role("button")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert best.bounding_box()["width"] > 300  # type: ignore[index]
    page.set_viewport_size({"width": 1280, "height": 860})
    assert grave(page) == []

    # Each question has an address, which a new tab opens.
    expect(page).to_have_url(re.compile(r"title=\d+$"))
    first = page.url
    page.keyboard.press("j")
    expect(page).not_to_have_url(first)
    name = page.locator(".triage h2").first.inner_text()
    other = site.visit(page.url.removeprefix(site.url))
    expect(other.locator(".triage h2").first).to_have_text(name)
    other.close()

    # More candidates, and the keys.
    page.locator(".queue").get_by_role("row", name="Das Haus am Moor").click()
    first = page.get_by_role("article").first.get_attribute("aria-label")
    page.keyboard.press("m")
    expect(page.get_by_role("article").first).not_to_have_attribute("aria-label", str(first))
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_contain_text("accept the candidate")
    page.keyboard.press("Escape")
    assert counts(library)[0] > 0


@pytest.mark.usefixtures("alone")
def test_keys_decide_and_undo(site: Site, library: Library) -> None:
    page = site.visit("/titles/decide")
    opened, accepted, later, ignored = counts(library)
    expect(current(page)).to_contain_text(FIRST)
    page.keyboard.press("2")
    expect(current(page)).to_have_text("North Pier")
    expect(page.locator(".toast.good")).to_contain_text(f"“{FIRST} (1997)” is matched with “The Long Summer (1997)”")
    settle(page, library, (opened - 1, accepted + 1, later, ignored))
    page.keyboard.press("l")
    expect(current(page)).to_have_text("Cinder Street (2012)")
    page.keyboard.press("s")
    expect(current(page)).to_have_text("Das Haus am Moor (2007)")
    settle(page, library, (opened - 3, accepted + 1, later + 1, ignored + 1))
    expect(head(page)).to_contain_text("3 decided")
    # Each undo undoes the newest decision, and its question is shown.
    page.keyboard.press("z")
    expect(current(page)).to_have_text("Cinder Street (2012)")
    page.keyboard.press("z")
    expect(current(page)).to_have_text("North Pier")
    page.keyboard.press("z")
    expect(current(page)).to_contain_text(FIRST)
    settle(page, library, (opened, accepted, later, ignored))


def test_place_follows_the_shown_question_in_each_list(site: Site, library: Library) -> None:
    page = site.visit("/titles/decide")
    opened, _, _, ignored = counts(library)
    expect(head(page)).to_contain_text(f"1 of {opened}")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(head(page)).to_contain_text(f"3 of {opened}")
    page.keyboard.press("s")
    expect(head(page)).to_contain_text(f"4 of {opened}")
    expect(head(page)).to_contain_text("1 decided")
    expect(head(page)).to_contain_text(f"4 of {opened}")
    page.keyboard.press("k")
    expect(head(page)).to_contain_text(f"3 of {opened}")
    page.get_by_role("button", name=f"Ignored {ignored + 1}", exact=True).click()
    expect(head(page)).to_contain_text(f"1 of {ignored + 1}")
    expect(head(page)).not_to_contain_text("decided")


def test_keys_lead_over_the_pages_of_a_list(site: Site, library: Library) -> None:
    total = counts(library)[1]
    names = [each.item.name for each in library.matches.pending("accepted", per_page=100).items]
    page = site.visit("/titles/decide?show=accepted")
    expect(head(page)).to_contain_text(f"1 of {total}")
    for _ in range(12):
        page.keyboard.press("j")
    expect(head(page)).to_contain_text(f"13 of {total}")
    expect(current(page)).to_have_text(names[12])
    page.keyboard.press("k")
    expect(head(page)).to_contain_text(f"12 of {total}")
    expect(current(page)).to_have_text(names[11])


@pytest.mark.usefixtures("alone")
def test_toast_undoes_the_decision(site: Site, library: Library) -> None:
    page = site.visit("/titles/decide")
    before = counts(library)
    expect(current(page)).to_contain_text(FIRST)
    page.keyboard.press("1")
    page.locator(".toast.good").get_by_role("button", name="Undo").click()
    expect(current(page)).to_contain_text(FIRST)
    settle(page, library, before)


def test_keys_pressed_in_quick_sequence_decide_one_question_each(site: Site, library: Library) -> None:
    page = site.visit("/titles/decide")
    opened, accepted, later, ignored = counts(library)
    expect(current(page)).to_contain_text(FIRST)
    for _ in range(4):
        page.keyboard.press("1")
    expect(current(page)).to_have_text("Quiet Harbour")
    settle(page, library, (opened - 4, accepted + 4, later, ignored))
    [film] = library.titles.list("Cinder").items
    found = library.matches.accepted(film.id)
    assert found is not None
    assert found.candidate.title == "Cinder Street"


@pytest.mark.usefixtures("alone")
def test_undo_right_after_a_decision_shows_its_question_at_once(site: Site, library: Library) -> None:
    page = site.visit("/titles/decide")
    opened, accepted, later, ignored = counts(library)
    expect(current(page)).to_contain_text(FIRST)
    for key in "1z2sz":  # the next key is for the question that an undo shows
        page.keyboard.press(key)
    expect(current(page)).to_have_text("North Pier")
    settle(page, library, (opened - 1, accepted + 1, later, ignored))
    [film] = library.titles.list(FIRST).items or library.titles.list("The Long Summer").items
    found = library.matches.accepted(film.id)
    assert found is not None
    assert found.candidate.title == "The Long Summer"


def test_key_undoes_only_what_this_page_decided_and_nobody_undid(site: Site, library: Library) -> None:
    page = site.visit("/titles/decide")
    before = opened, accepted, later, ignored = counts(library)
    expect(current(page)).to_contain_text(FIRST)
    page.keyboard.press("l")
    expect(current(page)).to_have_text("North Pier")
    page.keyboard.press("l")
    settle(page, library, (opened - 2, accepted, later + 2, ignored))
    library.steps.undo()  # as a command does
    settle(page, library, (opened - 1, accepted, later + 1, ignored))
    page.keyboard.press("z")
    expect(page.locator(".toast.error")).to_contain_text("is undone already")
    page.keyboard.press("z")
    settle(page, library, before)

    # A decision of another page or a command is not undone.
    page.keyboard.press("l")
    expect(current(page)).to_have_text("North Pier")
    settle(page, library, (opened - 1, accepted, later + 1, ignored))
    [other] = library.titles.list("Cinder").items
    library.matches.ignore(other.id)  # as another page or a command does
    settle(page, library, (opened - 2, accepted, later + 1, ignored + 1))
    page.keyboard.press("z")
    settle(page, library, (opened - 1, accepted, later, ignored + 1))
    page.keyboard.press("z")
    expect(page.locator(".toast.info").last).to_contain_text("There is nothing to undo")
    assert library.matches.get(other.id).state == "ignored"
    site.complaints.clear()  # the browser notes each call that is refused


def test_outdated_decision_is_refused_and_the_next_question_follows(
    site: Site, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = site.visit("/titles/decide")
    opened, accepted, later, ignored = counts(library)
    expect(current(page)).to_contain_text(FIRST)
    shown = first_id(library)
    with monkeypatch.context() as silent:  # the page does not know of it
        silent.setattr(library.events, "emit", lambda *_, **__: None)
        library.matches.later(shown)
    page.keyboard.press("1")
    expect(page.locator(".toast.error")).to_contain_text("Another window or command has decided about")
    expect(current(page)).to_have_text("North Pier")
    settle(page, library, (opened - 1, accepted, later + 1, ignored))
    expect(head(page)).not_to_contain_text("decided in")
    site.complaints.clear()  # the browser notes each call that is refused


@pytest.mark.usefixtures("alone")
def test_no_key_decides_a_question_that_replaced_the_shown_one(site: Site, library: Library) -> None:
    page = site.visit("/titles/decide")
    opened, accepted, later, ignored = counts(library)
    expect(current(page)).to_contain_text(FIRST)
    library.matches.later(first_id(library))  # as another page or a command does
    settle(page, library, (opened - 1, accepted, later + 1, ignored))
    expect(page.locator(".prevented")).to_contain_text("this title is no longer in it")
    expect(shown_file(page)).to_contain_text("Der.lange.Sommer")
    page.keyboard.press("1")
    expect(page.locator(".prevented")).to_have_count(0)
    expect(current(page)).to_have_text("North Pier")
    settle(page, library, (opened - 1, accepted, later + 1, ignored))
    page.keyboard.press("1")
    settle(page, library, (opened - 2, accepted + 1, later + 1, ignored))


@pytest.mark.usefixtures("alone")
def test_no_key_accepts_a_candidate_that_replaced_the_shown_one(site: Site, library: Library) -> None:
    page = site.visit("/titles/decide")
    before = counts(library)
    expect(current(page)).to_contain_text(FIRST)
    library.matches.search(first_id(library), "Paper Boats 2005")
    expect(page.locator(".prevented")).to_contain_text("has changed this question")
    expect(page.get_by_role("article").first).to_contain_text("The Long Summer by the River")
    page.get_by_role("article").first.get_by_role("button").click()
    expect(page.get_by_role("article").first).to_contain_text("Paper Boats")
    settle(page, library, before)
    page.keyboard.press("1")
    settle(page, library, (before[0] - 1, before[1] + 1, *before[2:]))


def test_shown_question_stays_when_another_one_comes_first(site: Site, library: Library) -> None:
    library.matches.later(first_id(library))
    page = site.visit("/titles/decide")
    opened, accepted, later, ignored = counts(library)
    expect(current(page)).to_have_text("North Pier")
    library.matches.undo()
    settle(page, library, (opened + 1, accepted, later - 1, ignored))
    expect(current(page)).to_have_text("North Pier")
    expect(page.locator(".prevented")).to_have_count(0)


@pytest.mark.usefixtures("alone")
def test_search_by_title_and_by_id_decides_nothing(site: Site, library: Library) -> None:
    page = site.visit("/titles/decide")
    before = counts(library)
    expect(current(page)).to_contain_text(FIRST)
    field = page.get_by_label("Search by title or id")
    page.keyboard.press("/")
    for text, answer in (("zzzz", "No provider has a title like “zzzz”"), ("tt9999999", "tt9999999")):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        expect(page.locator(".toast.error").last).to_contain_text(answer)
        expect(field).to_be_focused()
        expect(field).to_have_value(text)  # it is selected, so the next text replaces it
    page.keyboard.type("2 sf")
    expect(field).to_have_value("2 sf")
    page.keyboard.press("Escape")
    expect(field).not_to_be_focused()
    settle(page, library, before)

    # A search by title and by id.
    opened, accepted, later, ignored = counts(library)
    page.keyboard.press("/")
    page.keyboard.type("Paper Boats 2005")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article").first).to_contain_text("Paper Boats")
    page.keyboard.type("tmdb:9000047")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article").first).to_contain_text("The Weathermaker")
    page.keyboard.type("tt9999999")
    page.keyboard.press("Enter")
    expect(page.locator(".toast.error").last).to_contain_text("tt9999999")
    expect(page.get_by_role("article").first).to_contain_text("The Weathermaker")
    page.keyboard.type("zzzz")
    page.keyboard.press("Enter")
    expect(page.locator(".toast").last).to_contain_text(
        "No provider has a title like “zzzz”. The candidates are unchanged."
    )
    settle(page, library, (opened, accepted, later, ignored))
    # Over a reload, too, there is a way back to the candidates for what the files say.
    page.reload()
    expect(page.get_by_role("article").first).to_contain_text("The Weathermaker")
    expect(page.locator(".other .hint")).to_contain_text("Searched: tmdb:9000047")
    page.get_by_role("button", name="Show the suggestions again").click()
    expect(page.get_by_role("article").first).to_contain_text("The Long Summer by the River")
    expect(page.get_by_role("button", name="Show the suggestions again")).to_have_count(0)
    expect(page.locator(".asked")).to_contain_text(WHY)
    page.keyboard.press("/")
    page.keyboard.type("tmdb:9000047")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article").first).to_contain_text("The Weathermaker")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    settle(page, library, (opened - 1, accepted + 1, later, ignored))
    [film] = library.titles.list(FIRST).items or library.titles.list("Weathermaker").items[:1]
    found = library.matches.accepted(film.id)
    assert found is not None
    assert found.candidate.title == "The Weathermaker"
    site.complaints.clear()  # the browser notes each call that is refused


def test_not_a_film_counts_for_the_whole_folder(site: Site, library: Library) -> None:
    page = site.visit("/titles/decide")
    opened, accepted, later, ignored = counts(library)
    expect(current(page)).to_contain_text(FIRST)
    page.locator(".queue").get_by_role("row", name="Cinder Street").click()
    expect(page.get_by_role("checkbox")).not_to_be_checked()
    for _ in range(7):
        page.keyboard.press("j")
    expect(current(page)).to_have_text("Night Tram")
    page.keyboard.press("k")
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.get_by_role("checkbox")).to_be_checked()
    expect(page.locator(".for-all")).to_contain_text("applies also to 1 other question of this folder")
    page.keyboard.press("s")
    settle(page, library, (opened - 2, accepted, later, ignored + 2))
    expect(head(page)).to_contain_text("2 decided")
    page.get_by_role("button", name=f"Ignored {ignored + 2}", exact=True).click()
    expect(page).to_have_url(re.compile(r"/titles/decide\?show=ignored"))
    expect(page.locator(".asked")).to_contain_text("ignored")
    page.keyboard.press("z")
    settle(page, library, (opened, accepted, later, ignored))


def test_end_of_questions_offers_those_for_later(site: Site, library: Library) -> None:
    opened = counts(library)[0]
    for question in library.matches.pending(per_page=100).items[1:]:
        library.matches.later(question.item.id)
    page = site.visit("/titles/decide")
    expect(current(page)).to_contain_text(FIRST)
    page.keyboard.press("1")
    expect(page.locator(".page-decide .empty")).to_contain_text("Nothing left to decide")
    page.get_by_role("button", name=f"The {opened - 1} for later").click()
    expect(page.locator(".asked")).to_contain_text("put off")
    page.keyboard.press("1")
    expect(page.get_by_role("button", name=f"Later {opened - 2}", exact=True)).to_be_visible()


def test_without_provider_stored_candidates_are_decided(site: Site, library: Library) -> None:
    settings.store(library.home, "online", "off")
    library.settings.online = "off"
    opened, accepted, later, ignored = counts(library)
    page = site.visit("/titles/decide")
    expect(page.locator(".prevented")).to_contain_text("No provider can be asked")
    expect(page.locator(".prevented").get_by_role("button", name="Open settings")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("Paper Boats")
    page.keyboard.press("Enter")
    expect(page.locator(".toast.error")).to_contain_text("INDEXIUM_ONLINE is off")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    settle(page, library, (opened - 1, accepted + 1, later, ignored))
    page.locator(".prevented").get_by_role("button", name="Open settings").click()
    expect(page.get_by_role("heading", name="Privacy")).to_be_focused()
    expect(page.get_by_role("heading", name="Privacy")).to_be_in_viewport()
    site.complaints.clear()  # the browser notes each call that is refused


def test_text_for_the_search_is_kept_until_the_question_is_there(site: Site, library: Library) -> None:
    before = counts(library)
    page = site.visit("/settings")
    held = hold_first(page, "**/call/matches.pending*")
    page.get_by_role("link", name="To decide").click()
    expect(page.get_by_role("button", name="Matched")).to_be_visible()  # the page is there, and no question
    page.keyboard.type("/Paper Boats")
    until(lambda: held)
    held[0].continue_()
    expect(page.get_by_role("textbox", name="Search by title or id")).to_have_value("Paper Boats")
    assert counts(library) == before


def keep_names_back(library: Library) -> int:
    """Keep the names of all questions back, and return their number."""
    with tables.changing(library) as tx:
        tx.execute("DELETE FROM film_evidence")
        tx.execute("DELETE FROM title_searches WHERE state = 'open'")
        tx.execute("DELETE FROM title_matches WHERE state = 'proposed'")
    return library.matches.counts()["maybe"]


def kept_list(page: Page, number: int) -> Locator:
    return page.get_by_role("button", name=f"Maybe a film? {number}", exact=True)


def test_answers_whether_video_is_film(site: Site, library: Library) -> None:
    kept = keep_names_back(library)
    page = site.visit("/settings")
    expect(page.locator(".kept")).to_contain_text(f"{kept} names are kept back")
    page.locator(".kept").get_by_role("link", name="Maybe a film?").click()
    expect(page.get_by_role("heading", name="Is it a film or an episode?")).to_be_visible()
    expect(page.locator(".doubt li").first).to_have_text("Nothing says that it is a film or an episode.")
    assert grave(page) == []
    page.keyboard.press("1")  # no candidate is there
    page.keyboard.press("l")
    page.keyboard.press("s")
    expect(kept_list(page, kept - 1)).to_be_visible()
    page.keyboard.press("z")
    expect(kept_list(page, kept)).to_be_visible()
    page.keyboard.press("f")
    expect(page.locator(".toast.good")).to_contain_text("is a film or series")
    expect(kept_list(page, kept - 1)).to_be_visible()


def test_held_key_and_double_click_confirm_one_name(site: Site, library: Library) -> None:
    kept = keep_names_back(library)
    page = site.visit("/titles/decide?show=maybe")
    confirm = page.get_by_role("button", name="It is a film or an episode")
    expect(confirm).to_be_visible()
    names = page.locator(".queue [role=row] b").all_inner_texts()
    for _ in range(4):  # the key is held
        page.keyboard.down("f")
    page.keyboard.up("f")
    expect(current(page)).to_have_text(names[1])
    confirm.dblclick()
    expect(current(page)).to_have_text(names[2])
    confirm.focus()
    for _ in range(4):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    expect(current(page)).to_have_text(names[3])
    page.get_by_role("button", name="It is a home video").dblclick()
    expect(current(page)).to_have_text(names[4])
    expect(kept_list(page, kept - 4)).to_be_visible()
    assert library.matches.counts()["maybe"] == kept - 4


def test_two_undone_answers_are_listed_once(site: Site, library: Library) -> None:
    kept = keep_names_back(library)
    page = site.visit("/titles/decide?show=maybe")
    rows = page.locator(".queue [role=row] b")
    expect(page.get_by_role("heading", name="Is it a film or an episode?")).to_be_visible()
    first, names = current(page).inner_text(), sorted(rows.all_inner_texts())
    page.keyboard.press("s")
    page.keyboard.press("s")
    expect(kept_list(page, kept - 2)).to_be_visible()
    page.keyboard.press("z")
    page.keyboard.press("z")
    expect(kept_list(page, kept)).to_be_visible()
    expect(current(page)).to_have_text(first)
    assert sorted(rows.all_inner_texts()) == names


def test_ignored_title_becomes_a_film(site: Site, library: Library) -> None:
    keep_names_back(library)
    title_id = library.matches.pending("maybe").items[0].item.id
    library.matches.ignore(title_id)
    page = site.visit("/titles/decide?show=ignored")
    expect(page.locator(".asked")).to_contain_text("ignored")
    page.locator(".queue").get_by_role("row", name=library.matches.get(title_id).item.name).first.click()
    expect(page.get_by_role("button", name="Not a film or series")).to_have_count(0)
    expect(page.locator(".nothing")).to_contain_text("If it is a film or an episode after all, press f.")
    page.keyboard.press("s")
    page.keyboard.press("l")
    assert library.matches.get(title_id).state == "ignored"
    page.get_by_role("button", name="It is a film or an episode").click()
    expect(page.locator(".toast.good")).to_contain_text("is a film or series")
    assert library.matches.get(title_id).state != "ignored"
    page.keyboard.press("z")
    expect(page.locator(".toast.info").last).to_contain_text("Undone")
    assert library.matches.get(title_id).state == "ignored"


def test_held_key_and_double_click_accept_one_candidate(site: Site, library: Library) -> None:
    page = site.visit("/titles/decide")
    opened, accepted, later, ignored = counts(library)
    expect(current(page)).to_contain_text(FIRST)
    for _ in range(4):
        page.keyboard.down("1")
    page.keyboard.up("1")
    expect(current(page)).to_have_text("North Pier")
    settle(page, library, (opened - 1, accepted + 1, later, ignored))
    page.get_by_role("article").first.get_by_role("button").dblclick()
    expect(current(page)).to_have_text("Cinder Street (2012)")
    settle(page, library, (opened - 2, accepted + 2, later, ignored))
    page.keyboard.down("j")
    page.keyboard.down("j")  # a key that moves may be held
    page.keyboard.up("j")
    expect(head(page)).to_contain_text(f"5 of {opened}")
    settle(page, library, (opened - 2, accepted + 2, later, ignored))
