"""One home has one set of numbers: pages, REST and commands say the same, before and after a write."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page

from dashboards.web import server
from indexium_core.api import service
from indexium_core.library import Library
from tests.browser.conftest import Site
from tests.support.commands import Command
from tests.support.effort import effort
from tests.support.rest import PATIENCE, Client
from tests.support.waiting import until

LEVELS = ("safe", "warning", "danger", "blocked")


def _number(text: str) -> int:
    """Return the first number of a text."""
    found = re.search(r"\d[\d,]*", text)
    assert found is not None, text
    return int(found[0].replace(",", ""))


def of_pages(visit: Callable[[str], Page]) -> dict[str, int]:
    """Return the numbers that a person reads."""
    page = visit("/plan")
    page.locator("[role=row][data-row]").first.wait_for()
    said = {"changing": _number(page.get_by_role("heading", level=1, name=re.compile(r"\d")).inner_text())}
    risks = page.get_by_role("group", name="Risk")
    for level in LEVELS:
        said[level] = _number(risks.get_by_role("button", name=re.compile(rf"\b{level}\b")).inner_text())
    page = visit("/library")
    page.get_by_role("gridcell").first.wait_for()
    said["files"] = _number(page.get_by_role("heading", level=1, name=re.compile(r"\d")).inner_text())
    page = visit("/people")
    title = page.get_by_role("heading", level=1, name=re.compile(r"\d (people|person)"))
    said["people"] = _number(title.inner_text())
    page = visit("/history")
    summary = page.get_by_text(re.compile("Nothing has been written yet|^1 operation")).first.inner_text()
    written = re.search(r"(\d+) files? written", summary)
    return {**said, "written": int(written[1]) if written else 0}


def shown(site: Site) -> dict[str, int]:
    """Return the numbers of the pages, which are opened again."""
    page = site.visit("/plan")

    def visit(path: str) -> Page:
        if path != "/plan":  # is loaded
            site.turn(page, path)
        return page

    return of_pages(visit)


def of_rest(rest: Client) -> dict[str, int]:
    """Return the numbers of the REST routes."""
    plan = rest.get("/api/metadata/plan?per_page=1").json
    writes = rest.get("/api/metadata/history").json["items"]
    return {
        "changing": sum(plan["statistics"][f"{level}_count"] for level in LEVELS[:3]),
        **{level: plan["statistics"][f"{level}_count"] for level in LEVELS},
        "files": sum(each["file_count"] for each in rest.get("/api/libraries").json["items"]),
        "written": sum(each["success_count"] for each in writes),
    }


def of_commands(run: Callable[..., Any]) -> dict[str, int]:
    """Return the numbers of the commands."""
    statistics = run("plan", "--stats")["statistics"]
    return {
        "changing": sum(statistics[f"{level}_count"] for level in LEVELS[:3]),
        **{level: statistics[f"{level}_count"] for level in LEVELS},
        "files": run("files")["all"],
        "people": run("people", "list")["total"],
        "written": sum(each["success_count"] for each in run("history")["items"]),
    }


def test_pages_rest_and_commands_say_the_same(library: Library, context: BrowserContext, port: int) -> None:
    def run(*words: str) -> Any:
        command = Command(["--home", str(library.home), *words, "--json"])
        assert command.wait(PATIENCE) == 0, command.text("stderr")
        return json.loads(command.text("stdout"))

    with server.make_server(library, port=port).background() as running:
        found = {"url": running.url, "token": running.token, "instance_id": library.instance_id}
        with service.announced(library.home, **found):
            site = Site(running.url, context)
            rest = Client(running.url, Authorization=f"Bearer {running.token}")
            for state in ("before", "after"):
                # A page follows a change that has just ended.
                until(lambda: of_rest(rest).items() <= shown(site).items())
                pages = shown(site)
                if effort.exhaustive or state == "after":  # each command is a process
                    assert of_commands(run) == pages
                if state == "before":
                    library.write(library.plan("risk:safe")).wait()
            assert pages["written"] > 20
            site.close()
            site.check()
