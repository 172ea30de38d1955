"""The dialog that chooses the pictures of a title: its keys, failures, filters, a phone, and more providers."""

from __future__ import annotations

import dataclasses
import io
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from dashboards.web import server
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.artwork.assets import AssetCandidate
from indexium_core.model.artwork.selections import PictureSearchResult
from indexium_core.model.lookups.records import ImageCandidate
from indexium_core.model.lookups.traffic import ProviderStatus
from tests.browser.conftest import Site
from tests.browser.test_access import SMALL, grave
from tests.support import title_home
from tests.support.providers import record_pictures

_SIZES = ((2000, 3000), (1000, 1500), (480, 720))
_FAILED = re.compile("Failed to load resource: the server responded with a status of (404|502)")


def offer(library: Library, entity_type: str, title_id: int, number: int, **fields: Any) -> None:
    """Record posters of a provider; the first one is the best."""
    images = [
        ImageCandidate(
            provider="tmdb",
            kind="poster",
            url=f"https://image.tmdb.org/t/p/original/{title_id}-{place}.jpg",
            width=_SIZES[place % 3][0],
            height=_SIZES[place % 3][1],
            language=("en", "", "de")[place % 3],
            votes=1000 - place,
            vote_average=7.5,
            **fields,
        )
        for place in range(number)
    ]
    record_pictures(library, entity_type, title_id, images)


_PIXEL = bytes.fromhex("47494638396101000100800000000000ffffff21f90400000000002c00000000010001000002024401003b")


class Chooser:
    """A served home with a film that has posters. The pictures are small images that this test makes."""

    def __init__(self, site: Site, library: Library) -> None:
        self.site, self.library = site, library
        self.ids = {each.title: each.id for each in library.titles.list(per_page=100).items}
        self.film = self.ids["Amber Coast"]
        self.answer: Callable[[Route], None] = self.show

    def open(self, *, title: str = "Amber Coast", width: int = 1280, theme: str = "light", key: str = "c") -> Page:
        page = self.site.visit("/people", width=width, theme=theme)
        page.route("**/picture/**", self.reply)
        page.route("**/poster/**", lambda route: route.fulfill(body=_PIXEL, content_type="image/gif"))
        self.site.turn(page, f"/titles/{self.ids[title]}")
        page.get_by_role("button", name="Choose a poster…").wait_for()
        if key:
            page.keyboard.press(key)
            page.locator(".a-pick").first.wait_for()  # skeletons have none
        return page

    def reply(self, route: Route) -> None:
        self.answer(route)

    def show(self, route: Route) -> None:
        made = io.BytesIO()
        number = int(re.search(r"/picture/(\d+)", route.request.url)[1])  # type: ignore[index]
        Image.new("RGB", (40, 60), (40 * number % 256, 90, 130)).save(made, "PNG")
        route.fulfill(body=made.getvalue(), content_type="image/png")

    def posters(self) -> list[AssetCandidate]:
        return self.library.picture_selection.candidates("movie", self.film, "poster").items

    def chosen(self) -> list[int]:
        """Return the posters that people selected."""
        return [each.id for each in self.posters() if each.is_by_person]


@pytest.fixture
def chooser(tmp_path: Path, context: BrowserContext, port: int) -> Iterator[Chooser]:
    with title_home.HOME.open(tmp_path / "home", title_home.HOME.lay_out(tmp_path / "media")) as library:
        ids = {each.title: each.id for each in library.titles.list(per_page=100).items}
        offer(library, "movie", ids["Amber Coast"], 6)
        with server.make_server(library, port=port).background() as running:
            site = Site(running.url, context)
            yield Chooser(site, library)
            site.close()
            site.complaints = [each for each in site.complaints if not _FAILED.match(each)]
            site.check()


def tiles(page: Page) -> Locator:
    return page.get_by_role("list", name="Pictures").get_by_role("listitem")


def pick(page: Page, place: int) -> Locator:
    return tiles(page).nth(place).locator(".a-pick")


