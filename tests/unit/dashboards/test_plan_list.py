"""The list of the plan in Node, with values of the library: what it says when it is empty, and what is selected."""

from __future__ import annotations

from typing import Any

from tests.support.cases import each_case
from tests.support.scripts import evaluate

NEAR = {"query": "ann", "words": "without risk:danger", "files": 1204}
NUMBERS = {"folders": 1, "wider": [], "found": {"unchanged_count": 0}, "everything": {"total_files": 9}}


def empty(query: str = "", written: dict[str, int | str] | None = None, **numbers: Any) -> tuple[str, str, str]:
    """Return the title, the text, and what stands below them."""
    head = {"numbers": {**NUMBERS, **numbers}, "written": written}
    script = """(async ({plan}) => {
        const {title, text, more = []} = plan.empty({q: query}, head)
        return [title, text, [more].flat().map(node => node.textContent ?? "").join(" | ")]
    })(await face("plan"))"""
    title, text, more = evaluate(f"await {script}", head=head, query=query)
    return title, text, more


@each_case(
    ("query", "numbers", "title"),
    [
        ("", {"folders": 0}, "No folder has been scanned yet"),
        ("ann", {}, "No file matches"),
        ("", {"everything": {"total_files": 0, "postponed_count": 0}}, "No people yet"),
        ("", {"everything": {"total_files": 5, "postponed_count": 0}}, "Nothing to change"),
        ("", {"everything": {"total_files": 0, "postponed_count": 2}}, "Nothing to change"),
        ("ann", {"found": {"unchanged_count": 2}}, "Nothing to change here"),
    ],
)
def test_empty_list_has_a_reason(query: str, numbers: dict[str, Any], title: str) -> None:
    assert empty(query, **numbers)[0] == title


def test_empty_list_names_skipped_files() -> None:
    two = empty(everything={"total_files": 2, "postponed_count": 2})
    assert two[1].startswith("2 files are skipped.")
    assert "Show the 2 files" in two[2]
    assert empty(everything={"total_files": 1, "postponed_count": 1})[1].startswith("1 file is skipped.")


@each_case(
    ("done", "total", "title"),
    [(34, 34, "All 34 files are written"), (1, 1, "The file is written"), (33, 34, "33 of 34 files are written")],
)
def test_empty_list_says_that_its_files_are_written(done: int, total: int, title: str) -> None:
    said, _, more = empty(
        *("ann risk:safe", {"success_count": done, "file_count": total}),
        wider=[{**NEAR, "words": "without risk:safe", "files": 12}],
        found={"unchanged_count": 2},
    )
    assert said == title
    back: dict[str, int | str] = {"status": "rolled_back", "success_count": done, "file_count": total}
    assert empty("ann risk:safe", back)[1].endswith("were rolled back: the plan skips them.")
    for text in ("12 files without risk:safe", "2 files with nothing to change", "Clear the search"):
        assert text in more


ROWS = [
    {"file_id": 1, "risk_level": "safe", "is_selectable": True},
    {"file_id": 2, "risk_level": "danger", "is_selectable": True},
    {"file_id": 3, "risk_level": "blocked", "is_selectable": False},
]


def selection(script: str) -> Any:
    """Return the value of a script, which has `own`, the selection of a list, and `list`, of the version 7."""
    body = """(async ({FixedSelection}) => {
        const shown = {rows: ROWS, version: 7, query: "ann"}
        const rows = {
          idOf: row => row.file_id,
          shown: () => shown.rows,
          page: () => ({value: {plan_id: shown.version}}),
          head: () => ({value: {able: 2}}),
        }
        const list = {rows, place: () => ({q: shown.query}), draw: () => {}}
        const spec = {canHave: row => row.is_selectable, search: ({q}) => q, able: head => head?.able}
        const own = new FixedSelection(list, spec)
        const selected = () => shown.rows.filter(row => own.has(row)).map(row => row.file_id)
        return SCRIPT
    })(await face("list_selection"))""".replace("SCRIPT", script)
    return evaluate(f"await {body}", ROWS=ROWS)


def test_files_that_cannot_be_written_are_not_selected() -> None:
    assert selection("(() => { for (const row of ROWS) own.set([row], true); return selected() })()") == [1, 2]
    assert selection("(() => { own.all(); return [selected(), own.count(), own.argument()] })()") == [
        *([1, 2], 2, {"query": "ann", "risk": [], "included": [], "excluded": [], "plan_id": 7}),
    ]


def test_file_that_is_not_selected_any_more_is_an_exception_of_its_search() -> None:
    script = "(() => { own.all(); own.set([ROWS[0]], false); return [selected(), own.argument().excluded] })()"
    assert selection(script) == [[2], [1]]
    assert selection(script.replace("return", "own.set([ROWS[0]], true); return")) == [[1, 2], []]


def test_selection_of_a_level_has_only_its_files() -> None:
    assert selection('(() => { own.takeAll("ann", ["safe"]); return selected() })()') == [1]


def test_a_file_that_comes_later_does_not_join_until_a_person_asks() -> None:
    later = """
        own.all(); own.follow()
        shown.version = 8; shown.rows = [...ROWS, {file_id: 4, risk_level: "safe", is_selectable: true}]
    """
    assert selection(f"(() => {{ {later} return [selected(), own.argument().plan_id] }})()") == [[1, 2], 7]
    assert selection(f"(() => {{ {later} own.join(); return [selected(), own.argument().plan_id] }})()") == [
        *([1, 2, 4], 8),
    ]


def test_inverse_of_a_search_is_what_was_left_out() -> None:
    script = "(async () => { own.all(); own.set([ROWS[1]], false); await own.invert(); return selected() })()"
    assert selection(script.replace("(async", "await (async")) == [2]
    assert selection("await (async () => { own.set([ROWS[1]], true); await own.invert(); return selected() })()") == [1]


def test_range_goes_from_the_file_that_was_selected_last() -> None:
    assert selection("(() => { own.pick(ROWS[0]); own.pick(ROWS[2], true); return selected() })()") == [1, 2]
    assert selection("(() => { own.pick(ROWS[0]); own.pick(ROWS[0]); return own.size })()") == 0
