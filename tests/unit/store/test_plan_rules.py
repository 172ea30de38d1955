"""The plan of one file: categories, levels and reasons, by a table of cases and against the grammar."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.flows.planning.planner import MetadataPlanner
from indexium_core.model.files import fields
from indexium_core.model.people import people_comment
from indexium_core.model.planning import risk
from indexium_core.model.planning.plan import CATEGORIES, RISK_LEVELS, PlanItem, PlanQuery
from indexium_core.settings import Settings
from indexium_core.store import sql
from indexium_core.store.database import Database
from indexium_core.store.planning import risk_sql
from tests.support import plan_cases
from tests.support.cases import each_case
from tests.support.catalog import NOW
from tests.support.plan_cases import Case

CASES = plan_cases.corpus()
COMMENTS = json.loads((Path(__file__).parents[2] / "corpus" / "comments.json").read_text(encoding="utf-8"))
AS_CASES = [
    {"id": f"comment: {entry['id']}, {mode}", "comment": entry["comment"], "edit": entry["set"], "mode": mode_of}
    | {"expect": {"result_comment": entry[mode]}}
    for entry in COMMENTS
    for mode, mode_of in (("replace", {"comment_mode": "replace"}), ("preserve", {"comment_mode": "preserve"}))
]

DEFAULT_VARIANT = """SELECT variant_id FROM plan_variants
                     WHERE people_mode IS NULL AND comment_mode IS NULL AND NOT include_unknown
                       AND hard_links = 'block' AND large_bytes = 1000000000"""

Look = Callable[[Case], PlanItem]


@pytest.fixture(scope="module")
def rules(empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """All cases in one library."""
    home = tmp_path_factory.mktemp("rules") / "home"
    shutil.copytree(empty_home, home)
    with Database.open(home) as database:
        plan_cases.fill(database, [*CASES, *AS_CASES])
        yield database


@pytest.fixture(scope="module")
def planned(rules: Database) -> Look:
    """Find a case in the plan of its call."""
    planner = MetadataPlanner(rules, clock=lambda: NOW)
    ids = dict(rules.read().execute("SELECT path, file_id FROM scanned_files").fetchall())

    @cache
    def plan(call: str) -> MetadataPlan:
        return planner.plan(PlanQuery(**json.loads(call)))

    return lambda case: plan(json.dumps(case.get("call", {}))).item(ids[plan_cases.path_of(case)])


def seen(item: PlanItem, field: str) -> Any:
    if field == "changes":
        return len(item.changes)
    return [issue.code for issue in item.issues] if field == "issues" else getattr(item, field)


@each_case("case", [*CASES, *AS_CASES], ids=lambda case: case["id"])
def test_plan_matches_corpus(planned: Look, case: Case) -> None:
    item = planned(case)

    assert {field: seen(item, field) for field in case["expect"]} == case["expect"]


@each_case("case", [*CASES, *AS_CASES], ids=lambda case: case["id"])
def test_parts_of_item_agree(planned: Look, case: Case) -> None:
    item = planned(case)
    codes = [issue.code for issue in item.issues]

    assert item.risk_level in RISK_LEVELS
    assert item.category in CATEGORIES
    assert item.can_update == (item.risk_level in ("safe", "warning", "danger"))
    if item.risk_level == "unchanged":
        assert (item.category, codes, item.changes, item.tags_to_add, item.tags_to_remove) == (
            "unchanged",
            [],
            [],
            [],
            [],
        )
        assert (item.result_people, item.result_comment) == (item.existing_people, item.existing_comment)
        return
    weights = [risk.SEVERITIES.index(issue.severity) for issue in item.issues]
    assert item.risk_level == {"note": "safe"}.get(found := risk.SEVERITIES[max(weights, default=0)], found)
    assert weights == sorted(weights, reverse=True)
    assert len(codes) == len(set(codes))
    comments = [change for change in item.changes if change.field == "comment"]
    if not comments:
        assert item.edited
        assert (item.result_people, item.result_comment) == (item.existing_people, item.existing_comment)
        return
    assert (comments[0].old, comments[0].new) == (item.existing_comment, item.result_comment)
    if item.risk_level != "blocked":
        assert item.result_comment == people_comment.render(
            item.existing_comment, item.result_people, item.comment_mode
        )
        assert people_comment.extract_people_from_comment(item.result_comment) == item.result_people
        for change in comments:
            assert change.new == people_comment.render(change.old, item.result_people, item.comment_mode)
            assert change.new == fields.apply_change(change, change.old)


def test_corpus_has_every_planning_issue() -> None:
    """The other issues are found during a scan or a write."""
    elsewhere = {"changed_on_disk", "busy_in_operation", "in_use", "stale_plan"}
    covered = {code for case in CASES for code in case["expect"].get("issues", [])}

    assert covered == set(risk.ISSUES) - elsewhere


def test_messages_contain_facts(planned: Look) -> None:
    told = {issue.code: issue.message for case in CASES for issue in planned(case).issues}

    assert "Other" in told["custom_comment"]
    assert "Mia Moe, MIA MOE" in told["case_collision"]
    assert "Bad; Name" in told["invalid_person_name"]
    assert "444" in told["read_only"]
    assert "The last byte belongs to no element. What" in told["damaged_tail"]
    assert "People: Ann Lee, Bob Ray" in told["other_readers_differ"]
    assert "copy 0.mp4" in told["duplicate_content"]
    assert "2 GB needed, 1.5 GB free" in told["low_space"]


def test_other_settings_make_another_plan(rules: Database) -> None:
    """A warning under one setting is a note under another; both plans keep their levels."""
    [case] = [case for case in CASES if case["id"] == "a small file that has to be copied"]
    [(file_id,)] = (
        rules.read().execute("SELECT file_id FROM scanned_files WHERE path = $1", [plan_cases.path_of(case)]).fetchall()
    )

    def severity(large: str) -> str:
        config = Settings(rewrite_warn_size=large)
        plan = MetadataPlanner(rules, config=config, clock=lambda: NOW).generate_plan()
        [found] = [issue for issue in plan.item(file_id).issues if issue.code == "full_rewrite"]
        return found.severity

    assert [severity("1GB"), severity("500 MB"), severity("1GB")] == ["note", "warning", "note"]


def test_view_matches_items(planned: Look, rules: Database) -> None:
    """Python builds items from rows without derived values; queries use the view, which does this in SQL."""
    columns = ("db_people", "existing_people", "result_people", "tags_to_add", "tags_to_remove", "category")
    columns += ("risk_level", "can_update", "edited", "postponed", "people_mode", "comment_mode")
    sets = "JOIN issue_sets USING (variant_id, issue_set) WHERE variant_id = $1"
    text = f"SELECT file_id, codes, changes, {', '.join(columns)} FROM plan_items {sets}"
    items = [planned(case) for case in [*CASES, *AS_CASES] if "call" not in case]
    [(variant_id,)] = rules.read().execute(DEFAULT_VARIANT).fetchall()
    view = {row[0]: row[1:] for row in rules.read().execute(text, [variant_id]).fetchall()}
    assert len(items) > 60
    for item in items:
        codes, changes, *others = view[item.file_id]
        assert codes == [issue.code for issue in item.issues]
        assert changes == [asdict(change) for change in item.changes]
        assert others == [getattr(item, column) for column in columns]


def test_issue_set_has_codes_severities_and_level_once(planned: Look, rules: Database) -> None:
    for case in CASES:
        planned(case)
    rows = rules.read().execute(
        "SELECT variant_id, issue_set, codes, severities, level, without_copies FROM issue_sets"
    )
    sets = {row[:2]: row[2:] for row in rows.fetchall()}
    used = rules.read().execute("SELECT DISTINCT variant_id, issue_set FROM plan_rows").fetchall()

    assert set(used) <= set(sets)
    for (variant_id, issue_set), (codes, severities, level, without_copies) in sets.items():
        assert [(rule.code, rule.severity) for place, rule in enumerate(risk.RULES) if issue_set >> place & 1] == list(
            zip(codes, severities, strict=True)
        )
        worst = max([risk.SEVERITIES.index(severity) for severity in severities], default=0)
        assert level == ("safe", "warning", "danger", "blocked")[worst]
        others = sets[variant_id, without_copies]
        assert others[0] == [code for code in codes if code != "duplicate_content"]
    stored = "SELECT count(*) FROM plan_rows JOIN issue_sets USING (variant_id, issue_set) WHERE level <> risk_level"
    assert rules.read().value(stored + " AND risk_level <> 'unchanged'") == 0


def test_numbers_of_rules_fit_their_column() -> None:
    assert len(risk.RULES) <= 63  # a BIGINT; with more rules, `issue_sets` needs another key


@pytest.mark.parametrize(
    ("codes", "level"),
    [
        ([], "safe"),
        (["shown_as_plot"], "safe"),
        (["tag_removal", "shown_as_plot"], "warning"),
        (["tag_removal", "custom_comment"], "danger"),
        (["custom_comment", "offline", "tag_removal"], "blocked"),
    ],
)
def test_worst_issue_sets_risk_level(rules: Database, codes: list[str], level: str) -> None:
    rule = sql.load("risk_level")["risk_level"]
    issue_set = sum(1 << place for place, each in enumerate(risk.RULES) if each.code in codes)
    facts = {"issue_set": issue_set} | sql.parameters(rule, risk_sql.PARAMETERS)
    text = f"SELECT {rule} FROM (SELECT $issue_set::BIGINT AS issue_set, FALSE AS unchanged)"

    assert rules.read().execute(text, facts).fetchall() == [(level,)]


def is_invalid_name(name: str) -> bool:
    try:
        people_comment.validate_name(name)
    except errors.ValidationError:
        return True
    return False


@given(name=st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(';|",\x7f\x85\x9f\xa0'), max_size=12))
def test_sql_and_grammar_accept_same_names(rules: Database, name: str) -> None:
    name = people_comment.clean_name(name)
    is_valid = rules.read().value("SELECT is_valid_name($1)", [name])

    assert is_valid != is_invalid_name(name)