def test_keys_select_reject_undo_and_show_large(chooser: Chooser) -> None:
    page = chooser.open(key="")
    poster = page.locator(".title-head .poster img")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("reject it with a reason, or offer it again")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    ids = [each.id for each in chooser.posters()]
    expect(pick(page, 0)).to_be_focused()  # the selected one
    expect(pick(page, 0)).to_have_accessible_name("Chosen by the rule 2000 × 3000 English TMDB 1,000 votes")

    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(pick(page, 5)).to_be_focused()
    page.keyboard.press("i")
    expect(page.get_by_role("tooltip")).to_contain_text(re.compile(r"Size.*0\.\d\d of 0\.30.*480 × 720", re.DOTALL))
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(pick(page, 5)).to_have_accessible_name(re.compile("^Chosen by you 480 × 720"))
    expect(page.get_by_role("region", name="Chosen now")).to_contain_text("480 × 720")
    expect(page.get_by_role("button", name=re.compile("^Poster.*chosen by a person"))).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()  # the service has answered
    assert chooser.chosen() == [ids[5]]

    page.keyboard.press("ArrowLeft")
    page.keyboard.press("x")
    expect(page.get_by_role("dialog", name="Why not this one?").get_by_label("too dark")).to_be_focused()
    assert grave(page) == []
    page.keyboard.press("1")
    expect(pick(page, 4)).to_contain_text("too dark")
    expect(page.get_by_text("Rejected: too dark")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("x")
    page.keyboard.press("5")
    page.keyboard.type("x 1 blurred u")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Rejected: x 1 blurred u")).to_be_visible()
    assert {each.id: each.reject_reason for each in chooser.posters() if each.is_rejected} == {
        ids[4]: "too dark",
        ids[3]: "x 1 blurred u",
    }

    page.keyboard.press("u")
    expect(page.get_by_text("Undone: rejected: x 1 blurred u")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")  # offer it again
    expect(page.get_by_text("Offered again", exact=True)).to_be_visible()
    assert [each.id for each in chooser.posters() if each.is_rejected] == []

    page.keyboard.press("Space")
    large = page.get_by_role("dialog", name="Beside the chosen picture")
    expect(large.locator("figure")).to_have_count(2)
    expect(large.locator("figure.on")).to_contain_text("5 of 6")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="The chosen picture").locator("figure")).to_contain_text("Chosen · 4 of 6")
    page.keyboard.press("Escape")
    expect(pick(page, 3)).to_be_focused()
    expect(page.locator("dialog[open]")).to_have_count(1)
    expect(poster).to_have_attribute("src", re.compile(f"v={ids[3]}$"))  # no reload
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.get_by_role("link", name="‹ Titles").click()
    expect(page.locator(f".lrow img[src$='v={ids[3]}']")).to_have_count(1)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(f".lrow img[src$='v={ids[5]}']")).to_have_count(1)
    assert chooser.chosen() == [ids[5]]


def test_choice_shows_at_once_and_refusal_corrects_it(chooser: Chooser, monkeypatch: pytest.MonkeyPatch) -> None:
    service, answered, real = chooser.library.picture_selection, threading.Event(), chooser.posters()
    former = dataclasses.replace(real[1], is_of_former_match=True)

    calls, reject = list[str](), service.reject_candidate

    def note_rejection(candidate_id: int, reason: str = "") -> Any:
        calls.append("reject")
        return reject(candidate_id, reason)

    def refuse(candidate_id: int) -> None:
        answered.wait(60)
        calls.append("select")
        raise errors.UnknownIdError(f"There is no picture {candidate_id} any more.")

    monkeypatch.setattr(service, "select_candidate", refuse)
    monkeypatch.setattr(service, "reject_candidate", note_rejection)
    page = chooser.open()
    pick(page, 2).click()
    expect(pick(page, 2)).to_have_attribute("aria-pressed", "true")
    expect(pick(page, 0)).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("x")  # the actions stay in their order
    page.keyboard.press("1")
    expect(pick(page, 2)).to_contain_text("too dark")
    page.get_by_role("button", name="Search more providers").click()
    expect(page.get_by_role("dialog", name="Search more providers")).to_be_visible()  # the server has all actions
    page.keyboard.press("Escape")
    answered.set()
    expect(pick(page, 0)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("Rejected: too dark")).to_be_visible()
    assert calls == ["select", "reject"]
    assert [each.id for each in chooser.posters() if each.is_rejected] == [real[2].id]
    pick(page, 3).click()
    expect(page.locator(".a-notices").get_by_role("alert")).to_have_text(f"There is no picture {real[3].id} any more.")
    expect(pick(page, 3)).to_have_attribute("aria-pressed", "false")

    monkeypatch.undo()
    found = service.candidates("movie", chooser.film, "poster")
    local = dataclasses.replace(
        real[2], provider="local", provider_url="/media/poster.jpg", language="", auto_score=None, score_parts=()
    )
    same = dataclasses.replace(real[3], duplicate_of=former.id, is_rejected=False)
    shown = dataclasses.replace(found, items=[former, local, same])

    def offered(entity_type: str, entity_id: int, asset_type: str | None = None, *, season: int | None = None) -> Any:
        del entity_type, entity_id, asset_type, season
        return shown

    monkeypatch.setattr(service, "candidates", offered)
    page.reload()
    page.get_by_role("button", name="Choose a poster…").click()
    expect(page.get_by_text("Selected for another match of this title.")).to_be_visible()
    expect(pick(page, 1)).to_have_accessible_name(re.compile("^In the folder .* not known poster.jpg"))
    expect(tiles(page).nth(1).get_by_role("button")).to_have_count(1)  # it has no score
    expect(pick(page, 2)).to_contain_text(re.compile(r"Same as TMDB 0\.\d\d"))
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator(".a-message")).to_contain_text("Selected")
    monkeypatch.undo()
    assert chooser.chosen() == [former.id]


