"""The page of connections: senders and players are added, mapped and tested; automation is changed and paused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from indexium_core.demo.players import JellyfinStandIn
from indexium_core.demo.players.server import KEY
from indexium_core.library import Library
from tests.browser.conftest import Site
from tests.integration.players.conftest import LANTERN, TRAM, publish
from tests.support.effort import effort
from tests.support.published_home import HOME
from tests.support.waiting import until

ADDRESS = "/settings/connections"
narrow = pytest.mark.parametrize("width", effort.some([390, 1280], 1))
wide = pytest.mark.parametrize("width", effort.some([1280, 390], 1))


def senders(page: Page) -> Locator:
    return page.get_by_role("region", name="Senders")


def players(page: Page) -> Locator:
    return page.get_by_role("region", name="Players")


@pytest.fixture
def jellyfin(tmp_path: Path) -> Iterator[JellyfinStandIn]:
    with JellyfinStandIn(tmp_path / "media") as running:
        yield running


def switch(page: Page, name: str) -> None:
    page.locator(".page-connections .switch", has=page.get_by_role("switch", name=name, exact=True)).click()


def is_kept(page: Page, secret: str) -> bool:
    """Return whether a text is in the page, in a view of the server, or in a storage of the browser."""
    shown = page.evaluate("Bokeh.documents.flatMap(each => [...each._all_models.values()].map(one => one.shown ?? ''))")
    stored = page.evaluate("[localStorage, sessionStorage].map(each => JSON.stringify({...each}))")
    drawn = page.locator(".page-connections .ix").inner_html()
    return any(secret in each for each in [*shown, *stored, drawn, page.content()])


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@narrow
def test_secret_of_a_new_sender_is_shown_once(site: Site, library: Library, width: int) -> None:
    page = site.visit("/settings", width=width)
    page.get_by_role("region", name="Settings", exact=True).get_by_role("link", name="Connections").click()
    page.wait_for_url(f"**{ADDRESS}")
    expect(page.get_by_text("A sender is a program that tells Indexium")).to_be_visible()
    here = page.get_by_role("navigation", name="Pages").locator("a[data-page=settings]")
    expect(here).to_have_attribute("aria-current", "page")  # on a phone, it is under *More*

    page.get_by_role("button", name="Add… a sender").click()
    name = page.get_by_role("textbox", name="Name, a part of its address")
    name.fill("Büro!")
    name.press("Enter")
    expect(senders(page).get_by_role("alert")).to_contain_text("“Büro!” is not a name of a source.")
    expect(name).to_have_value("Büro!")
    name.fill("")
    page.get_by_role("button", name="Add the sender").click()

    copy = page.get_by_role("button", name="Copy: the secret")
    expect(copy).to_be_focused()
    secret = page.locator(".held.secret bdi").inner_text()
    expect(page.locator(".held", has=page.get_by_role("button", name="Copy: the address"))).to_contain_text(
        f"{site.url}/api/webhooks/radarr"
    )
    copy.press("Enter")
    expect(page.get_by_role("button", name="Copied: the secret")).to_be_focused()
    key = library.webhooks.receive("radarr", secret, json.dumps({"eventType": "Test"}).encode())
    assert key
    assert fits(page)

    page.reload()
    expect(page.get_by_text(re.compile("^set today"))).to_be_visible()
    assert secret not in page.content()
    assert not is_kept(page, secret)
    assert page.locator(".held.secret").count() == 0
    site.complaints.clear()  # the browser notes each request that failed

    page.get_by_role("button", name="New secret…").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    library.webhooks.receive("radarr", secret, b'{"eventType": "Test"}')  # it is still the secret
    page.get_by_role("button", name="New secret…").click()
    page.get_by_role("dialog").get_by_role("button", name="Make a new secret").click()
    expect(page.locator(".held.secret bdi")).not_to_have_text(secret)


@narrow
def test_folders_are_mapped_and_a_path_is_tried(site: Site, library: Library, media: Path, width: int) -> None:
    library.webhooks.add("radarr")
    (media / ".anchor").touch()
    film = next(media.rglob("*.mkv")).relative_to(media)
    page = site.visit(f"{ADDRESS}?sender=radarr", width=width)
    path = page.get_by_role("textbox", name=re.compile("^Try a path"))
    path.fill(f"/movies/Quiet Harbour/{film.name}")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_role("list", name="Results")).to_contain_text("is in no library")

    page.get_by_role("button", name="Add a row for /movies").click()
    here = page.get_by_role("combobox", name="Folder here, row 1")
    expect(here).to_be_focused()
    here.fill("media/films")
    here.press("Enter")
    expect(senders(page).get_by_role("alert")).to_contain_text("“media/films” is not an absolute folder.")
    expect(here).to_have_value("media/films")
    assert library.webhooks.get("radarr").folder_map == []
    here.fill(str(media))
    page.get_by_role("textbox", name="Anchor file").fill(".anchor")
    page.get_by_role("button", name="Save the folders").click()
    expect(page.locator(".pair-row", has=here)).to_contain_text("found")
    expect(senders(page).get_by_role("alert")).to_have_count(0)
    assert library.webhooks.get("radarr").folder_map == [("/movies", str(media))]
    assert library.webhooks.get("radarr").anchor == ".anchor"

    path.fill(f"/movies/{film}")
    path.press("Enter")
    results = page.get_by_role("list", name="Results")
    expect(results).to_contain_text(f"lands in {media / film} by the row /movies")
    expect(results).to_contain_text("library demo, hybrid · it exists, ")
    expect(results).to_contain_text(f"anchor file {media / '.anchor'} exists")
    (media / ".anchor").unlink()
    path.press("Enter")
    expect(results).to_contain_text("is missing: the disk is probably not mounted")
    expect(page.locator(".pair-row", has=here)).to_contain_text("missing")

    page.get_by_role("button", name="Remove /movies").click()
    page.get_by_role("button", name="Save the folders").click()
    expect(page.get_by_role("button", name="Save the folders")).to_be_hidden()
    expect(page.get_by_text("Without a row, each path is taken as it is")).to_be_visible()
    assert library.webhooks.get("radarr").folder_map == []
    assert fits(page)
    site.complaints.clear()  # the browser notes each request that failed


@narrow
def test_test_arrives_and_a_failed_event_is_repeated(site: Site, library: Library, media: Path, width: int) -> None:
    new = library.webhooks.add("radarr")
    page = site.visit(ADDRESS, width=width)
    page.get_by_role("button", name=re.compile("^Radarr")).click()
    page.get_by_role("button", name="Send test").click()
    events = page.get_by_role("list", name="Events of Radarr")
    expect(events.get_by_role("listitem")).to_have_count(1)
    expect(events).to_contain_text("A test of the connection.")

    film = next(media.rglob("*.mkv")).relative_to(media)
    body = {"eventType": "Download", "movie": {"title": "M", "year": 1931}, "movieFile": {"path": f"/movies/{film}"}}
    library.webhooks.receive("radarr", new.secret, json.dumps(body).encode())
    library.webhooks.list()
    repeat = page.get_by_role("button", name="Repeat the event Import M (1931)")
    expect(repeat).to_be_visible()
    expect(senders(page).locator(".sender")).to_contain_text("failed")
    library.automation.pause()  # the reaction does not start
    library.webhooks.change("radarr", folder_map=[("/movies", str(media))])
    repeat.click()
    expect(events.get_by_role("listitem").first).to_contain_text("waits")
    assert fits(page)

    switch(page, "Radarr")
    expect(senders(page).locator(".sender")).to_contain_text("– off")
    until(lambda: not library.webhooks.get("radarr").enabled)
    page.get_by_role("button", name="Remove… Radarr").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove the sender").click()
    expect(page.get_by_text("A sender is a program that tells Indexium")).to_be_visible()
    until(lambda: not library.webhooks.list())


@wide
def test_automation_is_changed_paused_and_continued(site: Site, library: Library, width: int) -> None:
    page = site.visit(ADDRESS, width=width)
    modes = page.get_by_role("group", name="Automation of demo")
    modes.get_by_role("button", name="Manual").click()
    expect(modes.get_by_role("button", name="Manual")).to_have_attribute("aria-pressed", "true")
    until(lambda: library.automation.get(1).config.automation_mode == "manual")

    page.get_by_role("button", name="Details of demo").click()
    expect(page.get_by_text("no effect in the mode manual").first).to_be_visible()
    switch(page, "Scan each night: demo")
    switch(page, "React to events: demo")
    stored = library.automation.get
    until(lambda: stored(1).config.scheduled_scan and not stored(1).config.webhook_enabled)
    expect(page.get_by_role("switch", name="Scan each night: demo")).to_be_checked()
    expect(page.get_by_role("switch", name="React to events: demo")).not_to_be_checked()
    limit = page.get_by_role("textbox", name="Files in 24 hours")
    limit.fill("many")
    page.get_by_label("Quiet from").fill("18:00")
    page.get_by_role("button", name="Save", exact=True).click()
    limits = page.get_by_role("form", name="Limits of demo")
    expect(limits.get_by_role("alert").filter(has_text="“many”")).to_be_visible()
    expect(limit).to_have_value("many")
    limit.fill("40")
    page.get_by_label("Quiet until").fill("23:30")
    limit.press("Enter")
    expect(page.get_by_text("quiet 18:00–23:30")).to_be_visible()
    config = library.automation.get(1).config
    assert (config.night_limit, config.quiet_from, config.quiet_until) == (40, "18:00", "23:30")
    assert fits(page)

    switch(page, "Pause all automation")
    banner = page.get_by_role("region", name="Automation is paused")
    expect(banner).to_contain_text("Events are still received and kept")
    until(library.automation.is_paused)
    banner.get_by_role("button", name="Continue").click()
    expect(banner).to_be_hidden()
    until(lambda: not library.automation.is_paused())
    site.complaints.clear()  # the browser notes each request that failed


def test_switch_that_the_environment_sets_says_so(
    serve: Callable[[Library], Site], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INDEXIUM_AUTOMATION_PAUSED", "false")
    with Library.open(tmp_path / "home") as library:
        site = serve(library)
        page = site.visit(ADDRESS)
        switch(page, "Pause all automation")
        expect(page.get_by_role("alert").filter(has_text="INDEXIUM_AUTOMATION_PAUSED")).to_be_visible()
        expect(page.get_by_role("switch", name="Pause all automation")).not_to_be_checked()
        site.complaints.clear()  # the browser notes each request that failed


@narrow
def test_player_is_added_tested_and_gets_another_key(
    site: Site, library: Library, jellyfin: JellyfinStandIn, width: int
) -> None:
    page = site.visit(ADDRESS, width=width)
    expect(players(page)).to_contain_text("A player that fails never stops a publication.")
    page.get_by_role("button", name="Add… the first player").click()
    expect(page.get_by_role("combobox", name="Program")).to_be_focused()
    address = players(page).get_by_role("textbox", name="Address")
    address.fill("jellyfin")
    key = players(page).get_by_label("API key (may be given later)")
    assert key.get_attribute("type") == "password"
    key.fill("wrong")
    page.get_by_role("button", name="Add a folder").click()
    here = library.inventory.list()[0].path
    page.get_by_role("combobox", name="Folder here, row 1").fill(here)
    theirs = page.get_by_role("textbox", name="Folder of the player, row 1")
    theirs.fill("movies")
    theirs.press("Enter")
    expect(players(page).get_by_role("alert")).to_contain_text("This is not the address of a player.")
    expect(address).to_have_value("jellyfin")
    address.fill(jellyfin.url)
    page.get_by_role("button", name="Add the player").click()
    expect(players(page).get_by_role("alert")).to_contain_text("“movies” is not an absolute folder.")
    expect(theirs).to_have_value("movies")
    assert library.players.list() == []
    theirs.fill("/movies")
    page.get_by_role("button", name="Add the player").click()

    card = players(page).get_by_role("group", name="Jellyfin", exact=True)
    expect(card).to_contain_text("key stored")
    expect(card).to_contain_text("○ new")
    expect(page.get_by_role("button", name="Add… a player")).to_be_focused()
    [added] = library.players.list()
    assert [(each.theirs, each.ours) for each in added.folders] == [("/movies", here)]
    card.get_by_role("button", name="Test: Jellyfin").click()
    expect(card).to_contain_text("▲ refused")
    expect(card.locator(".why.danger")).to_contain_text("key")
    assert fits(page)

    card.get_by_role("button", name="New key…: Jellyfin").click()
    fresh = card.get_by_label("API key of Jellyfin")
    expect(fresh).to_be_focused()
    assert fresh.get_attribute("type") == "password"
    fresh.fill(KEY)
    fresh.press("Enter")
    expect(fresh).to_be_hidden()
    card.get_by_role("button", name="Test: Jellyfin").click()
    expect(card.get_by_role("status")).to_contain_text("Jellyfin answers: Jellyfin 10.10.7.")
    expect(card).to_contain_text("✓ connected")
    card.get_by_role("button", name="New key…: Jellyfin").click()
    expect(fresh).to_have_value("")
    card.get_by_role("button", name="Cancel").click()
    assert not is_kept(page, KEY)
    site.complaints.clear()  # the browser notes each request that failed

    card.get_by_role("button", name="Folders…: Jellyfin").click()
    card.get_by_role("button", name="Remove row 1").click()
    card.get_by_role("textbox", name="Name").fill("Living room")
    card.get_by_role("button", name="Save", exact=True).click()
    card = players(page).get_by_role("group", name="Living room", exact=True)
    expect(card).to_contain_text("Jellyfin 10.10.7")
    changed = library.players.get(added.id)
    assert (changed.name, changed.url, changed.folders) == ("Living room", jellyfin.url, ())
    switch(page, "Living room")
    expect(card).to_contain_text("– off")
    until(lambda: not library.players.get(added.id).enabled)
    card.get_by_role("button", name="Remove…: Living room").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove the player").click()
    expect(page.get_by_role("button", name="Add… the first player")).to_be_visible()
    until(lambda: not library.players.list())
    assert fits(page)


@narrow
def test_what_a_player_shows_is_counted_and_listed(
    serve: Callable[[Library], Site], tmp_path: Path, jellyfin: JellyfinStandIn, width: int
) -> None:
    folder = HOME.lay_out(tmp_path / "media")
    with HOME.open(tmp_path / "home", folder) as library:
        [found] = library.inventory.list()
        library.publications.set_options(found.library_id, publish="both")
        player = library.players.add("jellyfin", jellyfin.url, key=KEY)
        for path in (LANTERN, TRAM):
            jellyfin.learn(folder / path)
        ids = {each.title: each.id for each in library.titles.list(per_page=100).items}
        publish(library, ids["The Lantern Keeper"], ids["Night Tram"])
        tram = jellyfin.library.pop((str(folder / TRAM), None))
        library.players.read_back(player.id)

        page = serve(library).visit(ADDRESS, width=width)
        card = players(page).get_by_role("group", name="Jellyfin", exact=True)
        expect(card.get_by_role("img", name="1 seen, 1 not yet")).to_be_visible()
        expect(card).to_contain_text("read back today ")
        show = card.get_by_role("button", name="Show the 1: Jellyfin")
        show.press("Enter")
        titles = card.get_by_role("list", name="Titles that Jellyfin does not show as they are")
        expect(titles.get_by_role("listitem")).to_have_count(1)
        expect(titles).to_contain_text("Night Tram (2009)")
        expect(titles).to_contain_text("Jellyfin does not have it yet.")
        assert fits(page)

        jellyfin.library[tram.path, None] = tram
        card.get_by_role("button", name="Read back again: Jellyfin").click()
        expect(card.get_by_role("img", name="2 seen")).to_be_visible()
        expect(titles).to_have_count(0)

        jellyfin.fault = "broken"
        publish(library, ids["Copper Sky"])
        expect(card).to_contain_text("▲ failed")
        expect(card).to_contain_text("1 title waits for a message.")
        expect(card.locator(".why.danger")).to_contain_text("Next attempt today ")
        jellyfin.fault = ""
        card.get_by_role("button", name="Tell now: Jellyfin").click()
        expect(card).to_contain_text("✓ connected")
        expect(card.get_by_role("button", name="Tell now: Jellyfin")).to_have_count(0)


# What every page of sections does, seen on this one.


def schedules(page: Page) -> Locator:
    return page.get_by_role("region", name="Schedules")


def holding(page: Page, name: str) -> list[Route]:
    """Keep back the calls of a method; return them as they come."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**/call/{name}", hold)
    return held


