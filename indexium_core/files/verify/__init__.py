"""
Verification: proof that a write made the planned changes and no others.

The program gathers evidence before and after the write and compares it in two independent halves. *Structure, by
bytes*: the census of everything outside the edited fields, by the reader of the file's family, and the payload's length
and samples of its bytes. *Meaning*, by FFmpeg's libraries (of a photo by Pillow) and never by our own parsers: the
values that players show. Each half alone detects important damage, so a mistake in one of our parsers is detected.

A file that FFmpeg has rewritten has other bytes at other offsets. For such a file, the packets of every stream are
compared instead of the payload (`REWRITTEN`); the same applies if our own edit renumbers parts of the media
(`RENUMBERED`). If old bytes were restored, fields must have their old values again (`RESTORED`).

A comparison ends in a proof, which is stored with the item, or in a `VerificationError` that names the difference.
"""

from __future__ import annotations

from indexium_core.files.verify.comparisons import COMPARISONS, RESTORED, Comparison, compare, expect
from indexium_core.files.verify.evidence import Evidence, gather
from indexium_core.files.verify.pictures import fields_of_packet
from indexium_core.files.verify.rewritten import RENUMBERED, REWRITTEN

__all__ = [
    "COMPARISONS",
    "RENUMBERED",
    "RESTORED",
    "REWRITTEN",
    "Comparison",
    "Evidence",
    "compare",
    "expect",
    "fields_of_packet",
    "gather",
]
