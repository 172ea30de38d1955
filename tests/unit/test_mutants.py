"""The faults of `start.py mutants`, and the tests that it chooses for them."""

from __future__ import annotations

import ast
import random

import pytest

from tests.mutants import __main__ as mutants
from tests.mutants.faults import faults, functions, probe

SOURCE = b'''
class Shelf:
    def find(self, names, limit=3):
        """Return the books."""
        logger.info("search", extra={"limit": 9})
        for name in names[:limit]:
            if name in self.books and name != "\xc3\xa9":
                return self.books.get(name, None)
        self.misses += 1
        raise KeyError("No such book is there.")

    def short(self):
        return self.books
'''


def test_only_functions_with_five_lines_get_faults() -> None:
    assert [each.name for each in functions(SOURCE)] == ["Shelf.find"]


def test_each_fault_is_one_change_that_python_can_parse() -> None:
    [function] = functions(SOURCE)
    made = faults(function, SOURCE)
    texts = {fault.applied(SOURCE).decode() for fault in made}

    assert len(texts) == len(made)
    assert all(ast.parse(text) for text in texts)
    assert {fault.kind for fault in made} == {
        *("argument", "and/or", "comparison", "condition", "constant", "exception", "result", "slice", "statement")
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("if name in", "if (not (name in"),
        ("name in self.books", "(name not in self.books)"),
        ("self.books and name", "self.books or name"),
        ('"\xe9"', "'\xe9_'"),
        ("names[:limit]", "names[:limit + 1]"),
        ("self.books.get(name, None)", "self.books.get(name)"),
        ("return self.books.get(name, None)", "return None"),
        ("self.misses += 1", "pass"),
        ("self.misses += 1", "self.misses += 2"),
        ("raise KeyError", "raise RuntimeError"),
    ],
)
def test_fault_changes_what_the_code_does(old: str, new: str) -> None:
    [function] = functions(SOURCE)
    texts = [fault.applied(SOURCE).decode() for fault in faults(function, SOURCE)]
    assert any(new in text and old not in text for text in texts) or (old in new and any(new in each for each in texts))


def test_texts_for_people_and_logs_stay() -> None:
    [function] = functions(SOURCE)
    for fault in faults(function, SOURCE):
        text = fault.applied(SOURCE).decode()
        assert '"No such book is there."' in text or "pass" in text
        assert 'logger.info("search", extra={"limit": 9})' in text


def test_no_fault_is_equal_to_the_code() -> None:
    source = b"def names(book):\n    if book:\n        return [book]\n\n\n    return []\n"
    [function] = functions(source)
    assert all(fault.applied(source) != source for fault in faults(function, source))


def test_probe_stands_at_the_place_of_each_fault_and_changes_nothing() -> None:
    [function] = functions(SOURCE)
    for fault in faults(function, SOURCE):
        made = probe(function, fault, SOURCE, 7).decode()
        assert ast.parse(made)
        assert made.count(".reached(7)") == 1


def test_probe_of_a_pattern_stands_at_the_begin_of_the_function() -> None:
    lines = ["def size(name):", "    match name:", "        case 'book':", "            return 1", "        case _:"]
    source = "\n".join([*lines, "            return 2"]).encode()
    [function] = functions(source)
    [fault] = [each for each in faults(function, source) if each.text == "'book_'"]
    made = probe(function, fault, source, 7).decode()

    assert made.splitlines()[1].strip().startswith("__import__")
    assert made.splitlines()[2:] == source.decode().splitlines()[1:]


def test_same_seed_draws_same_faults() -> None:
    found = [("indexium_core/store/shelf.py", SOURCE, each) for each in functions(SOURCE)]
    first, again = (mutants.drawn(found, 5, random.Random(7)) for _ in range(2))
    assert [each.fault for each in first] == [each.fault for each in again]
    assert len(first) == 1


def test_tests_of_a_function_are_those_that_name_it() -> None:
    [path, function] = next(
        (path, each)
        for path, _, each in mutants.candidates(["indexium_core/model/planning/risk.py"], None)
        if each.name == "_filled"
    )
    assert "tests/unit/model/test_risk_table.py" in mutants.likely_files(path, function, ["unit"])


def test_failed_test_is_found_if_its_name_has_spaces() -> None:
    tests = ["tests/test_a.py::test_b[one]", "tests/test_a.py::test_b[one two]", "tests/test_a.py::test_b"]
    printed = "tests/test_a.py F\nFAILED tests/test_a.py::test_b[one two] - assert 1 == 2\n1 failed in 0.1s"

    assert mutants._failed(printed, tests) == [tests[1]]
    assert mutants._failed("FAILED tests/test_a.py::test_b", tests) == [tests[2]]
    assert mutants._failed("INTERNALERROR> MemoryError", tests) == []
