"""The declaration of the page *To decide*, in Node with values of the library."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.scripts import evaluate


def offer(position: int, state: str = "proposed") -> dict[str, Any]:
    return {"position": position, "key": f"tmdb:{position}", "score": 1 - position / 10, "state": state}


def to_decide(script: str, **values: Any) -> Any:
    """Return the value of a script, which knows `decide`, `act` (an action by its name), `row` and the values."""
    row = {"title_id": 7, "revision": "r1", "state": "open", "same_count": 1, "others_text": "Applies also …"}
    row |= {"item": {"id": 7, "title": "Salt", "year": 1999, "name": "Salt (1999)"}, "by_hand": False}
    row |= {"others": [{"id": 8, "title": "Salt", "year": 1999}, {"id": 9, "title": "Other", "year": 2000}]}
    row |= {"offers": [offer(number) for number in (1, 2, 3, 4)], **values.pop("row", {})}
    body = f"""(({{decide}}) => {{
        const act = name => decide.actions.find(each => each.act === name)
        const able = () => decide.actions.filter(each => !each.where && each.when(row, place)).map(each => each.act)
        return {script}
    }})(await face("decide"))"""
    return evaluate(body, **{"row": row, "place": {}} | values)


def test_number_accepts_the_candidate_that_stands_there() -> None:
    script = (
        "['accept-1', 'accept-3'].map(name => act(name).when(row, place) && act(name).call([row], given, place)[1])"
    )
    first, third = to_decide(script, given={"all": False})
    assert first == {"title_id": 7, "position": 1, "expected": "tmdb:1", "others": False, "revision": "r1"}
    assert third["position"] == 3
    first, third = to_decide(script, given={"all": True}, place={"from": "3"})
    assert (first["expected"], first["others"], third) == ("tmdb:4", True, False)
    assert "accept-1" not in to_decide("able()", row={"offers": [offer(1, "accepted"), offer(2)]})


def test_decision_takes_the_other_questions_for_which_it_counts() -> None:
    script = "['accept-1', 'ignore', 'later'].map(name => act(name).takes?.([row], given) ?? [])"
    assert to_decide(script, given={"all": True}) == [[8], [8, 9], []]
    assert to_decide(script, given={"all": False}) == [[], [], []]
    kept = "act('confirm').takes([row], {all: true})"
    assert (to_decide(kept, row={"state": "maybe"}), to_decide(kept, row={"state": "ignored"})) == ([8, 9], [])


@pytest.mark.parametrize(
    ("state", "able"),
    [
        ("open", {"accept-1", "ignore", "later", "search-for"}),
        ("later", {"accept-1", "ignore", "search-for"}),
        ("accepted", {"accept-1", "ignore", "search-for"}),
        ("ignored", {"accept-1", "confirm", "search-for"}),
        ("maybe", {"accept-1", "ignore", "confirm"}),
        ("unsearched", {"accept-1", "ignore", "search-for"}),
    ],
)
def test_state_of_a_title_says_what_can_be_decided(state: str, able: set[str]) -> None:
    others = {"accept-2", "accept-3", "whole", "more-offers"}
    assert set(to_decide("able()", row={"state": state})) - others == able


COUNTS = dict.fromkeys(("open", "accepted", "later", "ignored", "maybe", "unsearched", "none", "failed"), 0)
TMDB = {"name": "TMDB", "is_on": True, "state": "on", "needs_action": False, "finds_titles": True, "reason": ""}
OFF = {**TMDB, "is_on": False, "state": "off", "plain_reason": "There is no key."}


def head_of(*providers: dict[str, Any], **counts: int) -> dict[str, Any]:
    return {"counts": COUNTS | counts, "providers": list(providers or (TMDB,))}


def warning(head: dict[str, Any], place: dict[str, str] | None = None) -> Any:
    found = to_decide("decide.warning(head, place)", head=head, place=place or {})
    return found and [found["text"], [each["act"] for each in found["acts"]]]


def test_warning_says_what_prevents_searches() -> None:
    assert warning(head_of(open=3)) is None
    text, acts = warning(head_of(OFF))
    assert (text.startswith("No provider can be asked. There is no key."), acts) == (True, ["settings"])
    assert warning(head_of(failed=2)) == ["The search of 2 titles has failed.", ["search-all"]]
    rejected = {**TMDB, "needs_action": True, "reason": "The key is rejected."}
    assert warning(head_of(rejected)) == ["TMDB: The key is rejected.", ["settings"]]
    assert warning(head_of(unsearched=1), {"show": "unsearched"}) == [
        "1 title was not searched at the providers yet.",
        ["search-all"],
    ]


def test_empty_list_leads_to_what_is_left() -> None:
    def empty(head: dict[str, Any], show: str = "") -> Any:
        found = to_decide("decide.empty(place, head)", head=head, place={"show": show})
        return found["title"], found["text"], [each["label"] for each in found["acts"]]

    assert empty(head_of())[::2] == ("No films and series", ["Open library"])
    assert empty(head_of(accepted=2, later=3)) == (
        "Nothing left to decide",
        "2 titles have a match.",
        ["The 3 for later"],
    )
    title, text, acts = empty(head_of(unsearched=2, maybe=1))
    assert (title, acts) == ("No questions yet", ["Maybe a film?", "Search now"])
    assert text.endswith("1 name is kept back: it may be a home video.")
    assert empty(head_of(OFF, unsearched=2))[2] == ["Open settings"]
    assert empty(head_of(later=1), "ignored")[1:] == ("The list “Ignored” is empty.", ["Back to the questions"])


def test_page_without_a_question_opens_with_the_names_that_are_kept_back() -> None:
    entries = "[[{}, 0], [{}, 2], [{show: 'later'}, 0], [{title: '7'}, 0]].map(([at, n]) => decide.entry(at, head, n))"
    assert to_decide(entries, head=head_of(maybe=1)) == [{"show": "maybe"}, None, None, None]
    assert to_decide("decide.entry({}, head, 0)", head=head_of()) is None
