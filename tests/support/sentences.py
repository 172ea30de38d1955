"""Problems of a message as a reader sees it."""

from __future__ import annotations

import re

_CLAUSES = re.compile(r"[:;.]\s+")


def repeated(message: str) -> list[str]:
    """Return the repeated clauses of a message, and the whole sentences after a colon."""
    clauses = [clause.strip(" .").casefold() for clause in _CLAUSES.split(message) if clause.strip(" .")]
    twice = [clause for clause in dict.fromkeys(clauses) if clauses.count(clause) > 1]
    return twice + re.findall(r": (?:The|This|No|There|It|Its|Indexium) .*", message)
