"""What the question before a write, a publication or a rollback says if another person has to approve the work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from indexium_core.model.approvals.approval import KIND_WORDS, ApprovalKind
from indexium_core.model.approvals.rule import waiting_sentence


def sections(reasons: Sequence[str]) -> list[dict[str, Any]]:
    """Return the section that says why the work waits; none if it starts at once."""
    return [{"kind": "why", "level": "warning", "text": waiting_sentence(reasons)}] if reasons else []


def action(reasons: Sequence[str], kind: ApprovalKind, items: str, otherwise: str) -> str:
    """Return the text of the button that confirms: what waits is proposed; `items`: the number in words."""
    return f"Propose the {KIND_WORDS[kind]} of {items}" if reasons else otherwise
