"""Results that a page asks for by a token."""

from __future__ import annotations

import pytest

from indexium_core import errors
from indexium_core.model.result_cache import ResultCache


def test_result_cache_is_limited_and_reports_missing_result() -> None:
    cache = ResultCache()
    tokens = [cache.keep(number) for number in range(9)]

    assert cache.find(tokens[-1], int) == 8
    with pytest.raises(errors.UnknownIdError, match="removed from the cache"):
        cache.find(tokens[0], int)
    with pytest.raises(errors.UnknownIdError):
        cache.find(tokens[-1], str)