@wide
def test_refused_time_stands_at_its_field_until_it_is_corrected(site: Site, library: Library, width: int) -> None:
    page = site.visit(ADDRESS, width=width)
    section = schedules(page)
    text = section.get_by_role("textbox", name="Backup of the database")
    text.fill("99 3 * * *")
    text.press("Enter")
    refusal = section.get_by_role("alert")
    expect(refusal).to_contain_text("'99 3 * * *' is not a cron text. Use five parts")
    expect(text).to_have_value("99 3 * * *")
    expect(text).to_have_attribute("aria-invalid", "true")
    site.complaints.clear()  # the browser notes each request that failed
    switch(page, "Collection of pictures")  # the page is read again: nothing that was typed is lost
    expect(page.get_by_text("Collection of pictures is off.")).to_be_visible()
    expect(text).to_have_value("99 3 * * *")
    expect(refusal).to_be_visible()
    assert fits(page)

    text.press("Escape")
    expect(refusal).to_have_count(0)
    expect(text).to_have_value("0 3 * * *")
    text.fill("30 2 * * 1")
    text.press("Enter")
    expect(section.get_by_text("At 02:30 on Monday. Next run: ")).to_be_visible()
    expect(text).to_be_focused()
    assert library.schedules.get("database-backup").cron == "30 2 * * 1"
    section.get_by_role("button", name="Run now: Backup of the database").click()
    expect(section.get_by_text("completed")).to_be_visible()
    assert len(library.database_backups.list()) == 1


