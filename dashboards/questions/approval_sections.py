"""What the question before a write, a publication or a rollback says if another person has to approve the work."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from indexium_core.library import Library
from indexium_core.model.approval import waiting_sentence


def sections(reasons: Sequence[str]) -> list[dict[str, Any]]:
    """Return the section that says why the work waits; none if it starts at once."""
    return [{"kind": "why", "level": "warning", "text": waiting_sentence(reasons)}] if reasons else []


def action(reasons: Sequence[str], words: str) -> str:
    """Return the text of the button that confirms: `Write 3 files`, or `Propose to write 3 files` if the work waits."""
    return f"Propose to {words[:1].lower()}{words[1:]}" if reasons else words


def verb(reasons: Sequence[str], otherwise: str) -> str:
    """Return what a person types before dangerous work: `write`, or `propose` if the work waits."""
    return "propose" if reasons else otherwise


def as_shown(library: Library, reasons: Sequence[str]) -> contextlib.AbstractContextManager[None]:
    """Return the block for the start of the work: what the question called a proposal stays one."""
    return library.approvals.only_proposing() if reasons else contextlib.nullcontext()
