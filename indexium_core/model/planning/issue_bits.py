"""The bits of the kinds of issues in the rows of the plan."""

from __future__ import annotations

from indexium_core.model.planning import risk

ISSUE_CODES = tuple(code for code, _ in risk.BITS)  # by bit; the macro `issue_codes` of the schema has the same list


def _issue_parameters() -> dict[str, int]:
    """Return the parameters of `compute` in plan_compute.sql: the mask of each kind of issue and of each severity."""
    masks: dict[str, int] = {}
    for bit, (code, severity) in enumerate(risk.BITS):
        name = f"{code}_{severity}" if (code, severity) in risk.VARIANT_KINDS else code
        masks[name] = 1 << bit
        masks[f"{severity}_bits"] = masks.get(f"{severity}_bits", 0) | 1 << bit
    return masks


ISSUE_PARAMETERS = _issue_parameters()
