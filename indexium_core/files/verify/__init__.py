"""
Verification: proof that a write changed what was planned and nothing else.

Evidence is gathered before and after the write and compared, in two halves that know nothing of each other. *Structure,
by bytes*: the family's census of everything outside the edited fields, the payload's length and samples of its bytes.
*Meaning*, by FFmpeg's libraries, never by a parser of ours: what players will see. Each half alone catches the damage
that matters; a mistake in one of our parsers cannot vouch for itself.

A file that FFmpeg has made anew has other bytes in other places: there the packets of every stream are compared instead
of the payload (`REWRITTEN`), also where our own edit gives parts of the media other numbers (`RENUMBERED`). Where old
bytes came back, fields say again what they said (`RESTORED`).

A comparison ends in a proof, which is stored with the item, or in a `VerificationError` that names the check.
"""

from __future__ import annotations

from indexium_core.files.verify.checks import CHECKS, RESTORED, Check, compare, expect
from indexium_core.files.verify.evidence import Evidence, gather
from indexium_core.files.verify.rewritten import RENUMBERED, REWRITTEN

__all__ = ["CHECKS", "RENUMBERED", "RESTORED", "REWRITTEN", "Check", "Evidence", "compare", "expect", "gather"]
