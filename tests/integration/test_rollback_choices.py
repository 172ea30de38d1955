"""Choices for conflicts of a rollback: comments, newer operations, and the tag of one person."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexium_core import cli, errors
from indexium_core.flows.writing import states
from indexium_core.library import Library
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.operations.rollback import ROLLBACK_CHOICES
from tests.support import media, mov, mp4, tables
from tests.support.holding import Gate
from tests.support.studio import ALL, OLD, Studio
from tests.support.waiting import PATIENCE


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio(tmp_path, 3)
    yield made
    made.library.close()


def foreign(path: Path, old: bytes = b"Bob Ray", new: bytes = b"Rob Bay") -> bytes:
    """An edit of the comment by another program."""
    changed = path.read_bytes().replace(old, new)
    path.write_bytes(changed)
    os.utime(path, (OLD + 1, OLD + 1))
    return changed


def write_as_older_version(studio: Studio) -> None:
    """Write like a version that recorded the states of files as BLAKE2b, without a prefix."""
    genuine = states.state_of

    def older(*given: Any, like: str | None = None) -> str:
        return genuine(*given, like=like or "0" * 32)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(states, "state_of", older)
        studio.write()
    assert not any(state.startswith("b3:") for pair in recorded_states(studio) for state in pair)


def recorded_states(studio: Studio) -> list[tuple[str, str]]:
    query = "SELECT original_state, written_state FROM metadata_operation_items WHERE original_state IS NOT NULL"
    return tables.rows(studio.library, query)


# After an edit by another program.


def test_only_comment_is_restored_where_another_program_changed_file(studio: Studio) -> None:
    studio.write()
    first = studio.paths[0]
    foreign(first)

    check = studio.library.rollback_check(1, changed="comment")
    assert (check.restorable, check.exact, check.comment_only, check.conflicts) == (3, 2, 1, [])
    status = studio.back(1, changed="comment")

    assert status.counts == {"success": 3}
    assert studio.comments() == dict.fromkeys(("0000.mp4", "0001.mp4", "0002.mp4"), "People: Bob Ray")
    items = studio.items(status.id)
    assert items["0000.mp4"].proof["bytes"] == "only the comment was restored"
    assert items["0000.mp4"].strategy == "mp4_in_place"
    assert (items["0000.mp4"].previous_comment, items["0000.mp4"].new_comment) == (
        "People: Ann Lee, Rob Bay",
        "People: Bob Ray",
    )
    assert (items["0000.mp4"].tags_removed, items["0000.mp4"].tags_added) == (["Ann Lee", "Rob Bay"], ["Bob Ray"])
    assert items["0001.mp4"].proof["bytes"] == "the same as before the write"
    assert {path: data for path, data in studio.bytes().items() if path != first} == {
        path: data for path, data in studio.old.items() if path != first
    }
    assert studio.states() == {1: "rolled_back", status.id: "completed"}


def test_changed_file_is_conflict_unless_chosen_otherwise(studio: Studio) -> None:
    studio.write()
    changed = foreign(studio.paths[0])

    check = studio.library.rollback_check(1)
    [conflict] = check.conflicts
    assert (check.exact, check.comment_only, check.restorable) == (2, 1, 2)
    assert (conflict.code, conflict.choices) == ("changed_since", ("comment",))
    assert set(conflict.choices) <= set(ROLLBACK_CHOICES)
    assert studio.back(1).counts == {"success": 2, "conflict": 1}
    assert studio.paths[0].read_bytes() == changed


def test_second_comment_of_another_program_is_never_replaced(studio: Studio) -> None:
    studio.write()
    path = studio.paths[0]
    notes = mp4.box(b"\xa9cmt", mp4.string("Notes by another program"))
    ours = mp4.tags(mp4.cmt("People: Ann Lee, Bob Ray"))
    changed = mov.with_tags(path.read_bytes(), mp4.box(b"udta", notes, ours))
    path.write_bytes(changed)
    os.utime(path, (OLD + 1, OLD + 1))

    [conflict] = studio.library.rollback_check(1).conflicts
    assert (conflict.code, conflict.choices) == ("changed_since", ())
    assert studio.back(1, changed="comment").counts == {"success": 2, "conflict": 1}
    assert path.read_bytes() == changed


def test_restored_comment_can_be_rolled_back_byte_for_byte(studio: Studio) -> None:
    studio.write()
    changed = {path: foreign(path) for path in studio.paths}
    back = studio.back(1, changed="comment")
    assert studio.states()[1] == "rolled_back"

    assert studio.back(back.id).counts == {"success": 3}
    assert studio.bytes() == changed
    assert studio.states()[1] == "completed"


def test_replaced_film_gets_no_comment(studio: Studio) -> None:
    studio.write()
    media.build("mp4", studio.films, name="0000.mp4", seed=77)
    there = studio.paths[0].read_bytes()

    [conflict] = studio.library.rollback_check(1, changed="comment").conflicts
    assert (conflict.code, conflict.choices) == ("changed_since", ("scan",))
    assert studio.back(1, changed="comment").counts == {"success": 2, "conflict": 1}
    assert studio.paths[0].read_bytes() == there


def test_file_changed_between_check_and_write_is_conflict(studio: Studio) -> None:
    studio.write()
    foreign(studio.paths[0])
    history = studio.library.history
    look = history._checker.check

    def late(*arguments):
        found = look(*arguments)
        os.utime(studio.paths[0], (OLD + 9, OLD + 9))
        return found

    history._checker.check = late
    status = studio.back(1, changed="comment")

    assert status.counts == {"success": 2, "conflict": 1}
    assert studio.items(status.id)["0000.mp4"].code == "changed_on_disk"


def test_rollback_without_backup_restores_only_comment_after_check(studio: Studio) -> None:
    studio.write(WriteOptions(risk=ALL.risk, create_backup=False))
    [operation] = studio.library.history().items
    assert (operation.can_rollback, operation.comment_only) == (False, 3)
    assert "only the comments can be restored" in operation.rollback_reason

    with pytest.raises(errors.UsageError, match="--changed comment"):
        studio.library.rollback(1)
    assert studio.back(1, changed="comment").counts == {"success": 3}
    assert set(studio.comments().values()) == {"People: Bob Ray"}


# Below newer operations.


def newer(studio: Studio) -> None:
    """A second and a third operation on the second film, and a fourth on the third film."""
    for query, name in (("0001", "Cem Öz"), ("0001", "Dee Dee"), ("0002", "Eve Eva")):
        studio.library.edit(query, [name])
        studio.write(query=query)


def test_newer_operations_are_rolled_back_first_newest_first(studio: Studio) -> None:
    studio.write()
    newer(studio)
    new = studio.bytes()

    check = studio.library.rollback_check(1)
    assert (check.exact, check.superseded, check.newer) == (1, 2, (2, 3, 4))
    assert [item.choices for item in check.conflicts] == [("newer",), ("newer",)]
    both = studio.library.rollback_check(1, with_newer=True)
    assert (both.restorable, both.exact, both.conflicts) == (3, 3, [])

    status = studio.back(1, with_newer=True)
    assert status.counts == {"success": 6}
    assert studio.bytes() == studio.old
    assert studio.states() == {1: "rolled_back", 2: "rolled_back", 3: "rolled_back", 4: "rolled_back", 5: "completed"}
    assert {path.stat().st_mtime for path in studio.paths} == {OLD}

    again = studio.back(status.id)  # and all operations are listed again, in order
    assert again.counts == {"success": 6}
    assert studio.bytes() == new
    assert studio.states() == dict.fromkeys((1, 2, 3, 4), "completed") | {5: "rolled_back", 6: "completed"}


@pytest.mark.parametrize("chosen", ["newer", "comment"])
def test_retried_rollback_keeps_its_options(studio: Studio, monkeypatch: pytest.MonkeyPatch, chosen: str) -> None:
    studio.write()
    if chosen == "newer":
        newer(studio)
    else:
        for path in studio.paths:
            foreign(path)
    studio.library.configuration.set("metadata_max_concurrent_writes", "1")
    gate = Gate(monkeypatch, free=1)
    choice = {"with_newer": True} if chosen == "newer" else {"changed": "comment"}
    handle = studio.library.rollback(1, **choice)  # type: ignore[arg-type]
    assert gate.reached.wait(PATIENCE)
    gate.open_when_told(studio.library, handle.id)
    handle.cancel()
    left = handle.wait().counts["skipped"]
    assert left > 0

    assert studio.library.retries.preview_rollback(handle.id).conflicts == []
    assert studio.library.retries.start(handle.id).wait().counts == {"success": left}
    assert set(studio.comments().values()) == {"People: Bob Ray"}
    assert studio.states()[1] == "rolled_back"


def test_only_requested_files_are_rolled_back_with_newer_operations(studio: Studio) -> None:
    studio.write()
    newer(studio)

    assert studio.back(2, with_newer=True).counts == {"success": 2}
    assert studio.states() == {1: "completed", 2: "rolled_back", 3: "rolled_back", 4: "completed", 5: "completed"}
    assert studio.comments()["0001.mp4"] == "People: Ann Lee, Bob Ray"


def test_remote_edit_between_two_operations_blocks_rollback(studio: Studio) -> None:
    """The newer operation could be rolled back, but not to the state that the older one left."""
    studio.write()
    foreign(studio.paths[1])
    studio.library.scan()
    studio.library.edit("0001", ["Cem Öz"])
    studio.write(query="0001")
    written = studio.paths[1].read_bytes()

    check = studio.library.rollback_check(1, with_newer=True)
    [conflict] = check.conflicts
    assert (check.exact, conflict.code, conflict.choices) == (2, "superseded_by", ())
    assert conflict.message.startswith("Operation 2 changed this file later and another program changed it in between")
    studio.back(1, with_newer=True)
    assert studio.paths[1].read_bytes() == written


@pytest.mark.parametrize("between", [False, True], ids=["ours alone", "foreign edit between"])
def test_states_of_older_version_are_compared_in_their_form(studio: Studio, *, between: bool) -> None:
    write_as_older_version(studio)
    if between:
        foreign(studio.paths[1])
        studio.library.scan()
    studio.library.edit("0001", ["Cem Öz"])
    studio.write(query="0001")
    assert sum(state.startswith("b3:") for pair in recorded_states(studio) for state in pair) == 2

    check = studio.library.rollback_check(1, with_newer=True)
    assert (check.exact, [conflict.code for conflict in check.conflicts]) == (
        (2, ["superseded_by"]) if between else (3, [])
    )
    written = studio.paths[1].read_bytes()
    studio.back(1, with_newer=True)
    assert studio.bytes() == studio.old | ({studio.paths[1]: written} if between else {})


def test_remote_edit_after_newest_operation_blocks_chain(studio: Studio) -> None:
    studio.write()
    studio.library.edit("0001", ["Cem Öz"])
    studio.write(query="0001")
    changed = foreign(studio.paths[1], b"Cem", b"Tim")

    [conflict] = studio.library.rollback_check(1, with_newer=True).conflicts
    assert (conflict.code, "and cannot be rolled back: Another program" in conflict.message) == ("superseded_by", True)
    studio.back(1, with_newer=True)
    assert studio.paths[1].read_bytes() == changed


# The tag of one person.


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[Studio]:
    """Three films with Ann Lee and Zoë Öz; one comment has custom text."""
    made = Studio(tmp_path, 3)
    foreign(made.paths[2], b"People: Bob Ray", b"By: me, by sea.")
    made.library.scan()
    made.library.people.add(made.paths[1:], ["Zoë Öz"])
    made.library.decisions.set_mode("", comment_mode="preserve")
    made.write()
    yield made
    made.library.close()


def test_rollback_of_person_removes_only_that_person(crowd: Studio) -> None:
    assert crowd.comments()["0002.mp4"] == "By: me, by sea.\nPeople: Ann Lee, Zoë Öz"
    check = crowd.library.rollback_check(1, person="ann lee")
    assert (check.restorable, check.exact, check.conflicts) == (3, 0, [])

    status = crowd.back(1, person="ann lee")

    assert (status.operation_type, status.counts) == ("write", {"success": 3})
    assert crowd.comments() == {
        "0000.mp4": "People: Bob Ray",
        "0001.mp4": "People: Zoë Öz, Bob Ray",
        "0002.mp4": "By: me, by sea.\nPeople: Zoë Öz",
    }
    operation = crowd.library.history().items[0]
    assert (operation.user_action, operation.reverts_id) == ("rollback_person", None)
    assert operation.user_note == "Removed ann lee from what operation 1 wrote"
    assert crowd.states()[1] == "completed"  # it was not rolled back
    assert crowd.library.plan().page().total == 0
    assert crowd.library.plan("postponed:yes").page().total == 3
    assert crowd.items(status.id)["0000.mp4"].tags_removed == ["Ann Lee"]


def test_replan_keeps_files_in_plan_and_allows_rollback(crowd: Studio) -> None:
    before = crowd.bytes()
    status = crowd.back(1, "0001", person="Ann Lee", replan=True)

    assert status.counts == {"success": 1}
    assert [item.tags_to_add for item in crowd.library.plan().items] == [["Ann Lee"]]
    crowd.back(status.id)
    assert crowd.bytes() == before


def test_rollback_of_person_covers_files_of_operation_only(crowd: Studio) -> None:
    """Bob Ray was in the file before; Zoë Öz has an older spelling; another user removed Ann already."""
    with pytest.raises(errors.UsageError, match="This operation added 'Bob Ray' to no file"):
        crowd.library.rollback(1, person="Bob Ray")

    crowd.library.people.rename("Zoë Öz", "Zoë Oez")
    assert crowd.library.rollback_check(1, person="Zoë Oez").restorable == 2

    crowd.back(1, "0000", person="Ann Lee")
    check = crowd.library.rollback_check(1, person="Ann Lee")
    assert (check.restorable, [item.code for item in check.conflicts]) == (2, ["nothing_to_do"])


def test_invalid_combinations_of_choices_are_rejected(crowd: Studio) -> None:
    for choices in ({"changed": "all"}, {"person": "Ann Lee", "with_newer": True}):
        with pytest.raises(errors.UsageError):
            crowd.library.rollback_check(1, **choices)
        with pytest.raises(errors.UsageError):
            crowd.library.rollback(1, **choices)


# The command.


class Command:
    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self.capsys = home, capsys

    def __call__(self, *words: str) -> tuple[int, str, str]:
        code = cli.main(["--home", str(self.home), *words])
        return code, *self.capsys.readouterr()


def test_command_lists_choices_and_applies_them(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    studio.write()
    studio.library.edit("0001", ["Cem Öz"])
    studio.write(query="0001")
    foreign(studio.paths[2])
    studio.library.close()
    run = Command(studio.library.home, capsys)

    code, _, said = run("rollback", "1", "--dry-run")
    assert code == 1
    assert "1 file would get its old bytes back." in said
    assert "roll back the newer operation first: --with-newer" in said
    assert "restore only its comment: --changed comment" in said

    assert said.count("roll back the newer operation") == 1
    assert "Operation 2 changed this file later. (" in said

    code, out, _ = run("rollback", "1", "--dry-run", "--json", "--with-newer", "--changed", "comment")
    check = json.loads(out)["check"]
    assert code == 0
    assert (check["exact"], check["comment_only"], check["newer"], check["conflicts"]) == (2, 1, [2], [])

    code, out, _ = run("rollback", "1", "0002", "--person", "Ann Lee", "--yes", "--json")
    assert code == 1  # the catalog has another state of the file, so a write reports a conflict
    assert json.loads(out)["items"][0]["code"] == "changed_on_disk"
    assert run("scan")[0] == 0

    code, out, _ = run("rollback", "1", "--yes", "--with-newer", "--changed", "comment", "--replan", "--json")
    done = json.loads(out)
    assert (code, done["status"], done["success_count"]) == (0, "completed", 4)
    with Library.open(studio.library.home) as library:
        assert library.plan("postponed:yes").page().total == 0
    assert {studio.paths[place].read_bytes() for place in (0, 1)} == {
        studio.old[studio.paths[place]] for place in (0, 1)
    }

    code, _, said = run("rollback", "1", "--yes", "--changed", "everything")
    assert (code, "Use skip, comment or replace" in said) == (2, True)


def test_command_names_conflict_once(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    studio.write()
    foreign(studio.paths[2])
    studio.library.close()

    code, out, said = Command(studio.library.home, capsys)("rollback", "1", "--yes")

    assert (code, (out + said).count("0002.mp4")) == (1, 1)
    assert "1 conflict," in said