def test_switch_is_shown_at_once_wherever_its_value_is_and_put_back_if_it_is_refused(site: Site) -> None:
    page = site.visit(ADDRESS)
    held = holding(page, "automation.pause")
    common = page.get_by_role("switch", name="Pause all automation")
    banner = page.get_by_role("region", name="Automation is paused")
    switch(page, "Pause all automation")
    expect(common).to_be_checked()
    expect(banner).to_be_visible()  # another section, which reads the same value
    held[0].fulfill(status=422, json={"error": "The environment sets it.", "code": "bad_request"})
    expect(page.get_by_role("alert").filter(has_text="The environment sets it.")).to_be_visible()
    expect(common).not_to_be_checked()
    expect(banner).to_have_count(0)
    page.unroute("**/call/automation.pause")
    switch(page, "Pause all automation")
    expect(page.get_by_text("All automation is paused.").last).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="The environment sets it.")).to_have_count(0)
    site.complaints.clear()


def test_second_press_of_a_button_that_runs_is_dropped(site: Site, library: Library) -> None:
    library.webhooks.add("radarr")
    page = site.visit(f"{ADDRESS}?sender=radarr")
    held = holding(page, "webhooks.send_test")
    send = page.get_by_role("button", name="Send test")
    send.dblclick()
    expect(send).to_have_attribute("aria-busy", "true")
    held[0].continue_()
    expect(page.get_by_role("list", name="Events of Radarr").get_by_role("listitem")).to_have_count(1)
    expect(send).not_to_have_attribute("aria-busy", "true")
    assert len(held) == 1