def test_pictures_load_a_few_at_a_time_and_say_why_one_fails(chooser: Chooser) -> None:
    offer(chooser.library, "movie", chooser.film, 200)
    bad = chooser.posters()[1].id
    held: list[Route] = []
    is_held, is_bad = True, True

    def answer(route: Route) -> None:
        url = route.request.url
        if is_bad and f"/picture/{bad}?" in url:
            route.fulfill(status=502, body="TMDB sent a web page instead of a picture.", content_type="text/plain")
        elif is_held:
            held.append(route)
        else:
            chooser.show(route)

    chooser.answer = answer
    page = chooser.open()
    expect(tiles(page)).to_have_count(200)
    tile = tiles(page).nth(1)
    expect(tile).to_contain_text("TMDB sent a web page instead of a picture.")
    before = pick(page, 9).bounding_box()
    loading = page.locator(".a-tile.loading")
    expect(loading).to_have_count(6)
    assert len({each.request.url for each in held}) == 6
    assert grave(page) == []
    is_held = False
    for each in held:
        chooser.show(each)
    expect(tiles(page).nth(7).locator("img.ready")).to_be_visible()
    assert pick(page, 9).bounding_box() == before
    expect(loading).to_have_count(0)
    expect(tiles(page).nth(150).locator("img")).to_have_count(0)  # it is not in sight
    page.keyboard.press("End")
    expect(tiles(page).nth(199).locator("img.ready")).to_be_visible()
    page.keyboard.press("Home")
    is_bad = False
    tile.get_by_role("button", name="Try again").click()
    expect(tile.locator("img.ready")).to_be_visible()


def test_filters_kinds_and_seasons(chooser: Chooser) -> None:
    offer(chooser.library, "series", chooser.ids["Pond"], 3, season=2)
    page = chooser.open()
    page.get_by_label("Size:").select_option("1000")
    expect(page.get_by_text("4 of 6")).to_be_visible()
    page.get_by_label("Language:").select_option("no text")
    expect(tiles(page)).to_have_count(2)
    page.get_by_role("button", name="Remove the filter Size").click()
    expect(page.get_by_label("Size:")).to_be_focused()
    page.get_by_role("button", name="Remove the filter Language").click()
    expect(page.get_by_text("6 pictures")).to_be_visible()

    page.get_by_role("heading", name="Choose a poster").click()
    page.keyboard.press("[")
    page.keyboard.press("]")
    page.keyboard.press("]")
    expect(page.get_by_role("heading", name="Choose a backdrop")).to_be_visible()
    expect(page.get_by_text("No backdrop yet")).to_be_visible()
    assert grave(page) == []
    page.keyboard.press("[")
    expect(pick(page, 0)).to_be_focused()
    page.close()

    page = chooser.open(title="Pond", key="")
    page.get_by_role("button", name="Poster… of Season 2").click()
    expect(page.get_by_role("button", name=re.compile("^Poster, season 2"))).to_have_attribute("aria-current", "true")
    expect(tiles(page)).to_have_count(3)
    pick(page, 1).click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    slots = chooser.library.picture_selection.slots("series", chooser.ids["Pond"])
    assert [(each.season, each.is_by_person) for each in slots] == [(2, True)]
    page.get_by_role("button", name="Back to automatic").click()
    expect(page.get_by_text("The rule selects again")).to_be_visible()


