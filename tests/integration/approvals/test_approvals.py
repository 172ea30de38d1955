"""Requests for approval, on real files: who proposes, who decides, and what is written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from mutagen import mp4

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model.accounts.permissions import permissions_of
from indexium_core.model.approval import Approval, ApprovalNotice
from indexium_core.model.operations.actor import Actor
from indexium_core.model.operations.operation import OperationStatus, WriteOptions
from tests.support.clock import Clock
from tests.support.studio import ALL, OLD, Studio
from tests.support.waiting import until

PASSWORD = "correct horse"
RISKS = {"safe", "warning", "danger"}
NIGHT = Actor("schedule", "ratings", "ratings")
SETTING = {"approval_risk": "safe", "approval_files": "2", "approval_bytes": "1KB"}


def comment(path: Path, text: str) -> None:
    """Change the comment of a film, as another program does."""
    film = mp4.MP4(path)
    film["\xa9cmt"] = [text]
    film.save()
    os.utime(path, ns=(OLD * 10**9 + 7, OLD * 10**9 + 7))  # a file that changed just now is not written


class Team(NamedTuple):
    """A home with three people, in which no write may start without another person."""

    studio: Studio
    root: Actor  # admin
    ann: Actor  # approver
    bob: Actor  # editor

    @property
    def library(self) -> Library:
        return self.studio.library

    @property
    def script(self) -> Actor:
        """A token of the approver, with everything that a token can do."""
        tokens = self.library.tokens
        if not tokens.list("Ann"):
            tokens.add("night", permissions=sorted(permissions_of("approver")), user="Ann")
        return Actor("token", str(tokens.list("Ann")[0].id), "Ann (night)")

    def proposed(self, actor: Actor, options: WriteOptions = ALL, query: str = "") -> Approval:
        """Propose a write; the question before it knew why it waits."""
        expected = reasons(self.library, actor, options, query)
        with self.library.acting_as(actor), pytest.raises(errors.ApprovalNeededError) as error:
            self.library.write(self.library.plan(query), options)
        assert f"waits for approval as request {error.value.approval_id}: " in error.value.message
        found = self.library.approvals.get(error.value.approval_id)
        assert found.reasons == expected
        return found

    def approve(self, approval: Approval, actor: Actor, **choices: Any) -> Approval:
        with self.library.acting_as(actor):
            return self.library.approvals.approve(approval.id, **choices)

    def ended(self, approval: Approval) -> OperationStatus:
        assert approval.operation_id is not None
        status = self.library.handle(approval.operation_id).wait(60)
        until(lambda: self.library.approvals.get(approval.id).state == "done")
        return status


def reasons(library: Library, actor: Actor, options: WriteOptions = ALL, query: str = "") -> list[str]:
    """Return why the question before a write says that it waits."""
    with library.acting_as(actor):
        plan = library.plan(query)
        selection = plan.select(risk=options.risk)
        summary = library.preview(selection, plan, options=options)
        size = library.plans.digest(plan, selection, risk=options.risk).size
        return list(library.approvals.reasons("write", summary.by_risk, levels=options.risk, file_bytes=size))


def team(studio: Studio) -> Team:
    users = studio.library.users
    people = [users.add(name, PASSWORD, role=role) for name, role in _PEOPLE.items()]
    return Team(studio, *(Actor("user", str(each.id), each.name) for each in people))


_PEOPLE = {"Root": "admin", "Ann": "approver", "Bob": "editor"}


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Team]:
    studio = Studio(tmp_path, 3)
    made = team(studio)
    studio.library.configuration.set("approval_risk", "safe")
    yield made
    studio.library.close()


def test_editor_proposes_and_approver_approves_what_is_still_the_same(tmp_path: Path) -> None:
    studio = Studio(tmp_path, 4)
    with studio.library:
        made = team(studio)
        library = studio.library
        library.configuration.set("approval_risk", "danger")
        for item in library.plan().items:  # a text of somebody else is lost: danger
            library.decisions.edit([item.file_id], ["Cy Orr"])
        first = made.proposed(made.bob)
        assert first.state == "waiting"
        assert (first.kind, first.files, first.proposed_by) == ("write", 4, "Bob")
        assert first.bytes == sum(map(len, studio.old.values()))
        assert library.history().total == 0
        assert studio.bytes() == studio.old

        with library.acting_as(made.ann):
            assert library.approvals.notice() == ApprovalNotice(to_decide=1, proposed=0)
        changed = studio.paths[2]
        comment(changed, "People: Di Fox")
        between = studio.bytes()
        with pytest.raises(errors.StalePlanError, match=f"1 file differs from what was proposed: {changed.name}"):
            made.approve(first, made.ann)
        second = library.approvals.get(first.id)
        assert second.state == "waiting"
        assert second.digest != first.digest
        assert changed.name in second.note
        assert library.history().total == 0
        assert studio.bytes() == between

        with pytest.raises(errors.StalePlanError, match="changed since it was shown"):
            made.approve(second, made.ann, expected=first.digest)
        approved = made.approve(second, made.ann, expected=second.digest, note="Looks right.")
        assert made.ended(approved).counts == {"success": 4}
        [operation] = library.history().items
        assert operation.actor == made.bob
        assert operation.approved_by == "Ann"
        assert operation.people == "proposed by Bob, approved by Ann"
        assert all(people == "People: Cy Orr" for people in studio.comments().values())

        with library.acting_as(made.bob), pytest.raises(errors.ApprovalNeededError) as error:
            library.rollback(operation.id)
        rollback = library.approvals.get(error.value.approval_id)
        assert (rollback.kind, rollback.reverts_id, rollback.files) == ("rollback", operation.id, 4)
        made.ended(made.approve(rollback, made.root))
        assert studio.bytes() == between
        steps = [(each.action, each.by) for each in library.approvals.get(first.id).entries]
        assert steps == [("proposed", "Bob"), ("changed", "Ann"), ("approved", "Ann")]
        found = library.approvals.get(first.id).entries[1]
        assert found.words == "found to differ from the proposal when Ann tried to approve it"


def test_each_limit_lets_work_wait(tmp_path: Path) -> None:
    studio = Studio(tmp_path, 3)
    with studio.library:
        made = team(studio)
        with studio.library.acting_as(made.ann):
            plan = studio.library.plan()
        for name, limit in SETTING.items():
            studio.library.configuration.set(name, limit)
            request = made.proposed(made.ann)
            studio.library.configuration.set(name, None)
            assert reasons(studio.library, made.ann) == [], name
            with studio.library.acting_as(made.ann):
                studio.library.approvals.withdraw(request.id)
        with studio.library.acting_as(made.ann):
            assert studio.library.write(plan, ALL).wait().counts == {"success": 3}


def test_every_client_and_program_waits(three: Team) -> None:
    for actor in (three.root, three.ann, three.bob, three.script, NIGHT, Actor("local", name="ann")):
        assert three.proposed(actor).proposer == actor
    assert three.library.history().total == 0


def test_nobody_decides_about_an_own_request_and_no_program_decides(three: Team) -> None:
    library = three.library
    local = Actor("local", name="ann")
    for actor in (three.root, three.ann, local):
        request = three.proposed(actor)
        with pytest.raises(errors.ForbiddenError, match="somebody else has to decide"):
            three.approve(request, actor)
        with library.acting_as(actor), pytest.raises(errors.ForbiddenError, match="somebody else has to decide"):
            library.approvals.reject(request.id, "No.")
    other_name = Actor("local", name="somebody")  # whoever uses this computer is one person
    with pytest.raises(errors.ForbiddenError, match="somebody else has to decide"):
        three.approve(request, other_name)
    with pytest.raises(errors.ForbiddenError, match="write every planned change"):
        three.approve(request, three.bob)
    for program in (three.script, NIGHT):  # whatever their owners may do
        with pytest.raises(errors.ForbiddenError, match="Only a person can decide"):
            three.approve(request, program)
    three.ended(three.approve(request, three.ann))


def test_request_of_a_token_needs_another_person_than_its_owner(three: Team) -> None:
    request, number = three.proposed(three.script), int(three.script.id)
    with pytest.raises(errors.ForbiddenError, match="somebody else has to decide"):
        three.approve(request, three.ann)
    three.library.tokens.revoke(number)
    with pytest.raises(errors.ForbiddenError, match="somebody else has to decide"):
        three.approve(request, three.ann)
    with pytest.raises(errors.UsageError, match="cannot act any more, so request 1 cannot be approved"):
        three.approve(request, three.root)
    assert three.library.history().total == 0
    with three.library.acting_as(three.root):
        assert three.library.approvals.reject(request.id, "The token is gone.").state == "rejected"


def test_who_edits_the_files_of_a_request_cannot_approve_it(three: Team) -> None:
    library = three.library
    request = three.proposed(three.bob)
    with library.acting_as(three.ann):
        library.decisions.edit([library.plan().items[0].file_id], ["Mallory"])
    with pytest.raises(errors.ForbiddenError, match="You changed what would be written of 1 file of request 1"):
        three.approve(request, three.ann)
    with pytest.raises(errors.StalePlanError, match="1 file differs"):
        three.approve(request, three.root)
    three.ended(three.approve(request, three.root))


def test_file_that_is_written_meanwhile_leaves_a_request(three: Team) -> None:
    """The request says so, its title has the present number, and the activity keeps the former one."""
    library = three.library
    request = three.proposed(three.bob)
    library.configuration.set("approval_risk", None)
    library.write(library.plan("id:2"), ALL).wait()
    with pytest.raises(errors.StalePlanError, match=r"1 file differs .* 1 is not in the request any more"):
        three.approve(request, three.ann)
    found = library.approvals.get(request.id)
    assert (found.files, "3 files" in found.title) == (2, False)
    assert three.ended(three.approve(found, three.ann)).counts == {"success": 2}
    assert [row.text for row in library.activity.page().items if row.kind == "request"] == [
        "approved the write of 2 files",
        "proposed a write of 3 files",
    ]


def test_request_of_a_person_who_is_switched_off_cannot_be_approved(three: Team) -> None:
    request = three.proposed(three.bob)
    three.library.users.change("Bob", enabled=False)
    with pytest.raises(errors.UsageError, match="Bob cannot act any more"):
        three.approve(request, three.ann)


def test_rule_needs_somebody_else_who_may_decide(tmp_path: Path) -> None:
    studio = Studio(tmp_path, 2)
    with studio.library:
        library = studio.library
        library.configuration.set("approval_risk", "safe")
        library.write(library.plan(), ALL).wait()  # nobody signs in
        studio.back(library.history().items[0].id, replan=True)
        root = library.users.add("Root", PASSWORD, role="admin")
        library.users.add("Bob", PASSWORD, role="editor")
        assert reasons(library, Actor("user", str(root.id), "Root")) == []
        with library.acting_as(Actor("user", str(root.id), "Root")):  # the only one who may decide
            assert library.write(library.plan(), ALL).wait().counts == {"success": 2}
        library.users.add("Ann", PASSWORD, role="approver")
        with library.acting_as(Actor("user", str(root.id), "Root")), pytest.raises(errors.ApprovalNeededError):
            library.rollback(library.history().items[0].id)
        items = library.rollback_check(library.history().items[0].id).item_ids
        library.configuration.set("approval_risk", "warning")
        library.configuration.set("approval_bytes", "50KB")
        with library.acting_as(Actor("user", str(root.id), "Root")):
            [reason] = library.approvals.reasons("rollback", {"safe": 2}, item_ids=items)
            assert "more than 50 KB wait" in reason
            assert library.approvals.reasons("rollback", {"safe": 1}, item_ids=[min(items)]) == ()
        library.configuration.set("approval_risk", "safe")
        library.users.change("Ann", enabled=False)
        with library.acting_as(Actor("user", str(root.id), "Root")):
            library.rollback(library.history().items[0].id).wait()


def test_editor_may_propose_only_if_approval_is_on(three: Team) -> None:
    library = three.library
    library.configuration.set("approval_risk", None)
    with library.acting_as(three.bob), pytest.raises(errors.ForbiddenError):
        library.write(library.plan(), ALL)
    with library.acting_as(three.bob), pytest.raises(errors.ForbiddenError):
        library.approvals.reasons("write", {"danger": 3})
    library.configuration.set("approval_files", "1000000")
    assert three.proposed(three.bob).reasons == ["its proposer may not start it alone"]
    library.users.change("Bob", role="viewer")
    with library.acting_as(three.bob), pytest.raises(errors.ForbiddenError):
        library.write(library.plan(), ALL)


def test_preview_names_the_reasons_for_which_its_work_waits(three: Team) -> None:
    library = three.library
    library.decisions.edit([1], ["Cy Orr"])  # a person of the file leaves it: an editor only proposes that
    for actor, role_is_enough in ((three.bob, False), (three.ann, True), (three.script, True)):
        with library.acting_as(actor):
            plan = library.plan()
            preview = library.previews.of_write(plan, ALL)
            with pytest.raises(errors.ApprovalNeededError) as error:
                library.write(plan, preview.options, expected=preview.digest)
        assert list(preview.reasons) == library.approvals.get(error.value.approval_id).reasons
        assert ("its proposer may not start it alone" not in preview.reasons) == role_is_enough
    library.configuration.set("approval_risk", None)
    with library.acting_as(three.ann):
        preview = library.previews.of_write(plan, ALL)
        assert preview.reasons == ()
        written = library.write(plan, preview.options, expected=preview.digest)
    assert written.wait().counts == {"success": 3}
    library.configuration.set("approval_risk", "safe")
    with library.acting_as(three.ann):
        checked = library.previews.of_rollback(written.id)
        with pytest.raises(errors.ApprovalNeededError) as error:
            library.rollback(written.id)
    assert checked.check == library.rollback_check(written.id)
    assert list(checked.reasons) == library.approvals.get(error.value.approval_id).reasons


def test_preview_of_work_that_nobody_may_start_or_propose_is_refused(three: Team) -> None:
    """The numbers alone are a read of every role."""
    library = three.library
    library.users.change("Bob", role="viewer")
    with library.acting_as(three.bob):
        plan = library.plan()
        assert library.preview(plan.select(), plan).count == 3
        with pytest.raises(errors.ForbiddenError):
            library.previews.of_write(plan, ALL)


def test_editor_writes_safe_files_of_a_preview_at_once(three: Team) -> None:
    library = three.library
    library.configuration.set("approval_risk", "danger")
    with library.acting_as(three.bob):
        plan = library.plan("risk:safe")
        preview = library.previews.of_write(plan, ALL)
        assert (preview.options.risk, preview.reasons) == (("safe",), ())
        assert library.write(plan, preview.options, expected=preview.digest).wait().counts == {"success": 3}


def test_proposal_of_a_person_starts_nothing_at_once(three: Team) -> None:
    """What a page called a proposal stays one, also if the rule changes before the person confirms."""
    library = three.library
    library.configuration.set("approval_risk", None)
    proposing, needed = library.approvals.only_proposing(), pytest.raises(errors.ApprovalNeededError)
    with library.acting_as(three.ann), proposing, needed as error:
        library.write(library.plan(), ALL)
    request = library.approvals.get(error.value.approval_id)
    assert request.reasons == ["its proposer asks for an approval"]
    with library.acting_as(three.ann):
        plan = library.plan()
        with pytest.raises(errors.ApprovalNeededError):
            library.operations.begin_write(plan, plan.select(), options=ALL, is_proposal=True)
    assert library.history().total == 0
    assert three.ended(three.approve(request, three.root)).counts == {"success": 3}
    with library.acting_as(three.ann):
        assert library.approvals.reasons("rollback", {"safe": 3}) == ()
        library.rollback(library.history().items[0].id).wait()


def test_rejected_and_withdrawn_requests_have_ended(three: Team) -> None:
    library = three.library
    rejected, withdrawn = three.proposed(three.bob), three.proposed(three.bob, query="id:1")
    with library.acting_as(three.ann):
        with pytest.raises(errors.UsageError, match="The reason is empty"):
            library.approvals.reject(rejected.id, " ")
        found = library.approvals.reject(rejected.id, "Cy Orr is not in these films.")
        with pytest.raises(errors.ForbiddenError, match="only Bob can withdraw it"):
            library.approvals.withdraw(withdrawn.id)
    assert (found.state, found.decided_by, found.note) == ("rejected", "Ann", "Cy Orr is not in these films.")
    with library.acting_as(three.bob):
        assert library.approvals.withdraw(withdrawn.id).state == "withdrawn"
    for each in (rejected, withdrawn):
        with pytest.raises(errors.UsageError, match="nobody can decide about it"):
            three.approve(each, three.ann)
        with library.acting_as(three.ann):
            assert "nobody can decide about it" in library.approvals.why_not_approve(each.id)
    assert three.proposed(three.bob).id not in (rejected.id, withdrawn.id)
    assert library.history().total == 0
    activity = [(row.actor_name, row.text, row.id) for row in library.activity.page().items if row.kind == "request"]
    assert activity[1:] == [
        ("Bob", "withdrew the write of 1 file", withdrawn.id),
        ("Ann", "rejected the write of 3 files", rejected.id),
        ("Bob", "proposed a write of 1 file", withdrawn.id),
        ("Bob", "proposed a write of 3 files", rejected.id),
    ]


def test_request_expires(tmp_path: Path) -> None:
    clock = Clock()
    studio = Studio(tmp_path, 2, clock=clock)
    with studio.library:
        made = team(studio)
        studio.library.configuration.set("approval_risk", "safe")
        request = made.proposed(made.bob)
        clock.forward(14, seconds=-1)
        assert studio.library.approvals.get(request.id).state == "waiting"
        clock.forward(seconds=1)
        assert studio.library.approvals.get(request.id).state == "expired"
        assert studio.library.approvals.list("expired").total == 1
        with pytest.raises(errors.UsageError, match="is expired"):
            made.approve(request, made.ann)
        with studio.library.acting_as(made.ann):
            assert studio.library.approvals.notice().to_decide == 0
        assert made.proposed(made.bob).id != request.id


def test_same_request_is_made_once(three: Team) -> None:
    first = three.proposed(three.bob)
    assert three.proposed(three.bob).id == first.id
    assert three.proposed(three.ann).id != first.id
    assert three.library.approvals.list().total == 2


def test_digest_differs_iff_something_of_the_work_does(three: Team) -> None:
    library, studio = three.library, three.studio
    digests = [three.proposed(three.bob).digest]

    def is_new() -> bool:
        digests.append(three.proposed(three.bob).digest)
        return digests[-1] not in digests[:-1]

    assert not is_new()
    library.scan([studio.films])
    library.decisions.set_favorite([1], wanted=False)
    assert not is_new()  # nothing of the work changed
    library.decisions.edit([1], ["Cy Orr"])
    assert is_new()  # a decision
    library.steps.undo()
    assert not is_new()
    os.utime(studio.paths[0], ns=(1_700_000_000 * 10**9, 1_700_000_000 * 10**9))
    library.scan([studio.films])
    assert is_new()  # a file
    one = three.proposed(three.bob, query="id:2").digest
    assert one not in digests  # other files
    assert three.proposed(three.bob, WriteOptions(risk=tuple(sorted(RISKS)), create_backup=False)).digest not in digests
    studio.reopen()
    assert three.proposed(three.bob, query="id:2").digest == one  # also after a restart


def test_comments_and_steps_are_shown_in_order(three: Team) -> None:
    library = three.library
    request = three.proposed(three.bob, WriteOptions(risk=ALL.risk, user_note="Cast of 2019"))
    with library.acting_as(three.ann):
        library.approvals.comment(request.id, "Why Cy Orr?")
    with library.acting_as(three.bob):
        found = library.approvals.comment(request.id, "He is in the credits.")
    assert [(each.by, each.text) for each in found.entries] == [
        ("Bob", "Cast of 2019"),
        ("Ann", "Why Cy Orr?"),
        ("Bob", "He is in the credits."),
    ]
    assert found.title == "Write 'Cast of 2019'"
    items = library.approvals.items(request.id, per_page=2)
    assert (len(items.items), items.total) == (2, 3)
    assert [each.name for each in items.items] == sorted(each.name for each in three.studio.paths)[:2]
    assert {library.files.file(each.number).file_path for each in items.items} == {each.path for each in items.items}


def test_each_step_is_an_event(three: Team) -> None:
    seen: list[int] = []
    three.library.events.subscribe(
        lambda event: seen.append(event.data["approval_id"]) if event.name == "approvals:changed" else None
    )
    request = three.proposed(three.bob)
    with three.library.acting_as(three.ann):
        three.library.approvals.comment(request.id, "Fine.")
    three.approve(request, three.ann)
    assert seen == [request.id] * 3


def test_file_that_changes_after_the_approval_is_not_written(three: Team) -> None:
    """The digest holds until the operation is recorded; then the checks of each file guard it."""
    library, studio = three.library, three.studio
    approved_by_hand = three.proposed(three.bob)
    writes = library._parts.writing.operations
    begin = writes.begin

    def late(operation_id: int) -> Any:
        comment(studio.paths[1], "People: Di Fox")
        return begin(operation_id)

    writes.begin = late  # type: ignore[method-assign]
    status = three.ended(three.approve(approved_by_hand, three.ann))
    assert status.counts == {"success": 2, "conflict": 1}
    assert studio.comments()[studio.paths[1].name] == "People: Di Fox"


def test_restart_keeps_a_request_that_waits(three: Team) -> None:
    request = three.proposed(three.bob)
    three.studio.reopen()
    assert three.library.approvals.get(request.id) == request
    assert three.ended(three.approve(request, three.ann)).counts == {"success": 3}


def rated(made: Team, actor: Actor, file_id: int, rating: str) -> None:
    with made.library.acting_as(actor):
        made.library.decisions.set_fields([file_id], {"rating": rating})


def proposals(library: Library) -> list[tuple[int, str, str, list[str]]]:
    """Return each request, the newest first: its id, its proposer, its state, and its files."""
    return [
        (each.id, each.proposed_by, each.state, [item.item for item in library.approvals.items(each.id).items])
        for each in library.approvals.list().items
    ]


def test_rating_of_one_person_keeps_the_request_of_another(three: Team) -> None:
    library = three.library
    library.inventory.set_write_ratings(1, "at-once")
    rated(three, three.bob, 1, "4")
    until(lambda: len(proposals(library)) == 1)
    rated(three, three.ann, 2, "3")
    until(lambda: len(proposals(library)) == 2)
    assert proposals(library) == [(2, "Ann", "waiting", ["file:2"]), (1, "Bob", "waiting", ["file:1"])]
    rated(three, three.bob, 3, "5")
    until(lambda: len(proposals(library)) == 3)
    assert proposals(library) == [
        (3, "Bob", "waiting", ["file:1", "file:3"]),
        (2, "Ann", "waiting", ["file:2"]),
        (1, "Bob", "withdrawn", ["file:1"]),
    ]
    with library.acting_as(three.ann):
        library.approvals.reject(3, "Not these stars.")
    with library.acting_as(three.bob):
        library.decisions.set_fields([3], {"title": "Another occasion"})
    rated(three, three.root, 2, "2")
    until(lambda: len(proposals(library)) == 4)
    assert proposals(library)[0] == (4, "Root", "waiting", ["file:2"])  # what was rejected is not proposed again
    assert library.history().total == 0


def test_rating_of_the_only_administrator_does_not_write_that_of_an_editor(tmp_path: Path) -> None:
    with Studio(tmp_path, 2).library as library:
        root, bob = (
            library.users.add(name, PASSWORD, role=role) for name, role in (("Root", "admin"), ("Bob", "editor"))
        )
        library.configuration.set("approval_risk", "safe")
        library.inventory.set_write_ratings(1, "at-once")
        with library.acting_as(Actor("user", str(bob.id), "Bob")):
            library.decisions.set_fields([1], {"rating": "4"})
        until(lambda: len(proposals(library)) == 1)
        with library.acting_as(Actor("user", str(root.id), "Root")):
            library.decisions.set_fields([2], {"rating": "3"})
        until(lambda: library.history().total == 1 and library.history().items[0].status == "completed")
        assert [library.files.file(number).fields.get("rating") for number in (1, 2)] == [None, "3"]
        assert proposals(library) == [(1, "Bob", "waiting", ["file:1"])]


def test_setting_of_the_write_is_part_of_what_is_approved(three: Team) -> None:
    library = three.library
    request = three.proposed(three.bob)
    library.configuration.set("sidecar_name", "stem")
    with pytest.raises(errors.StalePlanError, match="An option differs from what was proposed"):
        three.approve(request, three.ann)
    library.configuration.set("preserve_mtime", "true")  # after the proposal, so not for this write
    assert three.ended(three.approve(request, three.ann)).counts == {"success": 3}
    assert all(path.stat().st_mtime > OLD + 60 for path in three.studio.paths)


def test_details_have_what_the_plan_would_do_and_what_each_person_may_do(three: Team) -> None:
    library = three.library
    comment(three.studio.paths[0], "Shot at the sea")
    library.scan([three.studio.films])
    asked = three.proposed(three.bob)
    with library.acting_as(three.ann):
        found = library.approvals.details(asked.id, per_page=2)
        losses = library.approvals.losses(asked.id)
    assert (found.may_decide, found.why_not, found.may_withdraw) == (True, "", False)
    first = next(each for each in found.files.items if each.texts)
    assert (first.risk, first.file_id, [each.text for each in first.texts]) == (
        "danger",
        int(first.item.partition(":")[2]),
        ["Shot at the sea"],
    )
    assert {tag["kind"] for tag in first.tags} == {"add"}
    assert library.plan(found.search).statistics.total_files == asked.files
    assert (losses.danger, losses.loses_text, losses.files.total, losses.has_changed) == (1, 1, 1, False)
    assert (losses.summary, losses.why) == (asked.summary, asked.why)
    assert (losses.digest, losses.files.items[0].texts[0].text) == (asked.digest, "Shot at the sea")
    last = library.approvals.details(asked.id, page=99, per_page=2).files
    assert (last.page, len(last.items)) == (-(-asked.files // 2), 1)
    assert library.approvals.items(asked.id, page=99, per_page=2).total == asked.files
    assert library.approvals.list(page=99).total == 1

    with library.acting_as(three.bob):
        own = library.approvals.details(asked.id)
    assert (own.may_decide, own.may_withdraw) == (False, True)
    assert "somebody else has to decide about it" in own.why_not

    comment(three.studio.paths[1], "Another text")
    library.scan([three.studio.films])
    assert library.approvals.losses(asked.id).has_changed
    with library.acting_as(three.ann):
        library.approvals.reject(asked.id, "Not now.")
        ended = library.approvals.details(asked.id)
    assert (ended.may_decide, ended.search, ended.files.items[0].risk) == (False, "", "")
