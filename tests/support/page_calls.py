"""The calls of the scripts of a page, without a server."""

from __future__ import annotations

from dashboards.face import Calls
from dashboards.shared import Shared
from indexium_core.library import Library


def calls_of(library: Library, *, local: bool = True) -> Calls:
    """Return what answers the calls of the pages of a library; `local`: they are on this computer."""
    return Calls(library, Shared(library).present_reads, local=local)
