"""Filters become a search of the one grammar."""

from __future__ import annotations

from typing import Any

import pytest

from indexium_core import errors
from indexium_core.model.query import compile_query
from indexium_core.model.query.filters import FILTERS, with_filters
from tests.support.cases import each_case


@each_case(
    ("query", "filters", "found"),
    [
        ("", {}, ""),
        ("sea", {}, "sea"),
        ("", {"risk_level": "danger"}, "risk:danger"),
        ("", {"risk_level": ["danger", "safe"]}, "risk:danger,safe"),
        ("sea", {"file_ext": "mp4", "edited": True}, "(sea ext:mp4) edited:yes"),
        ("a OR b", {"category": "add"}, "(a OR b) category:add"),
        ("", {"person": ["Ann Lee"]}, 'person:"Ann Lee"'),
        ("", {"search": 'the "old" house'}, '"the ""old"" house"'),
        ("", {"min_tags": 2, "max_tags": 3}, "(tags:>=2) tags:<=3"),
        ("", {"postponed": False}, "postponed:no"),
        ("", {"library": "films", "folder": "2019", "issue": "custom_comment", "container": "mp4"}, None),
    ],
)
def test_filter_becomes_search_term(query: str, filters: dict[str, Any], found: str | None) -> None:
    said = with_filters(query, filters)
    assert found is None or said == found
    compile_query(said)


@each_case(
    "filters",
    [
        {"nothing": 1},
        {"risk_level": 3},
        {"risk_level": []},
        {"risk_level": [" "]},
        {"risk_level": "dangerous"},
        {"edited": "yes"},
        {"min_tags": -1},
        {"min_tags": True},
        {"min_tags": 1.5},
        {"search": ""},
        {"person": None},
    ],
)
def test_invalid_filter_is_refused(filters: dict[str, Any]) -> None:
    with pytest.raises(errors.UsageError):
        with_filters("", filters)


def test_unknown_filter_lists_filters() -> None:
    with pytest.raises(errors.UsageError, match=", ".join(FILTERS)):
        with_filters("", {"risk": "danger"})