def test_draft_of_a_row_shows_what_another_person_has_stored_until_it_is_changed(site: Site, library: Library) -> None:
    page = site.visit(ADDRESS)
    page.get_by_role("button", name="Details of demo").click()
    limit = page.get_by_role("textbox", name="Files in 24 hours")
    save = page.get_by_role("button", name="Save", exact=True)
    expect(save).to_have_count(0)
    library.automation.change(1, {"night_limit": 40})
    expect(limit).to_have_value("40")
    limit.fill("50")
    expect(save).to_be_visible()
    library.automation.change(1, {"night_limit": 60})
    expect(page.get_by_text("60 files in 24 h")).to_be_visible()
    expect(limit).to_have_value("50")
    page.get_by_role("button", name="Discard").click()
    expect(limit).to_have_value("60")
    expect(limit).to_be_focused()
    expect(save).to_have_count(0)
    limit.fill("70")
    limit.press("Enter")
    expect(save).to_have_count(0)
    expect(limit).to_be_focused()
    until(lambda: library.automation.get(1).config.night_limit == 70)


def test_result_of_a_test_and_a_secret_stay_until_something_else_is_done(
    site: Site, library: Library, jellyfin: JellyfinStandIn
) -> None:
    player = library.players.add("jellyfin", jellyfin.url, key=KEY)
    library.webhooks.add("radarr")
    page = site.visit(f"{ADDRESS}?sender=radarr")
    card = players(page).get_by_role("group", name="Jellyfin", exact=True)
    card.get_by_role("button", name="Test: Jellyfin").click()
    answer = card.get_by_text("Jellyfin answers: Jellyfin 10.10.7.")
    expect(answer).to_be_visible()
    page.get_by_role("button", name="New secret…").click()
    page.get_by_role("dialog").get_by_role("button", name="Make a new secret").click()
    secret = page.locator(".held.secret")
    expect(secret).to_be_visible()
    expect(page.get_by_role("button", name="Copy: the secret")).to_be_focused()
    library.players.change(player.id, name="Living room")  # an event reads everything again
    card = players(page).get_by_role("group", name="Living room", exact=True)
    expect(card.get_by_text("Jellyfin answers: Jellyfin 10.10.7.")).to_be_visible()
    switch(page, "Radarr")
    expect(page.get_by_text("Radarr is off.")).to_be_visible()
    expect(secret).to_have_count(0)
    switch(page, "Living room")
    expect(page.get_by_text("Living room is off.")).to_be_visible()
    expect(card.get_by_text("Jellyfin answers: Jellyfin 10.10.7.")).to_have_count(0)

    page.get_by_role("button", name="New secret…").click()
    page.get_by_role("dialog").get_by_role("button", name="Make a new secret").click()
    text = secret.locator("bdi").inner_text()
    site.turn(page, "/settings")
    assert not is_kept(page, text)
    site.turn(page, f"{ADDRESS}?sender=radarr")
    expect(page.get_by_text(re.compile("^set today"))).to_be_visible()
    expect(secret).to_have_count(0)


