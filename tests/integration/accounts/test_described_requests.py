"""Requests of schemathesis from the description of REST, as each role: nothing fails, and nothing hidden is shown."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dashboards.web import server
from indexium_core.model.accounts.permissions import ROLES, WITHOUT_TOKENS, permissions_of
from tests.support.effort import effort
from tests.support.sessions import PASSWORD
from tests.support.split_home import House

ROOT = Path(__file__).resolve().parents[3]
# A stream has no end, and the web server gives no answer to an address of 64 KB, which a statement may have.
OPTIONS = """
    --checks nothing_fails,nothing_hidden --phases fuzzing --max-examples 2 --seed 1 --generation-deterministic
    --exclude-path /api/events --exclude-path /api/query --request-timeout 30 --warnings off --no-color
    --continue-on-failure
"""


@pytest.mark.further
@pytest.mark.parametrize("who", effort.some(["some folders", *reversed(ROLES)], 1))
def test_described_requests_as(house: House, tmp_path: Path, who: str) -> None:
    """A role sees all folders here, so its answers are not searched for hidden names."""
    library = house.library
    library.configuration.set("api_writes_per_minute", "100000")
    role = "approver" if who == "some folders" else who
    libraries = [house.seen_library] if who == "some folders" else None
    if role != "admin":
        library.users.add("Bob", PASSWORD, role=role, libraries=libraries)
    permissions = sorted(permissions_of(role) - WITHOUT_TOKENS)
    token = library.tokens.add("schema", permissions=permissions, user="Root" if role == "admin" else "Bob").secret
    options = OPTIONS if libraries else OPTIONS.replace(",nothing_hidden", "")
    with server.make_server(library, port=0).background() as running:
        words = ["run", f"{running.url}/api/openapi.json", "--header", f"X-Api-Key: {token}", *options.split()]
        hooks = {"SCHEMATHESIS_HOOKS": "tests.support.schema_checks", "PYTHONPATH": str(ROOT)}
        program = [str(Path(sys.executable).with_name("schemathesis")), *words]
        done = subprocess.run(
            program, cwd=tmp_path, env=os.environ | hooks, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
