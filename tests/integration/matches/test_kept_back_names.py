"""Names that may be those of home videos: nothing about them is sent until a person answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.web import server
from indexium_core import cli, errors
from indexium_core.library import Library
from tests.support import tables
from tests.support.copied_home import CopiedHome
from tests.support.matched_home import content, ids
from tests.support.providers import use_keys
from tests.support.rest import Client

FILES = (
    "Films/Orbit of Two Return (2022).mp4",
    "New/Salt Meadows.mp4",
    "New/The Lantern Keeper.mp4",
    "Old/Paper Cranes.mp4",
)
KEPT = {"Salt Meadows", "The Lantern Keeper", "Paper Cranes"}
_HOME = CopiedHome(FILES)


@pytest.fixture(autouse=True)
def all_names_are_searched() -> None:
    """Keep names back here."""


@pytest.fixture
def library(configured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    use_keys(monkeypatch)
    with _HOME.open(configured, _HOME.lay_out(tmp_path / "media")) as opened:
        yield opened


def enrich(library: Library) -> None:
    library.jobs.wait(library.enrichment.schedule_library_enrichment(force=True).id, timeout=60)


def kept(library: Library) -> set[str]:
    """Return the titles whose names are kept back."""
    return {each.item.name for each in library.matches.pending("maybe").items}


def sent(library: Library) -> str:
    """Return all that was sent, as text."""
    return " ".join(str(each) for each in library.providers.requests(200))


def test_nothing_is_sent_before_answer(library: Library) -> None:
    assert kept(library) == KEPT
    assert library.enrichment.due().titles == 1
    enrich(library)
    assert "Orbit of Two Return" in sent(library)
    title_id = ids(library)["Salt Meadows"]
    assert library.matches.find(title_id) == "maybe"
    with pytest.raises(errors.UsageError, match="kept back"):
        library.matches.suggest(title_id)
    library.jobs.wait(library.enrichment.schedule_titles([title_id], force=True).id, timeout=60)
    assert not any(name in sent(library) for name in KEPT)
    assert kept(library) == KEPT
    question = library.matches.get(title_id)
    assert question.evidence == ("Nothing says that it is a film or an episode.",)
    assert [each.name for each in question.others] == ["The Lantern Keeper"]


def test_confirmed_title_is_searched_and_undo_keeps_it_back(library: Library) -> None:
    title_id = ids(library)["Salt Meadows"]
    result = library.matches.confirm(title_id)
    assert (result.description, result.titles) == ("“Salt Meadows” is a film or series.", 1)
    assert result.job_id is not None
    library.jobs.wait(result.job_id, timeout=60)
    assert "Salt Meadows" in sent(library)
    assert library.matches.get(title_id).candidates
    library.scan()
    assert kept(library) == KEPT - {"Salt Meadows"}
    library.matches.undo(result.decision_id)
    assert kept(library) == KEPT
    assert not library.matches.get(title_id).candidates
    with pytest.raises(errors.UsageError, match="is not kept back"):
        library.matches.confirm(ids(library)["Orbit of Two Return (2022)"])


def test_answer_for_folder(library: Library) -> None:
    titles = ids(library)
    assert library.matches.confirm(titles["Salt Meadows"], others=True).titles == 2
    assert kept(library) == {"Paper Cranes"}
    library.matches.undo()
    assert library.matches.ignore(titles["Salt Meadows"], others=True).titles == 2
    assert (kept(library), library.matches.counts()["ignored"]) == ({"Paper Cranes"}, 2)
    library.matches.undo()
    assert kept(library) == KEPT


def test_ignored_title_is_a_film_after_all(library: Library) -> None:
    titles = ids(library)
    title_id = titles["Salt Meadows"]
    first = library.matches.ignore(title_id)
    before = content(library)
    result = library.matches.confirm(title_id, others=True)  # the question about its neighbour stays
    assert (result.titles, result.replaced) == (1, f"decision {first.decision_id}: {first.description}")
    assert result.job_id is not None
    library.jobs.wait(result.job_id, timeout=60)
    assert library.matches.get(title_id).state == "accepted"
    assert library.titles.get(title_id).item.state != "ignored"
    assert kept(library) == KEPT - {"Salt Meadows"}
    library.matches.undo(result.decision_id)
    assert content(library) == before
    assert library.matches.get(title_id).state == "ignored"


def test_value_by_hand_is_an_answer(library: Library) -> None:
    library.titles.set_values(ids(library)["Salt Meadows"], {"year": 2019})
    assert kept(library) == KEPT - {"Salt Meadows"}


def test_kind_of_library_is_an_answer(library: Library) -> None:
    [row] = library.inventory.list()
    job = library.set_kind(row.library_id, "movies")
    assert job is not None
    library.jobs.wait(job.id, timeout=60)
    assert kept(library) == set()


def test_title_without_evidence_is_kept_back_until_next_identification(library: Library) -> None:
    with tables.changing(library) as tx:
        tx.execute("DELETE FROM film_evidence")
    assert "Orbit of Two Return" in " ".join(kept(library))
    assert library.enrichment.due().titles == 0
    library.jobs.wait(library.titles.identify().id, timeout=60)
    assert kept(library) == KEPT


def test_command_line(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    title_id, home = ids(library)["Salt Meadows"], library.home
    library.close()

    def run(*words: str) -> str:
        assert cli.main(["--home", str(home), *words]) == 0
        return "".join(capsys.readouterr())

    assert "3 names are kept back: each may be a home video." in run("providers", "status")
    shown = run("titles", "match", str(title_id))
    assert "For a film or an episode:\n- Nothing says that it is a film or an episode.\n" in shown
    assert "--film: it is a film or an episode" in shown
    assert "Their names: Orbit of Two Return." in run("titles", "status")
    decided = json.loads(run("titles", "match", str(title_id), "--film", "--others", "--json"))
    assert decided["titles"] == 2
    assert "1 name is kept back: it may be a home video." in run("providers", "status")


def test_rest(library: Library) -> None:
    title_id = ids(library)["Paper Cranes"]
    with server.make_server(library, port=0).background() as running:
        client = Client(running.url)
        listed = client.get("/api/titles/matches?state=maybe").json
        assert (listed["total"], listed["counts"]["maybe"]) == (3, 3)
        assert client.post(f"/api/titles/matches/{title_id}/confirm").json["titles"] == 1
        assert client.post(f"/api/titles/matches/{title_id}/confirm").status == 422
