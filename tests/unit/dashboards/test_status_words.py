"""The states of operations and files as the pages show them."""

from __future__ import annotations

from dashboards import status_words


def test_item_in_use_is_not_failure() -> None:
    assert status_words.item_status("failed", "in_use") == ("in use, will retry", "blocked")
    assert status_words.item_status("success") == ("written", "safe")
    assert status_words.item_status("something new") == ("something new", "note")
    assert status_words.item_status("pending") == ("waiting", "blocked")
    assert status_words.item_status("pending", ended=True) == ("not started", "blocked")
    assert status_words.item_status("pending", "undone", ended=True) == ("undone", "blocked")
