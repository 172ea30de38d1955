"""
Verification: proof that a write changed what was planned and nothing else.

Evidence is gathered before and after the write and compared, in two halves that know nothing of each other. *Structure,
by bytes*: the family's census of everything outside the edited fields, the payload's length and samples of its bytes.
*Meaning*, by FFmpeg's libraries, never by a parser of ours: what players will see. Each half alone catches the damage
that matters; a mistake in one of our parsers cannot vouch for itself.

A comparison ends in a proof, which is stored with the item, or in a `VerificationError` that names the check.
"""

from __future__ import annotations

from indexium_core.files.verify.checks import compare, expect
from indexium_core.files.verify.evidence import Evidence, gather

__all__ = ["Evidence", "compare", "expect", "gather"]
