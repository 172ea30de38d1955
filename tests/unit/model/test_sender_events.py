"""What the events of senders say: `corpus/sender_events.json` was written without knowledge of the rules."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core import errors
from indexium_core.model.connections.sender_events import SenderEvent, read_event
from indexium_core.model.connections.webhooks import SENDER_KINDS

CORPUS = json.loads((Path(__file__).parents[2] / "corpus" / "sender_events.json").read_text(encoding="utf-8"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("eventType", "movie", "series", "movieFile", "episodeFile", "episodeFiles", "deletedFiles", "isUpgrade")
TYPES = ("Download", "Rename", "MovieDelete", "MovieFileDelete", "SeriesDelete", "EpisodeFileDelete", "Test")


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: f"{case['kind']}: {case['about'][:80]}")
def test_event_is_read_as_its_sender_means_it(case: dict[str, Any]) -> None:
    expected = case["expected"]
    if expected["effect"] == "error":
        with pytest.raises(errors.UsageError) as caught:
            read_event(case["kind"], case["body"])
        assert caught.value.message.endswith(".")
        return
    found = read_event(case["kind"], case["body"])
    assert {name: getattr(found, name) for name in expected} == expected
    assert found.reason.endswith(".") or found.effect == "scan"


@given(st.sampled_from(SENDER_KINDS), st.dictionaries(st.sampled_from(FIELDS), JSON), st.sampled_from(TYPES))
def test_wrong_types_are_one_sentence_at_most(kind: Any, body: dict[str, Any], event_type: str) -> None:
    sent = body if "eventType" in body else {**body, "eventType": event_type}
    with contextlib.suppress(errors.UsageError):
        found = read_event(kind, sent)
        assert isinstance(found, SenderEvent)
        assert all(isinstance(path, str) and path for path in found.paths)
