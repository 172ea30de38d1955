"""A script that knows only docs/api.md, with a token, against `indexium serve`; and the commands of tokens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.test_service import Ran, serving
from tests.support import homes, media, token_script

PASSWORD = "correct horse"


@pytest.fixture
def films(tmp_path: Path, home: Path) -> Path:
    """The films of a home, with an administrator."""
    folder = media.films(tmp_path / "films", {"sea.mp4": "Shot at sea", "lake.mp4": None})
    with homes.opened(home, folder, "Ann Lee") as library:
        library.users.add("Ann Lee", PASSWORD, role="admin")
    return folder


@pytest.mark.further
def test_script_with_a_token_scans_plans_and_tries_and_is_refused_the_rest(home: Path, films: Path) -> None:
    before = {path: path.read_bytes() for path in films.iterdir()}
    with serving(home) as service:
        command = Ran(home, "tokens", "add", "night", "--may", "plan.read", "--may", "jobs.manage", "--days", "1")
        assert command.code == 0, command.err
        secret = command.out.strip()
        ran = subprocess.run(
            [sys.executable, "-I", token_script.__file__, service.rest.url, secret],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        listed = Ran(home, "tokens", "list", "--json").json
        assert [each["last_address"] for each in listed["items"]] == ["127.0.0.1"]
        assert Ran(home, "tokens", "revoke", "1").code == 0
        after = subprocess.run(
            [sys.executable, "-I", token_script.__file__, service.rest.url, secret], capture_output=True, check=False
        )
        assert b"401" in after.stderr
    found = json.loads(ran.stdout)
    assert found["me"]["name"] == "Ann Lee (night)"
    assert found["me"]["permissions"] == ["plan.read", "jobs.manage"]
    assert found["same_job"]
    assert found["job"]["status"] == "completed"
    assert found["events"][-1] == "scan:completed"
    assert {each["file_name"] for each in found["plan"]["items"]} == {"sea.mp4", "lake.mp4"}
    assert len(found["dry_run"]["items"]) + sum(found["dry_run"]["excluded"].values()) == 2
    assert len(found["csv"]) == 3
    refused = found["refused"]
    missing = {"write": "write.any", "rollback": "rollback", "edit": "plan.edit", "query": "query.run"}
    missing |= {"settings": "settings.manage", "schedule": "settings.manage"}
    for name, permission in missing.items():
        assert refused[name][:2] == [403, "not_allowed"], (name, refused[name])
        assert permission in refused[name][2]
    assert refused["token"][:2] == [403, "not_allowed"]
    assert refused["wrong"][:2] == [401, "unauthorized"]
    assert {path: path.read_bytes() for path in films.iterdir()} == before
    logs = b"".join(path.read_bytes() for path in (home / "logs").rglob("*") if path.is_file())
    assert secret[3:].encode() not in logs


def test_commands_without_a_service(home: Path, films: Path) -> None:
    added = Ran(home, "tokens", "add", "backup script", "--may", "plan.read", "--library", "1", "--json").json
    assert added["secret"].startswith("ix_")
    assert (added["token"]["user_name"], added["token"]["libraries"]) == ("Ann Lee", [1])
    listed = Ran(home, "tokens", "list")
    assert "backup script" in listed.out
    assert added["secret"] not in listed.out + listed.err
    again = Ran(home, "tokens", "add", "backup script")
    assert (again.code, "Choose another name" in again.err) == (2, True)
    assert Ran(home, "tokens", "add", "x", "--may", "users.manage").code == 2
    assert "is revoked" in Ran(home, "tokens", "revoke", "1").err
    assert Ran(home, "tokens", "list", "--user", "Zoe").code == 2
    empty = Ran(home, "tokens", "list")
    assert (empty.out, "There is no token" in empty.err) == ("", True)
