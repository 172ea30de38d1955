"""A person with everything that their details show."""

from __future__ import annotations

from dataclasses import dataclass

from indexium_core.model.people.person import Companion, PersonCard, PersonFile
from indexium_core.model.planning.plan import RISK_LEVELS
from indexium_core.model.query.key_values import quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonProfile:
    """A person with companions, files, and the people that were merged into it."""

    card: PersonCard
    companions: list[Companion]  # those with most files in common
    files: list[PersonFile]  # the newest ones
    merged: list[str]  # labels of merged people, whose merge can be reverted
    has_shared_name: bool  # the name may also mean another person

    @property
    def plan_query(self) -> str:
        """A search that finds the files of the person in the plan, also the unchanged ones."""
        card = self.card
        name = f"person_id:{card.person_id}" if self.has_shared_name else f"person:{quoted(card.name, exact=True)}"
        return f"{name} risk:{','.join(RISK_LEVELS)}"