def test_address_names_the_open_sender_and_back_closes_it(site: Site, library: Library) -> None:
    library.webhooks.add("radarr")
    page = site.visit(f"{ADDRESS}?sender=unknown&events=1")
    opener = page.get_by_role("button", name=re.compile("^Radarr"))
    expect(opener).to_have_attribute("aria-expanded", "false")
    expect(senders(page).get_by_role("alert")).to_have_count(0)
    opener.press("Enter")
    page.wait_for_url(f"**{ADDRESS}?sender=radarr")
    expect(opener).to_be_focused()
    page.get_by_role("button", name="Last events").click()
    page.wait_for_url(f"**{ADDRESS}?sender=radarr&events=1")
    expect(page.get_by_text("No event yet. Send a test")).to_be_visible()
    page.go_back()
    page.go_back()
    expect(page.get_by_role("group", name="Radarr in detail")).to_have_count(0)
    page.get_by_role("link", name="Settings /").click()
    page.wait_for_url("**/settings")


def test_form_that_is_closed_gives_the_focus_to_its_button(site: Site, library: Library) -> None:
    library.players.add("jellyfin", "http://127.0.0.1:1")
    page = site.visit(ADDRESS)
    card = players(page).get_by_role("group", name="Jellyfin", exact=True)
    opener = card.get_by_role("button", name="Folders…: Jellyfin")
    opener.press("Enter")
    expect(card.get_by_role("textbox", name="Address")).to_be_focused()
    expect(opener).to_have_attribute("aria-expanded", "true")
    card.get_by_role("button", name="Add a folder").press("Enter")
    expect(card.get_by_role("combobox", name="Folder here, row 1")).to_be_focused()
    card.get_by_role("button", name="Remove row 1").press("Enter")
    expect(card.get_by_role("button", name="Add a folder")).to_be_focused()
    card.get_by_role("button", name="Cancel").press("Enter")
    expect(opener).to_be_focused()


def test_what_a_library_publishes_is_asked(site: Site, library: Library) -> None:
    page = site.visit(ADDRESS)
    page.get_by_role("button", name="Set what it publishes… demo").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="demo").select_option("NFO files")
    dialog.get_by_role("button", name="Show what would be written").click()
    expect(page.get_by_role("button", name="Set what it publishes… demo")).to_have_count(0)
    assert library.publications.options(1).publish == "nfo"
