"""The state of the page of requests in one session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import param

from dashboards.state import AddressedState
from indexium_core.model.approval import APPROVAL_STATES


class RequestsState(AddressedState):
    """The filter of the requests, and the request in detail."""

    shown = param.Selector(default="", objects=["", *APPROVAL_STATES], doc="State that is listed; '' for all.")
    number = param.Integer(default=1, bounds=(1, None), doc="Page of the list, from 1.")
    request_id = param.Integer(default=None, allow_None=True, doc="The request in detail; None for none.")
    files = param.Integer(default=1, bounds=(1, None), doc="Page of its files, from 1.")

    _address: ClassVar[Mapping[str, str]] = {
        "shown": "show",
        "number": "page",
        "request_id": "request",
        "files": "files",
    }
