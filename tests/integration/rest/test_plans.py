"""Plans by REST: pages, searches and decisions about files."""

from __future__ import annotations

from pydantic import TypeAdapter

from indexium_core.api import answers
from indexium_core.library import Library
from tests.support.rest import Client, items

PEOPLE = ["Ann Lee", "Bob Ray"]


def test_plan_is_paged_with_statistics(rest: Client, library: Library) -> None:
    answer = rest.get("/api/metadata/plan?per_page=2&sort=name")
    found = answer.json

    assert answer.headers["content-type"] == "application/json"
    assert (found["total"], found["page"], found["per_page"], len(found["items"])) == (5, 1, 2, 2)
    assert found["statistics"]["total_files"] == 5
    assert found["plan_id"] == library.plan().id
    assert [item["file_name"] for item in found["items"]] == ["<b>.mkv", "copy.mp4"]
    TypeAdapter(answers.PlanAnswer).validate_python(found)
    second = rest.get("/api/metadata/plan?limit=2&page=2&sort=name&order=asc").json
    assert [item["file_name"] for item in second["items"]] == ["lake.mp4", "old.ts"]


def test_plan_by_body_is_plan_by_address(rest: Client) -> None:
    ids = [item["file_id"] for name, item in items(rest).items() if name in {"sea.mp4", "<b>.mkv"}]
    wanted = {
        "file_ids": ids,
        "q": "ann",
        "filter": {"risk_level": ["danger", "safe"]},
        "sort": "name",
        "order": "desc",
    }
    by_body = rest.post("/api/metadata/plan", {**wanted, "fields": ["file_name", "risk_level"]}).json
    listed = ",".join(map(str, ids))
    by_address = rest.get(
        f"/api/metadata/plan?file_ids={listed}&q=ann&filter=%7B%22risk_level%22:[%22danger%22,%22safe%22]%7D"
        "&sort=name&order=desc&fields=file_name,risk_level"
    ).json

    assert by_body == by_address
    assert by_body["items"] == [
        {"file_name": "sea.mp4", "risk_level": "danger"},
        {"file_name": "<b>.mkv", "risk_level": "safe"},
    ]
    assert by_body["statistics"]["total_files"] == 2


def test_plan_of_hashes_has_every_copy(rest: Client) -> None:
    lake = items(rest)["lake.mp4"]["file_hash"]
    found = rest.get(f"/api/metadata/plan?file_hashes={lake}").json
    assert sorted(item["file_name"] for item in found["items"]) == ["copy.mp4", "lake.mp4"]


def test_edit_answers_with_new_plan_item(rest: Client) -> None:
    lake = items(rest)["lake.mp4"]
    one = rest.post(f"/api/metadata/plan/{lake['file_id']}/edit", {"result_people": PEOPLE}).json

    assert (one["files"], one["file_ids"]) == (2, [lake["file_id"]])  # an edit applies to the copy
    assert (one["item"]["result_people"], one["item"]["edited"]) == (PEOPLE, True)
    TypeAdapter(answers.Decided).validate_python(one)
    both = rest.post(f"/api/metadata/plan/{lake['file_hash']}/edit", {"result_people": ["Zoë Öz"]}).json
    assert both["files"] == 2
    assert {items(rest)[name]["result_comment"] for name in ("lake.mp4", "copy.mp4")} == {"People: Zoë Öz"}
    gone = rest.delete(f"/api/metadata/plan/{lake['file_hash']}/edit").json
    assert (gone["files"], gone["item"]["edited"]) == (2, False)


def test_only_this_leaves_the_copy_alone_and_every_answer_names_it(rest: Client) -> None:
    lake, copy = items(rest)["lake.mp4"], items(rest)["copy.mp4"]
    by_id, by_hash = (f"/api/metadata/plan/{lake[ref]}" for ref in ("file_id", "file_hash"))
    both = rest.post(f"{by_id}/edit", {"result_people": PEOPLE}).json
    named = {"file_id": copy["file_id"], "file_path": copy["file_path"]}
    assert (both["copies"], both["copy_files"]) == (1, [named])

    one = rest.post(f"{by_id}/edit", {"result_people": [], "fields": {"title": "Sea"}, "only_this": True}).json
    assert (one["files"], one["file_ids"], one["copies"], one["copy_files"]) == (1, [lake["file_id"]], 0, [])
    assert items(rest)["copy.mp4"]["result_people"] == PEOPLE
    for act, body in (("edit", {"result_people": []}), ("postpone", {}), ("mode", {"mode": "exact"})):
        refused = rest.post(f"{by_hash}/{act}", {**body, "only_this": True})
        assert refused.status == 422
        assert b"2 files have this hash. For only one of them, name it by its id: " in refused.text
        assert rest.post(f"{by_id}/{act}", {**body, "only_this": True}).json["file_ids"] == [lake["file_id"]]
    assert rest.delete(f"{by_hash}/edit?only_this=true").status == 422
    assert rest.delete(f"{by_id}/edit?only_this=true").json["files"] == 1
    rated = rest.post(
        "/api/tracks/bulk-favorite", {"file_ids": [lake["file_id"]], "favorite": True, "only_this": True}
    ).json
    assert [each["file_id"] for each in rated] == [lake["file_id"]]


def test_files_are_postponed_and_given_modes(rest: Client) -> None:
    sea = items(rest)["sea.mp4"]["file_id"]
    assert rest.post(f"/api/metadata/plan/{sea}/postpone", {"until": "2031-01-01"}).json["item"]["postponed"]
    assert not rest.delete(f"/api/metadata/plan/{sea}/postpone").json["item"]["postponed"]
    kept = rest.post(f"/api/metadata/plan/{sea}/mode", {"comment_mode": "preserve"}).json["item"]
    assert "Shot at sea" in kept["result_comment"]
    assert rest.delete(f"/api/metadata/plan/{sea}/mode").json["item"]["result_comment"] == "People: Ann Lee"
