"""Requests for approval over REST and on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from dashboards.web import server
from indexium_core import errors
from indexium_core.api.remote import RemoteLibrary
from indexium_core.api.service import Service
from indexium_core.cli import app
from tests.support.rest import Client, ended
from tests.support.studio import Studio

PASSWORD = "correct horse"
EVERYTHING = {"all": True, "options": {"risk": "safe,warning,danger"}}


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio(tmp_path, 3)
    for name, role in (("Root", "admin"), ("Ann", "approver"), ("Bob", "editor")):
        made.library.users.add(name, PASSWORD, role=role)
    made.library.configuration.set("approval_risk", "safe")
    yield made
    made.library.close()


def person(url: str, name: str) -> Client:
    """Return a client in which a person has signed in."""
    form = urlencode({"name": name, "password": PASSWORD, "next": "/plan"}).encode()
    answer = Client(url)("POST", "/sign-in", form, Content_Type="application/x-www-form-urlencoded", Origin=url)
    return Client(url, Cookie=answer.headers["set-cookie"].partition(";")[0], Origin=url)


def test_write_waits_is_approved_and_written_over_rest(studio: Studio) -> None:
    with server.make_server(studio.library).background() as running:
        ann, bob = person(running.url, "Ann"), person(running.url, "Bob")
        first = bob.post("/api/metadata/write", EVERYTHING, Idempotency_Key="once")
        again = bob.post("/api/metadata/write", EVERYTHING, Idempotency_Key="once")
        assert (first.status, again.status) == (202, 202)
        assert first.json["operation_id"] is again.json["operation_id"] is None
        assert first.json["approval_id"] == again.json["approval_id"]
        address = first.headers["location"]
        assert address == again.headers["location"] == f"/api/requests/{first.json['approval_id']}"
        assert "waits for approval" in first.json["detail"]

        assert ann.get("/api/requests/notice").json == {"to_decide": 1, "proposed": 0, "own": []}
        assert bob.get("/api/requests/notice").json == {
            "to_decide": 0,
            "proposed": 1,
            "own": [first.json["approval_id"]],
        }
        assert [each["id"] for each in ann.get("/api/requests?state=waiting&kind=write").json["items"]] == [1]
        assert ann.get(f"{address}/items").json["total"] == 3
        found = ann.get(address).json
        assert (found["state"], found["proposed_by"], found["files"]) == ("waiting", "Bob", 3)

        refused = bob.post(f"{address}/approve", {"digest": found["digest"]})
        assert (refused.status, refused.code) == (403, "not_allowed")
        stale = ann.post(f"{address}/approve", {"digest": "another"})
        assert (stale.status, stale.code) == (409, "stale_plan")
        assert ann.post(f"{address}/comments", {"text": "Fine."}).json["entries"][-1]["by"] == "Ann"
        approved = ann.post(f"{address}/approve", {"digest": found["digest"]})
        assert approved.status == 200
        assert approved.json["state"] in ("approved", "done")
        operation = ended(bob, approved.json["operation_id"])
        assert (operation["success_count"], operation["approved_by"]) == (3, "Ann")

        rollback = ann.post(f"/api/metadata/history/{operation['id']}/rollback", {})
        assert (rollback.status, rollback.json["operation_id"]) == (202, None)
        waiting = rollback.headers["location"]
        assert ann.post(f"{waiting}/withdraw", {}).json["state"] == "withdrawn"
        late = ann.post(f"{waiting}/reject", {"reason": "No."})
        assert (late.status, late.code) == (422, "wrong_state")
        assert bob.get("/api/requests/99").status == 404
        assert bob.get("/api/requests?state=lost").status == 422


def test_command_through_a_service_gets_the_request(studio: Studio) -> None:
    library = studio.library
    with server.make_server(library).background() as running:
        found = Service(url=running.url, token=running.token, pid=0, instance_id=library.instance_id, version="")
        with RemoteLibrary(library.home, found) as command:
            with pytest.raises(errors.ApprovalNeededError, match="as request 1") as error:
                command.write(command.plan())
            assert command.approvals.get(error.value.approval_id).state == "waiting"
            assert command.approvals.withdraw(error.value.approval_id).state == "withdrawn"


def test_commands_propose_and_decide(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    home = str(studio.library.home)
    studio.library.close()

    def run(*words: str) -> tuple[int, str, str]:
        code = app.main(["--home", home, *words])
        printed = capsys.readouterr()
        return code, printed.out, " ".join(printed.err.split())

    code, _, said = run("write", "--risk", "safe,warning,danger", "--yes")
    assert code == 4
    assert "This write of 3 files waits for approval as request 1: 3 files have the risk safe." in said
    code, out, _ = run("requests", "list", "--state", "waiting")
    assert code == 0
    assert "write of 3 files" in out
    code, out, said = run("requests", "show", "1")
    assert "Request 1: write of 3 files" in said
    assert [line for line in out.splitlines() if "file:" in line]
    code, _, said = run("requests", "approve", "1", "--yes")
    assert (code, "somebody else has to decide" in said) == (2, True)
    assert run("requests", "comment", "1", "Please.")[0] == 0
    assert run("requests", "withdraw", "1")[0] == 0
    assert run("requests", "reject", "1", "No.")[0] == 2
    assert run("requests", "list", "--state", "waiting")[2].endswith("There is no such request.")
