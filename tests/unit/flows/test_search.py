"""Facets count the results of a choice; completion has the words of the plan; empty searches get similar ones."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from indexium_core.flows.planning import plan_cache
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.flows.planning.plan_search import Finder
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.model import query
from indexium_core.model.planning.plan import FACETS, Facets, PlanQuery, Selection
from indexium_core.store.catalog import catalog
from indexium_core.store.database import Database
from indexium_core.store.people import people
from indexium_core.store.people.people import AssignmentRequest
from indexium_core.store.planning import facets, plan_read
from indexium_core.store.review import decisions
from tests.support.catalog import NOW, scanned, store

NAMES = ["Ann Lee", "Bob Ray", "Bobby Ray", "ann lee", "Zoë Öz", "Sammy Davis, Jr.", "Łucja"]
COMMENTS = [None, "", "At sea", "People: Ann Lee", "People: Bobby Ray, Li Wei", "At sea\nPeople: ANN LEE; Canon"]
FOLDERS = ["", "Family/2019", "Family/2021", "family/2019", "Trips/Łódź", "a b", "Trips", "x(y)"]
QUERIES = [
    "",
    "family",
    "risk:safe",
    "risk:unchanged,safe",
    "-risk:safe",
    'person:"Ann Lee"',
    '(person:"Ann Lee" OR person:"Zoë Öz") tags:>1',
    "folder:/Family risk:danger,safe container:mp4",
    "postponed:yes",
    "sea OR ann",
    "issue:custom_comment category:add,merge",
]


@pytest.fixture(scope="module")
def grown(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Thirty different files, with aliases, copies, edits, skipped and unchanged ones; for tests that only read."""
    home = tmp_path_factory.mktemp("grown") / "home"
    shutil.copytree(empty_home, home)
    with Database.open(home) as database:
        grow(database)
        yield database


def grow(database: Database) -> None:
    chance = random.Random(7)
    some = chance.sample
    files = [
        scanned(
            "/".join(filter(None, [chance.choice(FOLDERS), f"{number}.mp4"])),
            chance.choice(COMMENTS),
            container=chance.choice(["mp4", "matroska", ""]),
            state=chance.choice(["ok", "ok", "ok", "corrupt"]),
        )
        for number in range(30)
    ]
    store(database, files)
    store(database, [scanned("/more/Family/2019/a.mp4", "People: Bobby Ray")], root="/more")
    paths = [file.path_bytes for file in files]
    with database.atomic() as tx:
        given = [
            AssignmentRequest(name=name, path_bytes=path)
            for path in paths
            for name in some(NAMES, chance.randint(0, 3))
        ]
        people.assign(tx, given, at=NOW)
        old = people.person_named(tx, "Bobby Ray")
        assert old is not None
        people.rename(tx, old, old="Bobby Ray", new="Robert Ray", at=NOW)
        ids = [file_id for (file_id,) in tx.execute("SELECT file_id FROM scanned_files").fetchall()]
        for file_id in some(ids, 6):
            decisions.edit(tx, {file_id: some([*NAMES, "ANN LEE", "Bobby Ray"], 2)}, at=NOW)
        decisions.postpone(tx, some(ids, 4), until=NOW + timedelta(days=1), at=NOW)
        catalog.set_library_modes(tx, 1, people_mode="exact", comment_mode=None)
        for file_id in some(ids, 12):
            decisions.set_mode(tx, [file_id], people_mode="merge", at=NOW)


@pytest.fixture
def finder(grown: Database) -> Finder:
    return Finder(grown)


def plan_of(database: Database, text: str) -> MetadataPlan:
    return MetadataPlanner(database, clock=lambda: NOW).plan(PlanQuery(query=text))


def total(database: Database, plan: MetadataPlan, text: str) -> int:
    """Return the number of files of a search."""
    return plan_read.statistics(database.read(), replace(plan.search, query=query.compile_query(text))).listed


@pytest.mark.parametrize("text", QUERIES)
def test_facet_count_equals_search(grown: Database, finder: Finder, text: str) -> None:
    plan = plan_of(grown, text)
    found = finder.facets(plan, most=1000)
    for key in FACETS:
        for value in found[key].values:
            would = total(grown, plan, query.with_values(text, key, [value.value]))
            assert value.files == would, (text, key, value)
        assert [value.value for value in found[key].values if value.chosen] == query.selected_values(text, key)


