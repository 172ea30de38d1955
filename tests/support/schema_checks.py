"""Checks of schemathesis for answers; `schemathesis` imports this module by its name."""

from __future__ import annotations

from typing import Any

import schemathesis

from tests.support.split_home import MARKS


@schemathesis.check
def nothing_hidden(ctx: Any, response: Any, case: Any) -> None:
    """Fail if an answer has a name of the hidden folder that the request does not have."""
    text, sent = response.content.decode("utf-8", "replace").lower(), repr(case).lower()
    for mark in MARKS:
        if mark in text and mark not in sent:
            place = text.index(mark)
            raise AssertionError(text[max(0, place - 200) : place + 200])


@schemathesis.check
def nothing_fails(ctx: Any, response: Any, case: Any) -> None:
    """Fail if the service failed; that no provider can be asked is an answer."""
    assert response.status_code < 500 or response.json()["code"] == "provider_off", response.text[:500]
