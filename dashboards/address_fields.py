"""The fields of the address of a page."""

from __future__ import annotations

from urllib.parse import parse_qsl


def fields_of(search: str) -> dict[str, str]:
    """Return the fields of the query part of an address; no fields if there are too many."""
    try:
        return dict(parse_qsl(search.lstrip("?"), keep_blank_values=True, max_num_fields=40))
    except ValueError:
        return {}
