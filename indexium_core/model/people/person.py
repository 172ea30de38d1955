"""Values about persons: how a person is shown, and the result of a change of persons."""

from __future__ import annotations

from dataclasses import dataclass

from indexium_core import errors
from indexium_core.model.people import people_comment

__all__ = ["PersonChange", "checked_qualifier", "label"]

_MAX_QUALIFIER_LENGTH = 100  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChange:
    """The result of a change of persons, or its preview."""

    text: str  # the effect, as a sentence; "" if nothing changes
    files: int = 0  # files whose people or comments the change concerns
    comments: int = 0  # files whose comment the next write corrects
    step_id: int | None = None  # the review step that undo reverts; None: a preview, or nothing changed


def label(name: str, qualifier: str) -> str:
    """Return `Ann Lee (aunt)`, or the name alone if there is no qualifier."""
    return f"{name} ({qualifier})" if qualifier else name


def checked_qualifier(text: str) -> str:
    """
    Return a cleaned qualifier; "" for none.

    Raises:
        ValidationError: It is too long, or has a character that a name may not have.

    """
    cleaned = people_comment.clean_name(text)
    if not cleaned:
        return ""
    if len(cleaned) > _MAX_QUALIFIER_LENGTH:
        message = f"The qualifier has {len(cleaned)} characters; at most {_MAX_QUALIFIER_LENGTH} are allowed."
        raise errors.ValidationError(message, code="invalid_person_name")
    return people_comment.validate_name(cleaned)
