"""Arguments of public methods: a value of another type is one sentence with the argument and the remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

import numpy as np
import pytest

from indexium_core import errors
from indexium_core.model.checked_calls import checked_arguments

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Shelf:
    name: str


class Filters(TypedDict, total=False):
    colour: str | Sequence[str]
    lent: bool | None


@checked_arguments
class Books:
    def get(self, book_id: int, *, page: int | None = None) -> Any:
        return book_id, page

    def rate(self, rating: float, kind: Literal["old", "new"] = "old") -> Any:
        return rating, kind

    def move(self, book_ids: Sequence[int], shelf: Shelf | None = None) -> Any:
        return book_ids, shelf

    def set(self, values: Mapping[str, Any]) -> Any:
        return values

    def table(self, book_id: int) -> pd.DataFrame:
        return book_id  # type: ignore[return-value]

    def list(self, words: str = "", **filters: Unpack[Filters]) -> Any:
        return words, filters


BOOKS = Books()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: BOOKS.get("abc"), "book_id is a whole number, not “abc”."),
        (lambda: BOOKS.get("3"), "book_id is a whole number, not “3”. Write 3 without quotation marks."),
        (lambda: BOOKS.get(None), "book_id is a whole number, not None."),
        (lambda: BOOKS.get(True), "book_id is a whole number, not True."),
        (lambda: BOOKS.get(2**63), "book_id is a whole number, not a number with too many digits."),
        (lambda: BOOKS.get(3, page="x"), "page is a whole number or None, not “x”."),
        (
            BOOKS.get,
            "This call does not have the form get(book_id, page): missing a required argument: 'book_id'.",
        ),
        (lambda: BOOKS.get(book=3), "get has no argument “book”. Choose from: book_id, page."),
        (lambda: BOOKS.rate(float("nan")), "rating is a number, not nan."),
        (lambda: BOOKS.rate(10**400), "rating is a number, not a number with too many digits."),
        (lambda: BOOKS.rate(3, "used"), "kind is one of old, new, not “used”."),
        (lambda: BOOKS.move(31), "book_ids is a list of whole numbers, not 31. Write [31]."),
        (lambda: BOOKS.move("abc"), "book_ids is a list of whole numbers, not “abc”."),
        (lambda: BOOKS.move(np.array(3)), "book_ids is a list of whole numbers, not a value of the type ndarray."),
        (lambda: BOOKS.move([3, "x"]), "book_ids is a list of whole numbers, but it has “x”."),
        (lambda: BOOKS.move({3: 4}), "book_ids is a list of whole numbers, not a value of the type dict."),
        (lambda: BOOKS.move([3], "top"), "shelf is a value of the class Shelf or None, not “top”."),
        (lambda: BOOKS.set("title"), "values is a dictionary with names and values, not “title”."),
        (lambda: BOOKS.set({3: "x"}), "values is a dictionary with names and values, but it has 3."),
        (lambda: BOOKS.table("x"), "book_id is a whole number, not “x”."),
        (lambda: BOOKS.list(3), 'words is a text, not 3. Write "3".'),
        (lambda: BOOKS.list("\ud800"), "words is a text, not a text with a character that is not valid."),
        (lambda: BOOKS.list(colour=[None]), "colour is a text or a list of texts, but it has None."),
        (lambda: BOOKS.list(lent="yes"), "lent is True or False or None, not “yes”."),
        (lambda: BOOKS.list(size=3), "list has no argument “size”. Choose from: words, colour, lent."),
    ],
)
def test_a_wrong_argument_is_named_with_its_remedy(call: Any, sentence: str) -> None:
    with pytest.raises(errors.UsageError) as raised:
        call()

    assert raised.value.message == sentence


def test_right_arguments_arrive_in_the_types_of_python() -> None:
    assert BOOKS.get(np.int64(3), page=None) == (3, None)
    assert type(BOOKS.get(np.int64(3))[0]) is int
    assert BOOKS.rate(np.float32(2.5), "new") == (2.5, "new")
    assert BOOKS.move(np.array([1, 2]), Shelf("top")) == ([1, 2], Shelf("top"))
    assert BOOKS.move({1: "x"}.keys()) == ([1], None)
    assert BOOKS.set({"a": object}) == {"a": object}
    assert BOOKS.list("a", colour="red", lent=None) == ("a", {"colour": "red", "lent": None})
