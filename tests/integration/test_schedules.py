"""Schedules of a real home: each kind as a job, changes, failures, the command line and REST."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexium_core import cli, errors
from indexium_core.jobs import dispatcher
from indexium_core.library import Library
from indexium_core.model.schedule import Schedule
from indexium_core.store import home_files
from tests.support.studio import Studio
from tests.support.waiting import PATIENCE, until


def row(library: Library, name: str) -> Schedule:
    return library.schedules.get(name)


def test_new_home_has_its_schedules(home: Path) -> None:
    with Library.open(home) as library:
        rows = {each.name: each for each in library.schedules.list()}
    names = ("database-backup", "picture-collection", "snapshot", "watch-states")
    backup, collection, snapshot, watched = (rows[name] for name in names)
    assert (backup.name, backup.cron, backup.enabled) == ("database-backup", "0 3 * * *", True)
    assert backup.next_run_at is not None
    assert f"{backup.next_run_at.astimezone():%H:%M}" == "03:00"
    assert (collection.name, collection.cron, collection.enabled) == ("picture-collection", "0 3 * * *", True)
    assert (snapshot.name, snapshot.cron, snapshot.next_run_at) == ("snapshot", "@change", None)
    assert not snapshot.enabled  # the setting is off
    of_automation = {name: (each.cron, each.enabled) for name, each in rows.items() if name not in names}
    assert of_automation == {
        "retention": ("30 3 * * *", True),
        "scan": ("0 2 * * *", True),
        "reconciliation": ("30 4 * * 0", True),
        "title-refresh": ("30 2 * * *", False),
        "recovery-drill": ("0 5 1 * *", False),
    }
    assert (watched.name, watched.cron, watched.enabled) == ("watch-states", "30 5 * * *", False)  # without a player


def test_due_schedules_run_as_jobs(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "LOOK_SECONDS", 0.05)
    monkeypatch.setenv("INDEXIUM_SNAPSHOTS", "true")
    now = [datetime.now(UTC)]
    with Library.open(home, clock=lambda: now[0]) as library:
        library.schedules.set("snapshot", cron="0 5 * * *")
        library._parts.reading.snapshots.take()
        now[0] += timedelta(days=1, minutes=1)
        names = ("database-backup", "snapshot")
        until(lambda: all(row(library, name).last_result == "completed" for name in names))
        assert len(library.database_backups.list()) == 1
        assert len(home_files.snapshots(home)) >= 1
        for name in names:
            job_id = row(library, name).last_job_id
            assert job_id is not None
            assert library.jobs.get(job_id).job_type == row(library, name).kind
            assert row(library, name).last_run_at == now[0]


def test_change_leads_to_a_snapshot_as_a_job(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    library = studio.library
    monkeypatch.setattr(library.settings, "snapshots", True)
    assert row(library, "snapshot").enabled
    library.templates.save("holiday", people=["Ann Lee"])
    until(lambda: row(library, "snapshot").last_result == "completed")
    assert home_files.snapshots(library.home)


def test_failed_run_is_in_the_list_and_the_next_one_comes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Library.open(home) as library:
        with monkeypatch.context() as patch:
            patch.setattr(home_files, "verify", lambda path: {"people": 1})
            job = library.jobs.wait(library.schedules.run("database-backup").id, PATIENCE)
        assert job.status == "failed"
        until(lambda: row(library, "database-backup").last_result.startswith("failed: The backup "))
        library.jobs.wait(library.schedules.run("database-backup").id, PATIENCE)
        until(lambda: row(library, "database-backup").last_result == "completed")
        assert [each.status for each in library.jobs.list().items] == ["completed", "failed"]


def test_wrong_text_and_name_have_one_sentence(home: Path) -> None:
    with Library.open(home) as library:
        with pytest.raises(errors.ValidationError, match="'25 25' is not a cron text"):
            library.schedules.set("database-backup", cron="25 25")
        with pytest.raises(errors.ValidationError, match="cannot follow changes"):
            library.schedules.set("database-backup", cron="@change")
        with pytest.raises(errors.UnknownIdError, match=r"no schedule 'x'\. The schedules are"):
            library.schedules.run("x")
        with pytest.raises(errors.UsageError, match="INDEXIUM_SNAPSHOTS"):  # the environment of the tests
            library.schedules.set("snapshot", enabled=True)
        assert row(library, "database-backup").cron == "0 3 * * *"


def test_switch_of_the_snapshots_is_their_setting(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INDEXIUM_SNAPSHOTS")
    with Library.open(home) as library:
        assert not library.schedules.set("snapshot", enabled=False).enabled
        assert library.configuration.row("snapshots").value == "false"
        library.configuration.set("snapshots", "true")
        assert row(library, "snapshot").enabled


def test_change_of_a_setting_is_an_event_with_its_name(home: Path) -> None:
    with Library.open(home) as library:
        told: list[object] = []
        library.events.subscribe(lambda event: told.append(event.data), names={"settings:changed"})
        library.configuration.set("backup_budget", "5 GB")
        library.configuration.set("backup_budget", None)
        with pytest.raises(errors.UnknownIdError):
            library.configuration.set("no_setting", "1")
        assert told == [{"setting": "backup_budget"}] * 2


def test_commands_list_set_and_run(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*words: str) -> tuple[int, str]:
        code = cli.main(["--home", str(home), "schedules", *words])
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    assert "At 03:00 every day" in run("list")[1]
    assert "At 02:30 on Monday. The next run is" in run("set", "database-backup", "--cron", "30 2 * * 1")[1]
    assert "database-backup is off" in run("set", "database-backup", "--off")[1]
    assert run("set", "database-backup")[0] == 2
    code, shown = run("set", "database-backup", "--cron", "hourly")
    assert (code, shown.count("\n")) == (2, 1)
    assert shown.endswith("for example '0 3 * * *': every day at 03:00.\n")
    code, shown = run("run", "database-backup", "--json")
    assert (code, json.loads(shown)["status"]) == (0, "completed")
    code, shown = run("list", "--json")
    [backup, *_] = json.loads(shown)["items"]
    assert (backup["cron"], backup["enabled"], backup["last_result"]) == ("30 2 * * 1", False, "completed")
