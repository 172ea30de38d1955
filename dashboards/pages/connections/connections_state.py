"""The state of the page of connections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import param

from dashboards.state import AddressedState


class ConnectionsState(AddressedState):
    """The sender in detail, and the list of its events."""

    sender = param.String(default="", regex=r"^[a-z0-9-]{0,40}$", doc="Name of the sender in detail; '' for none.")
    events = param.Boolean(default=False, doc="Whether the list of its events is open.")
    number = param.Integer(default=1, bounds=(1, None), doc="Page of that list, from 1.")

    _address: ClassVar[Mapping[str, str]] = {"sender": "sender", "events": "events", "number": "page"}
