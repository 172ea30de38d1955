"""A new provider is one module and one line: the example of `docs/providers.md` runs."""

from __future__ import annotations

import dataclasses
import http.server
import importlib
import json
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from indexium_core.library import Library
from indexium_core.model.artwork.addresses import refusal
from indexium_core.model.providers import registry
from indexium_core.model.providers.descriptor import ProviderDescriptor
from indexium_core.model.providers.external_ids import ExternalId
from tests.support.enriched_home import enrich, values
from tests.support.identified_home import titles

PAGE = Path(__file__).resolve().parents[3] / "docs" / "providers.md"
PLOT = "Nobody reads the letters."
FILM = {"id": "tt99000001", "title": "The Lantern Keeper", "year": "2014", "plot": PLOT}
KEY = "key-of-reelbase"


class Reelbase(http.server.BaseHTTPRequestHandler):
    """The server of the provider: it has one film."""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        known = path.startswith("/films") and path.removeprefix("/films/") in {"/films", FILM["id"], "tt0017136"}
        answer = {"films": [FILM]} if path == "/films" else FILM if known else {}
        status = 401 if self.headers["x-key"] != KEY else 200 if known else 404
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def reelbase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderDescriptor]:
    """The provider of the example, at a server on this machine."""
    section = PAGE.read_text(encoding="utf-8").partition("\n## Add a provider\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if not line or line.startswith("    ")]
    (tmp_path / "reelbase.py").write_text(textwrap.dedent("\n".join(lines)))
    monkeypatch.syspath_prepend(tmp_path)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Reelbase)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        described: ProviderDescriptor = importlib.import_module("reelbase").REELBASE
        described = dataclasses.replace(described, url=f"http://127.0.0.1:{server.server_port}")
        registry.register(described)
        monkeypatch.setenv("INDEXIUM_REELBASE_API_KEY", KEY)
        yield described
    finally:
        registry.PROVIDERS.pop("reelbase", None)
        sys.modules.pop("reelbase", None)
        server.shutdown()
        server.server_close()
        thread.join()


def test_new_provider_is_asked_and_its_values_have_its_rank(reelbase: ProviderDescriptor, library: Library) -> None:
    enrich(library)
    film = titles(library)["The Lantern Keeper"]
    found = values(library, film.id)
    assert found["plot", "reelbase"] == PLOT
    assert {"tmdb", "reelbase"} <= {provider for name, provider in found if name == "title"}
    [plot] = [each for each in library.titles.get(film.id).values if each.field == "plot" and each.shown]
    assert (plot.value, plot.provider) == (PLOT, "reelbase")
    details = library.providers.details(ExternalId("imdb", FILM["id"]), "movie")
    assert details.metadata.plot == PLOT
    assert [*details.records][-1] == "reelbase"
    assert details.title.provider == "tmdb"


def test_new_provider_alone_answers_a_search(
    reelbase: ProviderDescriptor, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in registry.key_names():
        if name != "reelbase_api_key":
            monkeypatch.delenv(f"INDEXIUM_{name.upper()}", raising=False)
    accepted = library.providers.search("The Lantern Keeper", year=2014, kind="movie").decision.accepted
    assert accepted is not None
    assert (accepted.candidate.provider, accepted.candidate.external_id) == ("reelbase", FILM["id"])
    assert {each.provider for each in library.providers.request_page(provider="reelbase").items} == {"reelbase"}


def test_new_provider_is_on_the_pages(reelbase: ProviderDescriptor, library: Library) -> None:
    assert library.provider_keys.test("reelbase").message == "Reelbase accepts the key."
    statuses, page = library.providers.status(), library.providers.request_page()
    [status] = [each for each in statuses if each.provider == "reelbase"]
    assert (status.name, status.state, status.requests_today, status.requests_per_day) == ("Reelbase", "on", 1, 500)
    [key] = [each for each in library.provider_keys.list() if each.provider == "reelbase"]
    assert (key.name, key.label, key.origin) == ("reelbase_api_key", "API key", "environment")
    assert status.leaves.startswith("The key goes to Reelbase only. A test sends the id of a known film;")
    assert page.labels["reelbase"] == "Reelbase"
    assert registry.attribution()[-1][0].endswith("OMDb, fanart.tv and Reelbase.")
    assert refusal("https://pictures.reelbase.example/1.jpg", []) == ""