def test_facets_have_every_value(grown: Database, finder: Finder) -> None:
    """Compare with separate SQL over the rows of the newest version."""
    found = finder.facets(plan_of(grown, ""))
    current = "plan_items WHERE to_version IS NULL AND NOT postponed"
    listed = f"{current} AND risk_level <> 'unchanged'"
    by_hand = {
        "risk": f"SELECT risk_level, count(*) FROM {current} GROUP BY ALL",
        "category": f"SELECT category, count(*) FROM {current} GROUP BY ALL",
        "container": f"SELECT container, count(*) FROM {listed} AND container <> '' GROUP BY ALL",
        "issue": "SELECT code, count(*) FROM (SELECT unnest(list_distinct(codes)) AS code FROM issue_sets JOIN "
        f"(SELECT variant_id, issue_set FROM {listed}) USING (variant_id, issue_set)) GROUP BY 1",
        "tags": f"SELECT len(result_people)::VARCHAR, count(*) FROM {listed} GROUP BY ALL",
    }
    for key, statement in by_hand.items():
        assert counts(found, key) == dict(grown.read().execute(statement).fetchall()), key
    folders = grown.read().execute(f"SELECT folder FROM scanned_files WHERE file_id IN (SELECT file_id FROM {listed})")
    expected: dict[str, int] = {}
    for (folder,) in folders.fetchall():
        parts = folder.lower().split("/")
        for depth in range(1, len(parts) + 1):
            name = "/" + "/".join(parts[:depth])
            expected[name] = expected.get(name, 0) + 1
    assert {name.lower(): files for name, files in counts(found, "folder").items()} == expected
    assert found["folder"].total == len(expected)


def counts(found: Facets, key: str) -> dict[str, int]:
    return {value.value: value.files for value in found[key].values}


def test_facet_counts_person_once_for_all_spellings(grown: Database, finder: Finder) -> None:
    names = counts(finder.facets(plan_of(grown, "")), "person")
    assert "Robert Ray" in names
    assert "Bobby Ray" not in names  # it is an alias now
    assert len({name.casefold() for name in names}) == len(names)


def test_long_facets_are_limited_and_keep_selected_values(grown: Database, finder: Finder) -> None:
    plan = plan_of(grown, 'person:"Łucja"')
    whole = finder.facets(plan)["person"]
    cut = finder.facets(plan, most=2)["person"]
    assert [value.value for value in cut.values if value.chosen] == ["Łucja"]
    assert len(cut.values) in (2, 3)
    assert cut.total == whole.total > 3
    found = finder.facets(plan_of(grown, ""), containing={"person": "ray"})["person"]
    assert {value.value for value in found.values} == {"Bob Ray", "Robert Ray"}


def test_all_facets_cost_one_statement(grown: Database, finder: Finder) -> None:
    plan = plan_of(grown, "risk:safe container:mp4")
    before = grown.statements
    finder.facets(plan)
    assert grown.statements - before == 1


# Counts and choices.


@pytest.mark.parametrize("text", QUERIES)
def test_page_counts_volume_and_warnings_of_its_search(grown: Database, finder: Finder, text: str) -> None:
    plan = plan_of(grown, text)
    plan.page(1, per_page=3)
    warned = plan_of(grown, query.with_values(text, "risk", ["warning"]))
    every_level = plan_of(grown, query.with_values(text, "risk", []))

    assert finder.volume(plan) == plan_read.total_bytes(grown.read(), plan.search)
    assert every_level.warning_reasons == warned.statistics.by_issue


