"""A repeated request with one key starts once, and a failed request can be repeated."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel

from indexium_core.api import app, context
from indexium_core.api.access import RateLimit
from indexium_core.api.context import StartRequest, WorkStarter
from indexium_core.api.problems import ProblemAnswer
from indexium_core.model.operations.idempotency import IdempotentRequest, StartedRequest


class Book:
    """Recorded requests, like those of the library, but without a database."""

    def __init__(self) -> None:
        self.noted: dict[str, tuple[IdempotentRequest, StartedRequest]] = {}

    def find(self, request: IdempotentRequest) -> StartedRequest | None:
        known = self.noted.get(request.key)
        assert known is None or known[0].mark == request.mark, "it came with another request"
        return known and known[1]


class Body(BaseModel):
    q: str = "a"


class Place:
    """A receiver of requests: `begin` starts the recorded work, and returns the number of starts."""

    def __init__(self, limit: int = 0) -> None:
        self.book, self.begun = Book(), 0
        self.work = WorkStarter(RateLimit(lambda: limit), self.book)

    def __call__(self, key: str | None, path: str = "/write", q: str = "a", **how: Any) -> int:
        request: Any = SimpleNamespace(method="POST", url=SimpleNamespace(path=path), client=None)
        start = how.get("start", self.begin)
        return StartRequest(self.work, request, key).once(
            Body(q=q), start=start, again=lambda begun: begun.operation_id or 0
        )

    def begin(self, request: IdempotentRequest | None) -> int:
        self.begun += 1
        if request is not None:
            self.book.noted[request.key] = request, StartedRequest(operation_id=self.begun, job_id=None, answer={})
        return self.begun


def bodies(kind: type[BaseModel] = context.Body) -> Iterator[type[BaseModel]]:
    for each in kind.__subclasses__():
        yield each
        yield from bodies(each)


def test_equal_ids_in_any_list_of_a_request_count_once() -> None:
    assert app._routes()
    lists = [
        (kind, name)
        for kind in bodies()
        for name, field in kind.model_fields.items()
        if name.endswith(("_ids", "_hashes", "with_newer")) and not kind.__name__.endswith("ByAddress")
    ]
    assert len(lists) > 8
    for kind, name in lists:
        values = ["b", "a", "b"] if name.endswith("_hashes") else [3, 1, 3]
        found = kind.__pydantic_validator__.validate_assignment(kind.model_construct(), name, values)
        assert getattr(found, name) == values[:2], (kind, name)


def test_request_without_key_is_never_repeated() -> None:
    place = Place()
    assert [place(None), place(None), place("")] == [1, 2, 3]


def test_concurrent_repeat_waits_for_first() -> None:
    place, begun, go_on = Place(), threading.Event(), threading.Event()
    answers: list[int] = []

    def slowly(request: IdempotentRequest | None) -> int:
        begun.set()
        assert go_on.wait(30)
        return place.begin(request)

    threads = [threading.Thread(target=lambda: answers.append(place("key", start=slowly))) for _ in range(5)]
    for thread in threads:
        thread.start()
    assert begun.wait(30)
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert (place.begun, answers) == (1, [1] * 5)
    assert place("other") == 2


@pytest.mark.parametrize("other", [{"q": "b"}, {"path": "/rollback"}])
def test_request_digest_covers_whole_request(other: dict[str, str]) -> None:
    place = Place()
    place("key")
    with pytest.raises(AssertionError, match="another request"):
        place("key", **other)


def test_failed_request_can_repeat_with_its_key() -> None:
    place = Place()

    def fail(_: IdempotentRequest | None) -> int:
        raise ProblemAnswer(422, "nothing_to_write", "There is nothing.")

    with pytest.raises(ProblemAnswer):
        place("key", start=fail)
    assert place("key") == 1


def test_repeated_request_starts_nothing() -> None:
    place = Place(limit=1)
    assert [place("key") for _ in range(5)] == [1] * 5
    with pytest.raises(ProblemAnswer) as refused:
        place("other")
    assert refused.value.code == "too_many"