def test_phone_has_buttons_for_the_picture_that_a_finger_touched(chooser: Chooser) -> None:
    page = chooser.open(width=390, theme="dark", key="")
    protocol = page.context.new_cdp_session(page)
    protocol.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def tap(place: Locator) -> None:
        place.scroll_into_view_if_needed()
        box = place.bounding_box()
        assert box is not None
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        protocol.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
        protocol.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    below = page.evaluate(SMALL)

    def small() -> list[Any]:
        """Return the controls of the dialog that are too small for a finger."""
        return [each for each in page.evaluate(SMALL) if each not in below]

    page.get_by_role("button", name="Choose a poster…").click()
    expect(tiles(page)).to_have_count(6)
    foot = page.locator(".a-foot")
    tap(pick(page, 1))
    expect(pick(page, 1)).to_have_attribute("aria-pressed", "false")  # a touch only moves the cursor
    tap(foot.get_by_role("button", name="Select"))
    expect(pick(page, 1)).to_have_attribute("aria-pressed", "true")
    tap(tiles(page).nth(2).get_by_role("button", name=re.compile("^Score")))
    expect(page.get_by_role("tooltip")).to_be_visible()
    assert grave(page) == []
    assert small() == []
    tap(pick(page, 2))
    tap(pick(page, 2))
    large = page.locator("dialog.a-large")
    expect(large.locator("figure")).to_have_count(2)
    assert (grave(page), small()) == ([], [])
    tap(large.get_by_role("button", name="Next picture"))
    expect(large.locator("figure.on")).to_contain_text("4 of 6")
    tap(large.get_by_role("button", name="Reject"))
    tap(page.get_by_text("poor quality"))
    assert small() == []
    tap(page.get_by_role("dialog", name="Why not this one?").get_by_role("button", name="Reject"))
    tap(large.get_by_role("button", name="Close"))
    expect(pick(page, 3)).to_contain_text("poor quality")
    expect(foot.get_by_role("button", name="Offer again")).to_be_visible()
    tap(foot.get_by_role("button", name="Undo"))
    expect(page.get_by_text("Undone: rejected: poor quality")).to_be_visible()


def test_keys_lead_from_title_to_title(chooser: Chooser) -> None:
    names = [each.title for each in chooser.library.titles.list(per_page=100).items]
    place = names.index("Amber Coast")
    following = names[place + 1]
    kind = chooser.library.titles.get(chooser.ids[following]).item.entity_type
    offer(chooser.library, kind, chooser.ids[following], 3)
    page = chooser.open()
    page.keyboard.press("Enter")
    expect(pick(page, 0)).to_contain_text("Chosen by you")
    for key in ("n", "ArrowRight", "Enter"):  # faster than the service answers
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_contain_text(following)
    expect(tiles(page)).to_have_count(3)
    expect(pick(page, 1)).to_contain_text("Chosen by you")
    assert len(chooser.chosen()) == 1
    page.keyboard.press("p")
    expect(tiles(page)).to_have_count(6)
    page.keyboard.press("u")
    expect(page.get_by_text("Undone: selected")).to_be_visible()
    page.keyboard.press("u")
    expect(pick(page, 0)).to_contain_text("Chosen by the rule")
    for name in reversed(names[:place]):
        page.keyboard.press("p")
        expect(page.get_by_role("dialog")).to_contain_text(name)
    page.keyboard.press("p")
    expect(page.get_by_text("This is the first title of the list")).to_be_visible()


def test_more_providers_are_searched(chooser: Chooser, monkeypatch: pytest.MonkeyPatch) -> None:
    library, calls, answered = chooser.library, list[list[str]](), threading.Event()
    states = [
        dataclasses.replace(each, is_on=each.provider != "omdb", reason="" if each.provider != "omdb" else each.reason)
        for each in library.providers.status()
    ]

    def search(entity_type: str, entity_id: int, providers: list[str]) -> list[PictureSearchResult]:
        calls.append(providers)
        answered.wait(60)
        offer(library, entity_type, entity_id, 9)
        return [
            PictureSearchResult(provider="tmdb", label="TMDB", state="found", total=9, message="TMDB has 9 pictures."),
            PictureSearchResult(provider="tvdb", label="TVDB", state="failed", total=0, message="TVDB is paused."),
        ]

    def status() -> list[ProviderStatus]:
        return states

    monkeypatch.setattr(library.picture_search, "search", search)
    monkeypatch.setattr(library.providers, "status", status)
    page = chooser.open()
    page.get_by_role("button", name="Search more providers").click()
    box = page.get_by_role("dialog", name="Search more providers")
    expect(box.get_by_role("checkbox", name="OMDb")).to_be_disabled()
    expect(box.get_by_role("listitem").filter(has_text="TMDB")).to_contain_text("6 posters")
    box.get_by_label("fanart.tv").uncheck()
    box.get_by_role("button", name="Search 2 providers").click()
    expect(box.get_by_role("listitem").filter(has_text="TVDB")).to_contain_text("searching…")
    assert grave(page) == []
    answered.set()
    expect(box.get_by_role("listitem").filter(has_text="TMDB")).to_contain_text("9 pictures")
    expect(box.get_by_role("listitem").filter(has_text="TVDB")).to_contain_text("TVDB is paused.")
    assert calls == [["tmdb", "tvdb"]]
    page.keyboard.press("Escape")
    expect(tiles(page)).to_have_count(9)
    page.get_by_role("button", name="Search more providers").click()
    box.get_by_role("button", name="Settings of OMDb").click()
    page.wait_for_url("**/settings**")
    expect(page.locator("dialog[open]")).to_have_count(0)