@pytest.mark.parametrize("few", [0, 500])
@pytest.mark.parametrize("text", ["", "family", "risk:safe,warning,danger", "postponed:yes", None])
def test_named_files_change_summary_as_their_ids_do(
    grown: Database, text: str | None, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows that are kept for single files, and those that the database adds up, give the numbers of the write."""
    monkeypatch.setattr(plan_cache, "_FEW", few)
    planner, chance = MetadataPlanner(grown, clock=lambda: NOW), random.Random(3)
    plan = planner.plan(PlanQuery(query=""))
    ids = [file_id for (file_id,) in grown.read().execute("SELECT file_id FROM scanned_files").fetchall()]
    plan.selection_rows.prepare("ann", Selection(query=text), plan.page(1, per_page=10).items)
    for _ in range(5):
        some = frozenset([*chance.sample(ids, 5), 10**6])
        selection = Selection(query=text, included=some, excluded=frozenset(chance.sample(ids, 5)) - some)
        found, chosen = planner.summary(plan, selection, within="ann"), plan.ids(selection)
        shown = set(plan_of(grown, "ann").ids(Selection(query="ann")))
        assert found.count == len(chosen)
        assert found.hidden == len(set(chosen) - shown)


def test_choice_of_file_on_page_costs_no_statement(grown: Database) -> None:
    planner = MetadataPlanner(grown, clock=lambda: NOW)
    plan = planner.plan(PlanQuery(query=""))
    items = plan.page(1, per_page=10).items
    plan.selection_rows.prepare("", Selection(), items)
    before = grown.statements
    for number in range(1, 11):
        planner.summary(plan, Selection(included=frozenset(item.file_id for item in items[:number])))
    assert grown.statements == before


# Completion.


def texts(finder: Finder, database: Database, text: str) -> list[str]:
    return [offer.text for offer in finder.complete(plan_of(database, ""), text, len(text))]


def test_people_folders_and_libraries_are_offered(grown: Database, finder: Finder) -> None:
    assert texts(finder, grown, "person:rob") == ['person:"Robert Ray"']
    assert texts(finder, grown, 'adds:"zoe') == ['adds:"Zoë Öz"']
    assert texts(finder, grown, "folder:/Trips/l") == ["folder:/Trips/Łódź"]
    assert texts(finder, grown, "folder:a") == ['folder:"/a b"']
    assert texts(finder, grown, "root:mo") == ['root:"more"']
    assert texts(finder, grown, "container:m")[:2] == ["container:mp4", "container:matroska"]
    assert 'person:"Sammy Davis, Jr."' in texts(finder, grown, "sea davis")
    assert "risk:danger" in texts(finder, grown, "dang")
    assert texts(finder, grown, "size:") == ["size:>1gb", "size:<100mb", "size:1gb..4gb"]


def test_present_terms_are_not_completed(grown: Database, finder: Finder) -> None:
    assert texts(finder, grown, "risk:danger") == []
    assert texts(finder, grown, "zzzz") == []


def test_completion_has_number_of_files(grown: Database, finder: Finder) -> None:
    plan = plan_of(grown, "")
    for text in ("risk:danger", 'person:"Ann Lee"', "folder:/Trips", "container:mp4"):
        begun = text.rstrip('"')[:-1]
        [offer] = [each for each in finder.complete(plan, begun, len(begun)) if each.text == text]
        assert offer.count == total(grown, plan, text), text


def test_completion_is_valid_search(grown: Database, finder: Finder) -> None:
    for text in ("a", "person:", "folder:", "tags:", "mtime:", "issue:", "x(", "ext:"):
        for offer in finder.complete(plan_of(grown, ""), text, len(text)):
            if not offer.text.endswith(":"):
                query.parse(offer.text)


# Empty searches.


def test_empty_search_names_excluding_term(grown: Database, finder: Finder) -> None:
    plan = plan_of(grown, "")
    skipped = next(item for item in plan_of(grown, "postponed:yes").page(1).items if item.folder)
    text = f'folder:"/{skipped.folder}" name:"{skipped.file_name}"'
    [only] = finder.wider(plan_of(grown, text))
    assert (only.words, only.files) == ("including skipped files", 1)
    assert total(grown, plan, only.query) == 1
    [near] = finder.wider(plan_of(grown, "family zzzz"))
    assert (near.words, near.query, near.files) == ("without zzzz", "family", total(grown, plan, "family"))


def test_empty_search_text_names_skipped_files(grown: Database, finder: Finder) -> None:
    assert [near.query for near in finder.wider(plan_of(grown, " "))] == ["postponed:yes"]


def test_volume_counts_files_that_would_change(grown: Database, finder: Finder) -> None:
    plan = plan_of(grown, "")
    changing = replace(plan.search, query=query.compile_query("risk:safe,warning,danger"))
    assert finder.volume(plan) == 1000 * plan_read.statistics(grown.read(), changing).listed
    text = "folder:family risk:safe"
    found = plan_of(grown, text)
    assert (
        0 < finder.volume(found) == 1000 * plan_read.statistics(grown.read(), found.search).listed < finder.volume(plan)
    )
    assert sum(facets.extensions(grown.read(), plan.version).values()) >= len(plan)
