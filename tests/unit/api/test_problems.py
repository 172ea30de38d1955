"""Each kind of error of a route is answered with a problem document."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from indexium_core import errors
from indexium_core.api import problems
from indexium_core.api.problems import ProblemAnswer
from tests.support.cases import each_case
from tests.support.rest import Client
from tests.unit.api.test_asgi import serving

ERRORS: dict[str, Exception] = {
    "library": errors.UnknownIdError("There is no job 9."),
    "own": ProblemAnswer(409, "key_reused", "The key was used."),
    "unexpected": ValueError("a secret"),
}


async def fail(name: str) -> str:
    raise ERRORS[name]


async def take(number: int) -> int:
    return number


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A client of an application whose routes fail."""
    app = FastAPI()
    problems.install(app)
    app.add_api_route("/fail/{name}", fail)
    app.add_api_route("/take/{number}", take)
    with serving(app) as url:
        yield Client(url)


@each_case(
    ("path", "status", "code"),
    [
        ("/fail/library", 404, "unknown_id"),
        ("/fail/own", 409, "key_reused"),
        ("/fail/unexpected", 500, "internal"),
        ("/take/x", 422, "invalid_request"),
        ("/nowhere", 404, "unknown_address"),
    ],
)
def test_error_is_a_problem_document(client: Client, path: str, status: int, code: str) -> None:
    answer = client.get(path)
    assert (answer.status, answer.code) == (status, code)
    assert b"a secret" not in answer.text
