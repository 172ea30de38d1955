"""
Which tests reach a place? Copies of the project have this module while `start.py mutants` records.

Processes that a test starts inherit the name of the test from pytest, and so note it as well.
"""

from __future__ import annotations

import os

FILE_OF_TESTS = "PLACES_REACHED"  # the variable with its path; tests delete those of Indexium
_noted: set[tuple[int, str]] = set()


def reached(number: int) -> bool:
    """Note a place for the running test, once; return False, so that `reached(1) or value` is the value."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
    if test and FILE_OF_TESTS in os.environ and (number, test) not in _noted:
        _noted.add((number, test))
        with open(
            os.environ[FILE_OF_TESTS], "a", encoding="utf-8"
        ) as file:  # a line is one write, which no other one splits
            file.write(f"{number}\t{test}\n")
    return False
