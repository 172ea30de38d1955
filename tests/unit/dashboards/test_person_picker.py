"""The field that finds people, in Node with a library that answers late and out of order."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.scripts import evaluate

_SCRIPT = """await (async () => {
    const waiting = []
    globalThis.fetch = async (_, {body}) => {
        const {text} = JSON.parse(body).args
        await new Promise(resolve => waiting.push({text, resolve}))
        const value = known[text] ?? []
        return {status: 200, ok: true, text: async () => JSON.stringify({value, event: 1})}
    }
    const pause = (ms = 0) => new Promise(resolve => setTimeout(resolve, ms))
    const {PersonPicker} = await face("person_picker")
    const field = {value: "", focus() {}, dataset: {field: "who"}}
    const picker = new PersonPicker({name: "who", label: "Who", ...options}, () => {})
    const type = text => picker.type(Object.assign(field, {value: text}))
    const press = key => picker.key({key, target: field})
    const answer = async text => {
        const at = waiting.findIndex(each => each.text === text)
        waiting.splice(at, 1)[0].resolve()
        await pause(5)
    }
    const shown = () => picker.options().map((option, index) =>
        `${index === picker.active ? "> " : ""}${option ? option.card.label : "new"}`)
    SCRIPT
})()"""


def offer(number: int, name: str, reason: str = "", *, meant: bool = False) -> dict[str, Any]:
    card = {"person_id": number, "name": name, "label": name, "qualifier": "", "other_names": [], "files": 1}
    return {"card": {**card, "picture_id": None, "picture_version": ""}, "is_meant": meant, "reason": reason}


KNOWN = {
    "an": [offer(1, "Ann Lee"), offer(2, "Anna Öz")],
    "ann lee": [offer(1, "Ann Lee", meant=True)],
    "an lee": [offer(1, "Ann Lee", "one letter is missing")],
    "kim": [offer(3, "Kim", meant=True), offer(4, "Kim", meant=True)],
}


def picked(script: str, **options: Any) -> Any:
    return evaluate(_SCRIPT.replace("SCRIPT", script), known=KNOWN, options=options)


def test_answer_about_an_older_text_is_dropped() -> None:
    script = """
    type("an"); await pause(120); type("an lee"); await pause(120)
    await answer("an")
    const [before, isTaken] = [shown(), press("Enter")]
    await answer("an lee")
    return [before, isTaken, picker.value, shown()]"""
    assert picked(script) == [[], False, None, ["Ann Lee"]]


def test_older_text_that_is_typed_again_asks_again() -> None:
    script = """
    type("an"); await pause(120); type("ann lee"); type("an"); await pause(120)
    await answer("an")
    await answer("an")
    return [shown(), waiting.length]"""
    assert picked(script) == [["Ann Lee", "Anna Öz"], 0]


@pytest.mark.parametrize(("key", "is_used_up"), [("Enter", True), ("Tab", False)])
def test_highlighted_person_is_taken(key: str, is_used_up: bool) -> None:
    script = f"""
    type("an"); await pause(120); await answer("an")
    press("ArrowDown"); press("ArrowDown")
    const isUsedUp = press("{key}")
    return [isUsedUp, picker.value, field.value, shown(), press("Enter")]"""
    assert picked(script) == [is_used_up, {"id": 2, "label": "Anna Öz"}, "Anna Öz", [], False]


def test_key_takes_nobody_whom_the_person_has_not_chosen() -> None:
    """The text is neither a name nor one of the options: it stays, and Enter sends the form."""
    script = """
    type("an"); await pause(120); await answer("an")
    return [press("Enter"), press("Tab"), picker.value, field.value]"""
    assert picked(script) == [False, False, None, "an"]


def test_exact_name_is_highlighted() -> None:
    script = """
    const found = []
    for (const text of ["an", "ann lee", "kim"]) {
        type(text); await pause(120); await answer(text)
        found.push(shown())
    }
    return found"""
    assert picked(script) == [["Ann Lee", "Anna Öz"], ["> Ann Lee"], ["Kim", "Kim"]]


def test_choice_ends_when_the_text_changes() -> None:
    script = """
    type("ann lee"); await pause(120); await answer("ann lee"); press("Enter")
    const before = picker.value
    type("Ann Le")
    return [before, picker.value]"""
    assert picked(script) == [{"id": 1, "label": "Ann Lee"}, None]


def test_escape_closes_the_list_and_then_is_left_to_the_dialog() -> None:
    script = """
    type("an"); await pause(120); await answer("an")
    return [press("Escape"), shown(), press("Escape"), picker.text]"""
    assert picked(script) == [True, [], False, "an"]


@pytest.mark.parametrize(
    ("text", "options", "chosen", "problem"),
    [
        ("ann lee", {}, {"id": 1, "label": "Ann Lee"}, ""),
        ("Quirin", {}, None, "Nobody is called “Quirin”. Type another name."),
        ("an lee", {}, None, "Nobody is called “an lee”. Choose one of these, or type another name."),
        ("kim", {}, None, "2 people are called “kim”. Choose one of them."),
        ("ann lee", {"without": [1]}, None, "“ann lee” cannot be chosen here. Choose another person."),
        ("ann lee", {"isMany": True}, [{"id": 1, "label": "Ann Lee"}], ""),
        ("an lee", {"isMany": True}, [], "Nobody is called “an lee”. Choose one of these, or type another name."),
    ],
)
def test_typed_name_stands_for_the_person_who_is_called_so(
    text: str, options: dict[str, Any], chosen: Any, problem: str
) -> None:
    """Also if its answer has not come when the form is sent."""
    script = f"""
    type("{text}")
    const done = picker.settle()
    await pause(5)
    await answer({text.split()!r}.join(" "))
    await done
    return [picker.value, picker.problem, picker.isUnsettled(), picker.active]"""
    assert picked(script, **options) == [chosen, problem, bool(problem), -1]


def test_several_people_stand_beside_the_text() -> None:
    script = """
    const find = async text => { type(text); await pause(120); await answer(text) }
    await find("an"); press("ArrowDown"); press("Enter")
    const first = [picker.value.length, field.value]
    await find("an")
    const rest = shown()
    press("ArrowDown"); press("Enter")
    await find("ann lee"); await picker.settle()
    const both = picker.value.map(({label}) => label)
    picker.remove(1)
    return [first, rest, both, picker.value.map(({label}) => label), field.value]"""
    assert picked(script, isMany=True) == [[1, ""], ["Anna Öz"], ["Ann Lee", "Anna Öz"], ["Anna Öz"], ""]


_FORM = """await (async () => {
    const text = async () => JSON.stringify({value: known.an, event: 1})
    globalThis.fetch = async () => ({status: 200, ok: true, text})
    const {Form} = await face("form")
    let draws = 0
    const form = new Form({title: "", confirm: "", fields}, () => { draws += 1 })
    const type = (field, value) => form.take({value, dataset: {field}})
    SCRIPT
})()"""


def filled(script: str, *fields: dict[str, Any]) -> Any:
    named = [{"name": "who", "label": "Who", **field} for field in fields]
    return evaluate(_FORM.replace("SCRIPT", script), known=KNOWN, fields=named)


@pytest.mark.parametrize("field", [{"kind": "person"}, {"kind": "person", "isMany": True, "required": False}])
def test_form_is_not_sent_with_a_name_that_nobody_has(field: dict[str, Any]) -> None:
    """The complaint ends when the person types."""
    script = """
    type("who", "an")
    const answers = await form.settled()
    const before = [...form.missing, form.pickers.get("who").problem]
    type("who", "ann")
    return [answers, before, [...form.missing, form.pickers.get("who").problem], form.pickers.get("who").text]"""
    complaint = "Nobody is called “an”. Choose one of these, or type another name."
    assert filled(script, field) == [None, ["who", complaint], [""], "ann"]


def test_complaint_ends_when_an_answer_changes() -> None:
    script = """
    const answers = form.result()
    const before = [[...form.missing], draws]
    type("who", "a")
    return [answers, before, [...form.missing], draws]"""
    assert filled(script, {"kind": "text"}) == [None, [["who"], 0], [], 1]
