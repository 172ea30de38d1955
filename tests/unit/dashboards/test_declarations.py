"""The declarations of list pages, in Node with values of the library: titles, questions, actions and empty lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from indexium_core.model.accounts.users import User
from indexium_core.model.check import BULK_KINDS, CheckGroup, Kind, Resolution
from indexium_core.model.fields.custom import MAX_INTEGER
from indexium_core.model.followed_job import FollowedJob
from indexium_core.model.job import KindCounts
from indexium_core.model.setting_words import ADVANCED, GROUP_OF
from indexium_core.model.shapes import plain
from tests.support.scripts import evaluate


def group(kind: Any = "differ", total: int = 3, dismissed: int = 0, at_once: int | None = None) -> CheckGroup:
    at_once = (total if kind in BULK_KINDS else 0) if at_once is None else at_once
    return CheckGroup(
        kind=kind, title="Title", text="What is listed.", total=total, dismissed=dismissed, at_once=at_once
    )


def checks(*groups: CheckGroup, place: dict[str, str] | None = None) -> Any:
    """Return what stands above the list of findings."""
    script = """(({checks}) => ({
        title: checks.title(head),
        summary: checks.summary(head),
        chips: checks.chips(head, place).map(({label, total, on}) => [label, total, on]),
        above: checks.above(head, place),
        turn: checks.turn(head, place),
        empty: checks.empty(place, head),
        all: checks.actions
            .filter(({where, when}) => where === "all" && when(undefined, place, head))
            .map(each => ({
                label: each.label(undefined, place, head),
                call: each.call([], {}, place, head),
                ...each.asks([], place, head),
            })),
    }))(await face("checks"))"""
    return evaluate(script, head={"groups": list(groups)}, place=place or {})


def test_head_of_checks_counts_open_and_ignored_findings() -> None:
    shown = checks(group("copies", 1200), group("differ", 34, 2), place={"kind": "differ"})
    assert shown["title"] == "1,234 findings"
    assert shown["summary"].endswith("the database and the files · 2 ignored findings")
    assert shown["chips"] == [["Title", 1200, False], ["Title", 34, True]]
    assert shown["turn"] == {"label": "2 ignored", "on": False, "to": {"right": "1", "kind": "differ"}}
    assert checks(group(total=0))["title"] == "No findings"
    ignored = checks(group(total=2), place={"kind": "differ", "right": "1"})
    assert (ignored["turn"]["label"], ignored["all"]) == ("Back to 2 open findings", [])


def test_first_check_with_findings_is_shown() -> None:
    shown = checks(group("copies", 0), group("differ", 2), group("spelling", 3))
    assert [on for _, _, on in shown["chips"]] == [False, True, False]
    assert [on for _, _, on in checks(group("copies", 0), group("differ", 0))["chips"]] == [True, False]


@pytest.mark.parametrize("kind", BULK_KINDS)
def test_all_findings_of_a_kind_are_resolved_after_a_question_of_their_own(kind: Kind) -> None:
    """The answers about recordings add more than names."""
    first, ignore = checks(group(kind, 3))["all"]
    is_answer = kind == "other_recording"
    assert first["confirm"] == ("Answer all 3" if is_answer else "Add all 3")
    assert ("recording" in first["text"]) == is_answer
    assert first["label"] == ("Answer all 3…" if is_answer else "Add all 3 to the database…")
    assert first["call"] == ["checks.resolve_all", {"kind": kind}]
    assert (ignore["label"], ignore["call"]) == ("Ignore all 3…", ["checks.ignore_all", {"kind": kind}])
    assert checks(group(kind, 1))["all"] == []


def test_questions_without_sure_evidence_are_in_no_answer_to_all() -> None:
    first = checks(group("other_recording", 3, at_once=2))["all"][0]
    assert (first["title"], first["confirm"]) == ("Are these 2 the same recordings?", "Answer 2 with sure evidence")
    assert first["hint"] == "1 file without sure evidence waits."
    assert [each["label"] for each in checks(group("other_recording", 3, at_once=0))["all"]] == ["Ignore all 3…"]


def test_every_empty_check_has_an_explanation() -> None:
    assert checks(group("copies", 0))["empty"]["text"] == "All copies of a file have the same people."
    assert checks(group("copies", 0), place={"right": "1"})["empty"]["title"] == "No ignored findings"
    texts = [checks(group(kind, 0))["empty"]["text"] for kind in ("shared_id", "placeholder")]
    assert len(set(texts)) == 2


def test_finding_is_resolved_in_each_of_its_ways() -> None:
    add = Resolution(code="add", label="Add", text="Adds.", files=0)
    remove = Resolution(code="remove", label="Remove", text="Removes.", files=3, asks=True)
    script = """(({checks}) => checks.actions
        .filter(({act, when}) => act.startsWith("resolve-") && act !== "resolve-all" && when(row, place))
        .map(each => [each.key, each.label(row), each.asks([row])?.confirm ?? null, each.call([row])])
    )(await face("checks"))"""
    row = {"kind": "differ", "subject": "7", "mends": [add, remove]}
    assert evaluate(script, row=row, place={}) == [
        ["a", "Add", None, ["checks.resolve", {"kind": "differ", "subject": "7", "code": "add"}]],
        ["b", "Remove…", "Remove (3 files)", ["checks.resolve", {"kind": "differ", "subject": "7", "code": "remove"}]],
    ]
    assert evaluate(script, row=row, place={"right": "1"}) == []


def user(number: int, **values: Any) -> User:
    return User(id=number, name=f"Person {number}", created_at=datetime.now(UTC), **values)


def accounts(script: str, *people: User, answers: dict[str, Any] | None = None) -> Any:
    """Return the value of a script, which knows `accounts`, `act` (an action by its name), the rows and the head."""
    rows = [{**person.as_dict(), "added": person.added, "seen": person.seen} for person in people]
    folders = [{"library_id": number, "name": f"Folder {number}", "path": f"/{number}"} for number in (4, 7)]
    body = f"""(({{accounts}}) => {{
        const act = name => accounts.actions.find(each => each.act === name)
        return {script}
    }})(await face("accounts"))"""
    return evaluate(body, rows=rows, head={"people": rows, "folders": folders}, answers=answers or {})


def test_head_of_accounts_counts_people_and_administrators() -> None:
    people = [user(1, role="admin"), user(2, role="admin", enabled=False), user(3, role="viewer")]
    assert accounts("accounts.summary(head)", *people) == "3 people · 1 administrator"
    assert accounts("accounts.summary(head)") == "who may use Indexium, and what for"


def test_row_of_an_account_says_who_it_is_and_what_the_person_can_do() -> None:
    people = [
        user(1, role="admin", has_password=True, sessions=1),
        user(2, role="viewer", libraries=[4, 7]),
        user(3, role="editor", enabled=False),
    ]
    of_row = "accounts.columns.map(({value}) => Object.values(Object(value(row))).join('|'))"
    shown = accounts(f"rows.map(row => {of_row})", *people)
    assert [cells[0] for cells in shown] == ["Person 1|you", "Person 2|", "Person 3|"]
    assert [cells[1] for cells in shown] == ["admin|", "viewer|2 folders", "editor|"]
    assert [cells[2] for cells in shown] == ["safe|can sign in|✓", "warning|needs a password|!", "blocked|off|–"]


@pytest.mark.parametrize(
    ("answers", "sent"),
    [
        ({"all": True}, None),
        ({"all": False, "folders": ["7"]}, [7]),
        ({"all": False, "folders": []}, []),
        ({}, None),  # an administrator is not asked
    ],
)
def test_new_person_sees_the_chosen_folders(answers: dict[str, Any], sent: list[int] | None) -> None:
    given = {"name": "Eve", "role": "viewer", "password": "secret word", **answers}
    name, args = accounts("act('add').call([], answers, {}, head)", answers=given)
    assert (name, args["libraries"]) == ("users.add", sent)


def test_form_asks_for_folders_of_people_who_are_no_administrators() -> None:
    script = "act('add').asks([], {}, head).fields.filter(({when}) => when?.(answers) ?? true).map(({name}) => name)"
    always = ["name", "role", "password", "again"]
    assert accounts(script, answers={"role": "admin", "all": False}) == always
    assert accounts(script, answers={"role": "viewer", "all": True}) == [*always, "all"]
    assert accounts(script, answers={"role": "viewer", "all": False}) == [*always, "all", "folders"]


@pytest.mark.parametrize(
    ("libraries", "folder", "checked", "sent"),
    [([4], "7", True, [4, 7]), ([4, 7], "4", False, [7]), ([4], "4", False, [])],
)
def test_tick_adds_or_removes_a_folder(libraries: list[int], folder: str, checked: bool, sent: list[int]) -> None:
    person = user(2, role="viewer", libraries=libraries)
    given = {"folder": folder, "checked": checked}
    _, args = accounts("act('see').call(rows, answers)", person, answers=given)
    assert args == {"name": "Person 2", "library_id": int(folder), "is_shown": checked}
    assert accounts("act('see').shows(rows[0], answers)", person, answers=given) == {"libraries": sent}


def test_removal_of_the_last_person_warns() -> None:
    script = "act('remove').asks([rows[0]], {}, head).warning"
    assert accounts(script, user(1, role="admin")).startswith("Nobody is left then")
    assert accounts(script, user(1, role="admin"), user(2, role="viewer")) == ""


def result_of_form(answers: dict[str, str]) -> Any:
    """Return the answers of the form for the first person, the missing fields, and why they do not fit."""
    script = """(({accounts}, {Form}) => {
        const form = new Form(accounts.actions.find(each => each.act === "first").asks([], {}, {}))
        Object.assign(form.answers, answers)
        return [form.result(), [...form.missing], form.problem]
    })(await face("accounts"), await face("form"))"""
    return evaluate(script, answers=answers)


def test_form_needs_its_texts_and_keeps_each_space_of_a_password() -> None:
    blank = result_of_form({"name": " ", "password": "", "again": ""})
    assert blank == [None, ["name", "password", "again"], ""]
    other = result_of_form({"name": "Ann", "password": "one word", "again": "another"})
    assert other == [None, [], "The two passwords differ. Type the same password twice."]
    same = {"name": " Ann ", "password": " a word ", "again": " a word "}
    assert result_of_form(same) == [same | {"name": "Ann"}, [], ""]


def test_days_are_named_as_people_say_them() -> None:
    now = datetime.now(UTC).astimezone()
    days = [now, now - timedelta(days=1), datetime(2019, 5, 3, 12, tzinfo=UTC)]
    assert evaluate('days.map((await face("cells")).dayOf)', days=days) == ["Today", "Yesterday", "3 May 2019"]


def people(script: str, **values: Any) -> Any:
    """Return the value of a script, which knows `people`, `act` (an action by its name) and the values."""
    body = f"""(({{people}}) => {{
        const act = name => people.actions.find(each => each.act === name)
        return {script}
    }})(await face("people"))"""
    return evaluate(body, **values)


ANN = {
    "person_id": 7, "name": "Ann Lee", "label": "Ann Lee (aunt)", "qualifier": "aunt", "other_names": ["A. Lee"],
    "files": 14, "years": "2019–2021", "picture_id": 3, "picture_version": "ab",
}  # fmt: skip


def test_row_of_a_person_shows_picture_names_files_and_years() -> None:
    portrait, name, about = people("people.columns.map(({value}) => value(row))", row=ANN)
    assert portrait == {"initials": "AL", "src": "/thumbnail/3?v=ab"}
    assert name == {"title": "Ann Lee", "aside": "(aunt)", "below": "also A. Lee"}
    assert about == "14 files · 2019–2021"
    bare = {**ANN, "picture_id": None, "picture_version": "", "name": "zoë", "years": "", "files": 0}
    assert people("people.columns.map(({value}) => value(row))", row=bare)[::2] == [
        {"initials": "Z", "src": ""},
        "0 files",
    ]


def test_head_of_people_counts_and_names_the_search() -> None:
    assert people("[undefined, 1, 1200].map(total => people.title({}, total))") == [
        "People",
        "1 person",
        "1,200 people",
    ]
    assert people("people.summary({}, 2, {q: 'lee'})") == "whose name contains “lee”"
    assert people("[{}, {q: 'x'}].map(place => people.empty(place).title)") == ["No people yet", "No person found"]


def test_changes_of_a_person_name_ids_and_show_what_they_would_do() -> None:
    script = """[
        act("rename").call([row], {label: "Ann"}),
        act("merge").call([row], {into: {id: 9, label: "Bo"}}),
        act("split").call([row], {label: "Ann (2)", files: ["4", "5"]}),
        act("merge-others").call([row], {others: [{id: 9}, {id: 10}]}),
        act("separate").call([row], {merged: "Annie"}),
        act("merge").preview([row], {into: {id: 9, label: "Bo"}}, {text: "It becomes Bo."}).title,
        act("merge").preview([row], {into: {id: 9, label: "Bo"}}, {text: ""}),
        act("merge").asks([row]).fields[0].without,
        act("rename").asks([row]).fields[0].value,
        act("picture").shows(row, {file: "4", version: "cd"}),
    ]"""
    assert people(script, row=ANN) == [
        ["people.relabel", {"person_id": 7, "label": "Ann"}],
        ["people.merge", {"names": ["#7"], "into": "#9"}],
        ["people.split_files", {"person_id": 7, "file_ids": [4, 5], "label": "Ann (2)"}],
        ["people.merge", {"names": ["#9", "#10"], "into": "#7"}],
        ["people.unmerge", {"name": "#7", "merged": "Annie"}],
        "Merge Ann Lee (aunt) into Bo?",
        None,
        [7],
        "Ann Lee (aunt)",
        {"picture_id": 4, "picture_version": "cd"},
    ]


def request_question(**changes: Any) -> Any:
    """Return the question before an approval, as its losses make it."""
    losses = {"digest": "d1", "by_risk": {"safe": 1, "danger": 2}, "has_changed": False, "danger": 2}
    losses |= {"loses_text": 1, "removes_all_people": 0, "summary": "write of 2 files", "why": "It is large."}
    losses |= {"files": {"items": [], "total": 2, "page": 1, "per_page": 20}, **changes}
    script = """(({requests}) => {
        const row = {id: 7, summary: "write of 3 files", proposed_by: "Bob", noun: "file", by_risk: losses.by_risk}
        const {asks, call} = requests.actions.find(({act}) => act === "approve")
        const question = asks([row])
        return {
            titles: [question.title, question.titleOf(losses)],
            risky: question.risky,
            reads: question.reads({dangers: "2"}),
            typed: question.typed(losses),
            call: call([row], {...question.answers(losses), note: "fine"}),
        }
    })(await face("requests"))"""
    return evaluate(script, losses=losses)


def test_approval_approves_what_the_question_has_shown() -> None:
    found = request_question()
    assert found["reads"] == ["approvals.losses", {"approval_id": 7, "page": 2}]
    assert found["call"] == ["approvals.approve", {"approval_id": 7, "expected": "d1", "note": "fine"}]
    assert found["titles"] == ["Approve the write of 3 files?", "Approve the write of 2 files?"]
    assert found["typed"]["word"] == "approve 2"
    assert found["typed"]["after"] == "to approve these 2 dangerous files, too."
    safe = request_question(danger=0, by_risk={"safe": 3})
    assert (found["risky"], safe["risky"], safe["typed"]) == (True, False, False)


def job(number: int, status: str = "running", **values: Any) -> dict[str, Any]:
    """Return a job as the scripts get it."""
    facts: dict[str, Any] = {"id": number, "job_type": "write", "title": f"Job {number}", "priority": 5, "payload": {}}
    made = FollowedJob(status=status, operation=None, **facts | values)
    names = [
        "name",
        "state",
        "text",
        "pace",
        "gauge",
        "ended",
        "actions",
        "cancel_effect",
        "is_long_paused",
        "long_pause_text",
    ]
    return {**plain(made), **{name: getattr(made, name) for name in names}}


def jobs(script: str, *rows: dict[str, Any], states: dict[str, dict[str, int]] | None = None, **values: Any) -> Any:
    """Return the value of a script, which knows `jobs`, `act` (the actions by their name), the rows and the head."""
    kinds = [KindCounts(kind=kind, states=each) for kind, each in (states or {}).items()]
    part = {"items": [], "total": 0, "page": 1, "per_page": 20}
    head = {"kinds": kinds, "started": part, "waiting": part, "paused": {"items": rows}}
    body = f"""(({{jobs}}) => {{
        const act = name => jobs.actions.find(each => each.act === name)
        return {script}
    }})(await face("jobs"))"""
    return evaluate(body, rows=rows, head={name: plain_part(each) for name, each in head.items()}, **values)


def plain_part(value: Any) -> Any:
    return [each.as_dict() for each in value] if isinstance(value, list) else value


def test_cards_count_the_jobs_of_every_kind() -> None:
    states = {"write": {"running": 1, "failed": 2, "interrupted": 3}, "poster_fetch": {"pending": 1200}}
    first, second = jobs("jobs.chips(head, {kind: 'write'})", states=states)
    assert [first["label"], second["label"]] == ["Writes", "Poster fetch"]
    assert [each["total"] for each in first["parts"]] == [1, 0, 2, 0]
    assert (first["on"], first["mark"], first["to"]) == (True, "3 interrupted", {"kind": "", "waiting": ""})
    assert second["to"]["kind"] == "poster_fetch"


def test_head_and_areas_of_jobs_count_the_same_states() -> None:
    script = "[jobs.summary(head), jobs.areas(head, {}).map(({title, note}) => note ?? title)]"
    busy = {"scan": {"running": 1, "pending": 2}, "write": {"interrupted": 1}}
    assert jobs(script, states=busy) == [
        "1 running · 2 waiting · 1 interrupted · continues if you close this page",
        ["1 running · 1 interrupted", "Waiting", "Finished"],
    ]
    assert jobs(script, states={"scan": {"completed": 9}}) == ["no open jobs", ["0", "Waiting", "Finished"]]
    assert jobs("jobs.areas(head, {kind: 'rescan'})[0].note", states=busy) == "0"


def test_long_paused_job_is_above_all_others() -> None:
    now = datetime.now(UTC)
    forgotten = job(1, "paused", paused_at=now - timedelta(days=3), paused_by="Ann")
    fresh = job(2, "paused", paused_at=now)
    [notice] = jobs("jobs.notices(head).map(({row, text}) => [row.id, text])", forgotten, fresh)
    assert notice[0] == 1
    assert notice[1].startswith("has been paused for 3 days by Ann.")


ACTS = "jobs.actions.filter(({where, isInline, when}) => !where && isInline && when?.(rows[0])).map(({act}) => act)"


@pytest.mark.parametrize(
    ("state", "acts", "refused"),
    [
        ("running", ["pause", "cancel"], ""),
        ("pending", ["sooner", "later", "pause", "cancel"], ""),
        ("paused", ["resume", "cancel"], ""),
        ("completed", [], "Job 7: The job is completed and cannot be paused or resumed."),
        ("failed", ["retry"], "Job 7: The job is failed and cannot be paused or resumed."),
    ],
)
def test_job_offers_the_actions_of_its_state_and_explains_the_others(state: str, acts: list[str], refused: str) -> None:
    assert jobs(ACTS, job(7, state)) == acts
    if refused:
        assert jobs("act('pause').refuses(rows[0])", job(7, state)) == refused


def test_operation_is_retried_and_resolved_after_a_question() -> None:
    assert jobs(ACTS, job(7, "interrupted", operation_id=3)) == ["resolve", "cancel"]
    assert jobs(ACTS, job(7, "cancelled", operation_id=3)) == ["retry-files"]
    asked = job(7, cancelled_at=datetime.now(UTC))
    assert jobs(ACTS, asked) == []
    assert jobs("act('cancel').refuses(rows[0])", asked) == "Job 7: The job is already being cancelled."


def test_cancellation_asks_what_remains() -> None:
    script = "(({title, text, confirm, back}) => [title, text, confirm, back])(act('cancel').asks(rows))"
    whole = jobs(script, job(7))
    assert whole == ["Cancel “Job 7”?", "The job has not changed anything yet.", "Cancel the job", "Keep running"]
    assert jobs(script, job(7, progress_current=3, progress_total=9))[2] == "Cancel the rest"


def test_priority_stays_between_the_first_and_the_last() -> None:
    calls = "['sooner', 'later'].map(name => act(name).call(rows)[1].priority)"
    assert [jobs(calls, job(7, "pending", priority=each)) for each in (1, 5, 10)] == [[1, 2], [4, 6], [9, 10]]


def test_what_runs_is_read_again_without_an_event() -> None:
    running = {"started": {"items": [job(7)], "total": 1}, "waiting": {"total": 0}}
    waiting = {"started": {"items": [], "total": 0}, "waiting": {"total": 1}}
    pace = "[running, waiting, head].map(each => jobs.live.pace(each))"
    assert jobs(pace, running=running, waiting=waiting) == [1000, 2000, 0]


def test_changes_are_listed_by_file_in_the_order_of_the_properties() -> None:
    changes = [
        {"id": number, "file_id": file, "field_place": place}
        for number, (file, place) in enumerate([(1, 5), (1, 2), (2, 0), (1, 1)])
    ]
    script = """(await face("jobs")).filesOf(changes).map(each => each.map(({id}) => id))"""
    assert evaluate(script, changes=changes) == [[1, 0], [2], [3]]


def test_line_of_a_log_has_columns_for_any_content() -> None:
    entry = {"at": "2026-11-20T12:00:00.250Z", "level": "warning", "event": "item.refused", "job_id": 7}
    more = {"file": "<b>.mp4", "codes": ["a"], "none": None, "rate": 1.743533219017558, "counters": {}}
    counted = {"counters": {"updated": 3, "errors": 0, "in_use": 2}, "found_files": {"errors": 0}}
    lines = [entry | more, entry | counted, {"at": "yesterday", "event": 5}]
    told, numbers, odd = evaluate('lines.map((await face("job_log")).lineOf)', lines=lines)
    assert (told["key"], told["word"], told["level"]) == (0, "warning", "warning")
    assert told["at"].endswith(":00.250")
    assert told["more"] == [["file", "<b>.mp4"], ["codes", '["a"]'], ["rate", "1.744"]]
    assert numbers["more"] == [["counters", "3 updated, 2 in use"], ["found files", "0"]]
    assert (odd["at"], odd["text"], odd["level"]) == ("yesterday", "5", "")


def account(section: str, script: str, **values: Any) -> Any:
    """Return the value of a script, which knows `act`: an action by its name in a section of *My account*."""
    body = f"""(({{account}}) => {{
        const {{actions}} = account.sections.find(({{name}}) => name === section)
        const act = name => actions.find(each => each.act === name)
        return {script}
    }})(await face("account"))"""
    return evaluate(body, section=section, **values)


@pytest.mark.parametrize(("days", "sent"), [("30", 30), ("", None)])
def test_new_token_ends_after_the_chosen_days(days: str, sent: int | None) -> None:
    given = {"name": "scan", "days": days, "permissions": ["plan.read"]}
    call = account("tokens", "act('add-token').call([], answers)", answers=given)
    assert call == ["tokens.add", {"name": "scan", "permissions": ["plan.read"], "days": sent}]


def test_form_of_a_token_offers_what_the_person_may_give_it() -> None:
    permissions = user(1, role="admin").permissions
    fields = account("tokens", "act('add-token').asks([], {}, {user: {permissions}}).fields", permissions=permissions)
    offered = [each["value"] for each in fields[-1]["options"]]
    assert (offered[0], fields[-1]["value"], len(offered)) == ("plan.read", ["plan.read"], 13)
    assert "users.manage" not in offered


def test_own_session_can_be_ended_unless_it_is_that_of_this_browser() -> None:
    assert account("sessions", "[1, 2].map(id => act('end').when({id}))") == [False, True]


def test_new_password_is_typed_twice_and_keeps_this_session() -> None:
    given = {"current": "old words", "password": "new words", "again": "new word"}
    question = "act('change-password').asks([], {}, {user: {name: 'Bob'}})"
    assert account("password", f"{question}.check(answers)", answers=given).startswith("The two new passwords differ.")
    name, args = account("password", "act('change-password').call([], answers)", answers=given)
    assert (name, args["kept_session"], "again" in args) == ("users.change_own_password", 1, False)


def history_value(script: str, **values: Any) -> Any:
    """Return the value of a script, which knows the list `history` and its `filters`."""
    body = f"""(({{history}}, filters) => {script})(await face("history"), await face("history_filters"))"""
    return evaluate(body, **values)


def test_filters_of_the_history_are_parts_that_can_be_removed() -> None:
    place = {"q": "sea", "type": "write", "status": "running,failed", "error": "in_use", "since": "2019-05-03"}
    terms = [
        {"kind": "error", "label": "error: in use", "rest": "sea"},
        {"kind": "word", "label": "“sea”", "rest": ""},
    ]
    shown = history_value("history.narrowed(head, place)", place=place, head={"terms": terms})
    assert [each["to"] for each in shown] == [
        {"type": ""},
        {"status": "failed"},
        {"status": "running"},
        {"since": "", "until": ""},
        {"error": ""},
        {"q": ""},
    ]
    assert [each["label"] for each in shown][3:] == ["from 3 May 2019", "error: in use", "“sea”"]


@pytest.mark.parametrize(
    ("preset", "days"),
    [
        ("", ["", ""]),
        ("today", ["2026-11-20", "2026-11-20"]),
        ("week", ["2026-11-14", "2026-11-20"]),
        ("month", ["2026-10-22", "2026-11-20"]),
        ("year", ["2026-01-01", "2026-11-20"]),
    ],
)
def test_days_of_presets(preset: str, days: list[str]) -> None:
    assert history_value("Object.values(filters.daysOf(preset, new Date(2026, 10, 20)))", preset=preset) == days


def offered(row: dict[str, Any], later: dict[str, Any], **known: Any) -> dict[str, str]:
    """Return for each button of an operation why it cannot be pressed."""
    facts = {
        "is_reversible": True,
        "is_active": False,
        "can_resume": False,
        "noun": "file",
        "origin": "",
        "adds_people": True,
        "success_count": 10,
        "status": "completed",
        "rollback_blocker": "",
    }
    known = {"head": None, "more": None, "later": later, "state": {}, **known}
    script = "(await face('history')).offers(row, known).map(({label, why}) => [label, why ?? ''])"
    return dict(evaluate(script, row=facts | row, known=known))


def test_rollback_is_offered_after_its_check() -> None:
    waiting = "The files are being checked."
    parts = ("Roll back…", "One person…", "Files…")
    assert offered({}, {}) == dict.fromkeys(parts, waiting) | {"Rename…": ""}
    people = [{"name": "Ann Lee", "files": 3, "able": 3}, {"name": "Zoë Öz", "files": 1, "able": 1}]
    whole = {"check": {"value": {"is_possible": True}}, "people": {"value": people}}
    assert offered({}, whole) == dict.fromkeys((*parts, "Rename…"), "")
    sought = {"terms": [{"kind": "person", "text": "zoë öz"}]}
    assert "Only “Zoë Öz”…" in offered({}, whole, head=sought)
    nothing = {"check": {"value": {"is_possible": False, "reason": "It is gone."}}, "people": {"value": people}}
    assert offered({}, nothing)["Roll back…"] == "It is gone."
    stopped = offered({"can_resume": True}, whole, more={"details": {"retryable": 28}})
    assert list(stopped)[:2] == ["Resume", "Retry 28 files…"]
    assert list(offered({"is_active": True}, {})) == ["Show progress", "Rename…"]


def test_empty_history_differs_from_an_empty_search() -> None:
    titles = history_value("[{}, {error: 'x'}].map(place => history.empty(place).title)")
    assert titles == ["Nothing has been written yet", "No operation matches"]


@pytest.mark.parametrize("page", ["accounts", "activity", "checks", "history", "jobs", "progress", "requests"])
def test_no_action_of_a_list_has_the_name_of_what_every_list_does(page: str) -> None:
    own = "Object.keys(List.prototype.ownActs({dataset: {}}))"
    script = f"""(({{List}}, spec) => [{own}, spec.actions.map(({{act}}) => act)])
        (await face("list"), (await face(page))[page])"""
    general, declared = evaluate(script, page=page)
    assert "open" in general
    assert set(general) & set(declared) == set()


def connections(section: str, script: str, **values: Any) -> Any:
    """Return the value of a script, which knows `own` (a section of *Connections*) and `act`: an action by its name."""
    body = f"""(({{connections}}) => {{
        const own = connections.sections.find(({{name}}) => name === section)
        const act = name => own.actions.find(each => each.act === name)
        return {script}
    }})(await face("connections"))"""
    return evaluate(body, section=section, **values)


def test_head_of_connections_says_what_needs_a_person() -> None:
    library, event, player = {"is_publishing": True, "waiting": 3}, {"failed": 1}, {"enabled": True, "state": "refused"}
    busy = {"libraries": [library, {**library, "is_publishing": False}], "sources": [event], "players": [player]}
    script = "connections.summary(head)"
    assert connections("pause", script, head=busy) == "3 wait for you · 1 event failed · 1 player refused"
    quiet = {"libraries": [], "sources": [], "players": [{**player, "enabled": False}]}
    assert connections("pause", script, head=quiet) == "what may start by itself, and who may cause it"


@pytest.mark.parametrize(("waiting", "label"), [([], "Continue"), ([1, 2], "Continue with 3 events")])
def test_button_that_ends_the_pause_counts_the_events_that_waited(waiting: list[int], label: str) -> None:
    known = {"paused": True, "sources": [{"waiting": number} for number in waiting]}
    assert connections("banner", "act('continue').label(undefined, {}, known)", known=known) == label


@pytest.mark.parametrize(("typed", "sent"), [("40", 40), ("1,204", 1204), ("", 0), (" ", 0), ("many", "many")])
def test_limit_of_files_is_a_number_or_is_refused_by_the_library(typed: str, sent: int | str) -> None:
    answers = {"limit": typed, "start": "18:00", "end": ""}
    _, args = connections("automation", "act('set-limits').call([{library_id: 3}], answers)", answers=answers)
    assert args == {"library_id": 3, "values": {"night_limit": sent, "quiet_from": "18:00", "quiet_until": ""}}


def test_details_of_a_sender_are_read_if_it_is_there() -> None:
    script = "Object.keys(own.more({sources: [{name: 'radarr'}]}, place, {held: () => tried}))"
    radarr = {"sender": "radarr", "events": "1"}
    assert connections("senders", script, place={"sender": "sonarr"}, tried=None) == []
    assert connections("senders", script, place=radarr, tried=None) == ["trials", "events"]
    assert connections("senders", script, place=radarr, tried={"path": "/m"}) == ["trials", "events", "trial"]


def lines_of_trial(**values: Any) -> list[str]:
    trial = {"library_id": 1, "library": "films", "here": "/media/M.mkv", "rule": "/movies", "there": "it exists"}
    trial |= {"exists": True, "anchor": "", "is_anchored": True, "problem": "", **values}
    known = {"libraries": [{"library_id": 1, "config": {"automation_mode": "hybrid"}}]}
    script = '(await face("sender_details")).trialLines(trial, known).map(line => line.join("|"))'
    found: list[str] = evaluate(script, trial=trial, known=known)
    return found


def test_path_that_was_tried_says_where_it_lands() -> None:
    lands, there = lines_of_trial()
    assert lands == "safe|lands in |/media/M.mkv| by the row /movies"
    assert there == "safe|library films, hybrid · it exists"
    assert lines_of_trial(rule="", exists=False)[1].startswith("warning|")
    assert lines_of_trial(anchor="/media/.anchor")[2].startswith("safe|anchor file |/media/.anchor|")
    gone = lines_of_trial(anchor="/media/.anchor", is_anchored=False, problem="The disk is not mounted.")
    assert gone[2:] == ["danger|The disk is not mounted."]
    assert lines_of_trial(library_id=None, problem="It is in no library.") == ["danger|It is in no library."]


PLAYER = {"id": 1, "enabled": True, "state": "connected", "reason": "", "next_attempt": "Next attempt today 12:00."}


@pytest.mark.parametrize(
    ("values", "paused", "shown"),
    [
        ({}, False, "danger|Night Tram|The year differs."),
        ({"enabled": False}, False, ""),
        ({"id": 2}, False, ""),
        ({"state": "failed", "reason": "It is off."}, False, "danger||It is off. Next attempt today 12:00."),
        ({"state": "waits", "reason": "It scans."}, True, "warning||It scans."),
    ],
)
def test_player_says_why_it_waits_or_what_differs(values: dict[str, Any], paused: bool, shown: str) -> None:
    known = {"differing": [{"player_id": 1, "name": "Night Tram", "reasons": ["The year differs."]}], "paused": paused}
    script = """(({reasonOf}) => {
        const found = reasonOf(player, known)
        return found ? [found.level, found.title, found.text].join("|") : ""
    })(await face("players"))"""
    assert evaluate(script, player={**PLAYER, **values}, known=known) == shown


def test_player_says_why_titles_wait() -> None:
    body = """(({waitingOf}) => [[true, false], [true, true], [false, false]].map(([enabled, paused]) =>
        waitingOf({enabled, waits: "1 title waits for a message"}, paused),
    ))(await face("players"))"""
    assert evaluate(body) == [
        "1 title waits for a message.",
        "1 title waits for a message while all automation is paused.",
        "1 title waits for a message until the player is on.",
    ]


def test_new_player_gets_the_folders_that_were_typed() -> None:
    answers = {"kind": "plex", "url": "http://tv", "name": "", "key": "", "folders": [["/m", "/media"], [" ", ""]]}
    _, args = connections("players", "act('add-player').call([], answers)", answers=answers)
    assert args["folders"] == [["/m", "/media"]]
    script = """act("add-player").asks([], {}, {folders: []}).fields.map(field =>
        [field.label, field.placeholder].map(word => (typeof word === "function" ? word({kind: "plex"}) : word))
    )"""
    fields = connections("players", script)
    assert fields[3][0] == "Token (may be given later)"
    assert fields[1][1].endswith(":32400")


def draft(script: str) -> Any:
    """Return the value of a script, which knows `form`: the draft of a stored text, and `follow` with another text."""
    body = f"""(({{Form}}) => {{
        const asks = value => ({{title: "", confirm: "", lasts: "draft", fields: [{{name: "text", value}}]}})
        const form = new Form(asks("stored"))
        const follow = value => form.follow(asks(value))
        const type = value => form.take({{dataset: {{field: "text"}}, type: "text", value}})
        return {script}
    }})(await face("form"))"""
    return evaluate(body)


def test_draft_follows_what_is_stored_until_a_person_changes_it() -> None:
    assert draft("[follow('newer'), form.answers.text, form.isChanged()].slice(1)") == ["newer", False]
    changed = "[type('typed'), follow('newer'), form.answers.text, form.isChanged()].slice(2)"
    assert draft(changed) == ["typed", True]
    assert draft("[type('typed'), form.settle(), follow('as stored'), form.answers.text].at(-1)") == "as stored"
    assert draft("[type('typed'), form.restart(), form.answers.text].at(-1)") == "stored"


def settings(section: str, script: str, **values: Any) -> Any:
    """Return the value of a script, which knows `own` (a section of *Settings*) and `act`: an action by its name."""
    body = f"""(({{settings}}) => {{
        const own = settings.sections.find(({{name}}) => name === section)
        const act = name => own.actions.find(each => each.act === name)
        return {script}
    }})(await face("settings"))"""
    return evaluate(body, section=section, **values)


def test_each_setting_has_its_section() -> None:
    shown = evaluate("(await face('settings')).settings.sections.map(({title}) => title)")
    assert {group for name, group in GROUP_OF.items() if name not in ADVANCED} <= set(shown)
    assert len(shown) == len(set(shown))


BUDGET = {
    "name": "backup_budget",
    "label": "Backup budget",
    "kind": "size",
    "default": "10GB",
    "may_cost_backups": True,
}
SETTING = {**BUDGET, "name": "probe_threads", "kind": "number", "value": "1200", "may_cost_backups": False}


def test_change_of_a_setting_is_asked_for_if_it_costs_backups() -> None:
    weighs = "[row, other].map(each => act('set-value').weighs([each], {value: ' 0 '}))"
    assert settings("group-backups", weighs, row=BUDGET, other=SETTING) == [
        ["configuration.effect", {"name": "backup_budget", "text": "0"}],
        None,
    ]
    preview = "['It deletes.', ''].map(effect => act('reset-value').preview([row], {}, effect))"
    asked, not_asked = settings("group-backups", preview, row=BUDGET)
    assert (asked["title"], asked["warning"]) == ("Backup budget: 10GB?", "It deletes.")
    assert not_asked is False


def test_values_of_settings_are_shown_as_people_type_them() -> None:
    script = "(await face('setting_rows')).shownValue(row)"
    assert evaluate(script, row=SETTING) == "1,200"
    assert evaluate(script, row={**SETTING, "value": "many"}) == "many"
    assert evaluate(script, row={**SETTING, "kind": "switch", "value": "true"}) == "on"
    call = "act('set-value').call([row], {checked: false, value: 'on'})"
    assert settings("group-writing", call, row={**SETTING, "kind": "switch"})[1]["text"] == "false"


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"is_on": True, "state": "on"}, ["safe", "on"]),
        ({}, ["note", "off"]),
        ({"needs_action": True}, ["warning", "needs attention"]),
        ({"needs_action": True, "state": "paused"}, ["warning", "paused"]),
    ],
)
def test_state_of_a_provider_in_a_word(values: dict[str, Any], shown: list[str]) -> None:
    provider = {"is_on": False, "state": "off", "needs_action": False, **values}
    assert evaluate("(await face('privacy')).stateOfProvider(provider)", provider=provider) == shown


def test_key_is_sent_by_the_name_of_its_kind() -> None:
    known = {"keys": [{"name": name, "provider": name.partition("_")[0], "origin": ""} for name in ("a_key", "b_key")]}
    call = "act('enter-key').call([{provider: 'b'}], answers, {}, known)"
    only = settings("providers", call, known=known, answers={"key": "secret"})
    assert only == ["provider_keys.enter", {"name": "b_key", "value": "secret"}]
    chosen = settings("providers", call, known=known, answers={"key": "secret", "name": "b_token"})
    assert chosen[1]["name"] == "b_token"


def test_empty_limit_removes_the_limit_of_a_field() -> None:
    answers = {"title": "Tape", "type": "integer", "lowest": "", "highest": ""}
    name, args = settings("custom-fields", "act('add-field').call([], answers)", answers=answers)
    assert (name, args["key"], args["lowest"], args["highest"]) == ("fields.define", "", 0, MAX_INTEGER)
    text = {"title": "Tape", "type": "text", "choices": " one \n\ntwo"}
    name, args = settings("custom-fields", "act('change-field').call([{key: 'tape'}], answers)", answers=text)
    assert (name, args["choices"], "lowest" in args) == ("fields.change", ["one", "two"], False)
    check = "act('add-field').asks([]).check({highest: '9a'})"
    assert settings("custom-fields", check) == "“9a” is no whole number."


def progress(script: str, **operation: Any) -> Any:
    """Return the value of a script, which knows `progress`, the `head` and `act`: an action by its name."""
    known = {"id": 7, "type": "write", "noun": "file", "state": "completed", "retryable": 0, "left": 0, "total": 3}
    known |= {"can_resume": False, "can_rollback": False, "counts": {}, "words": {}, "title": "Wrote 3 files"}
    body = f"""(({{progress}}) => {{
        const act = name => progress.actions.find(each => each.act === name)
        const isOffered = each => each.where === "card" && each.when(undefined, {{}}, head)
        const offered = () => progress.actions.filter(isOffered).map(({{act}}) => act)
        return {script}
    }})(await face("progress"))"""
    return evaluate(body, head={"operation": {**known, **operation}})


@pytest.mark.parametrize(
    ("operation", "offered"),
    [
        ({"state": "in_progress"}, ["pause", "cancel", "log"]),
        ({"state": "paused", "can_resume": True}, ["resume", "cancel", "log"]),
        ({"can_rollback": True}, ["roll-back", "history", "back", "log"]),
        ({"state": "failed", "can_resume": True, "left": 2}, ["resume", "history", "back", "log"]),
        ({"retryable": 2}, ["retry", "history", "back", "log"]),
    ],
)
def test_operation_offers_what_is_possible_now(operation: dict[str, Any], offered: list[str]) -> None:
    assert progress("offered()", **operation) == offered


def test_labels_of_an_operation_count_its_items() -> None:
    label = "act(name).label(undefined, {}, head)"
    assert progress(label.replace("name", "'resume'"), state="failed", left=2) == "Resume 2"
    assert progress(label.replace("name", "'resume'"), state="paused", left=2) == "Resume"
    assert progress(label.replace("name", "'retry'"), retryable=1, noun="title") == "Retry 1 title…"
    assert progress(label.replace("name", "'back'"), noun="title") == "Back to Publish"


def test_states_of_files_are_counted_in_their_words() -> None:
    counts = {"success": 2, "failed": 1, "conflict": 1, "pending": 3, "writing": 1}
    chips = "progress.chips(head, {show: 'failed'}).map(({label, total, on}) => [label, total, on])"
    assert progress(chips, total=8, counts=counts, words={"pending": "not started", "success": "restored"}) == [
        ["all", 8, False],
        ["problems", 2, True],
        ["restored", 2, False],
        ["skipped", 0, False],
        ["not started", 4, False],
    ]


def test_files_are_read_once_the_operation_is_known() -> None:
    body = "progress.read({show: 'success', page: '2'}, 50, head)"
    args = {"operation_id": 7, "statuses": ["success"], "page": 2, "per_page": 50}
    assert progress(body)[:2] == ["history.followed_items", args]
    assert progress("progress.read({}, 50, undefined)") is None
    assert progress("progress.read({}, 50, {operation: null})")[0] == "history.__call__"


def test_switch_of_the_library_keeps_the_files_of_pictures_and_table() -> None:
    script = """(({addressOfView}) => ["pictures", "table", "folders"].map(view => addressOfView(view, place)))(
        await face("library_switch"))"""
    pictures = "/library?q=rating%3A4+boat&sort=name"
    place = {"q": "rating:4 boat", "sort": "name", "file": "7"}
    assert evaluate(script, place=place) == [pictures, f"{pictures}&show=table", "/folders"]
