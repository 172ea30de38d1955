"""What an edit of many files can change: fields with rules for their values, and media properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from indexium_core.model.fields.field import Field, FieldType
from indexium_core.model.fields.rules import FACTS, MORE_ABOUT_RULES, suggestions
from indexium_core.model.fields.table import editable_fields
from indexium_core.model.files.properties import FIELDS, LABELS, ON_REQUEST

SUGGESTED = 24  # maximum number of rules, or of allowed values, that are offered for a field
_EXAMPLES: Mapping[FieldType, str] = {
    "text": "{name}",
    "integer": "1",
    "rating": "5",
    "date": "{date_in_name}",
    "datetime": "2019-07-31 18:30",
    "list": "sea; summer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedRule:
    """A value, or a rule that makes one, which is often wanted."""

    label: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditableField:
    """A field that can be set."""

    key: str
    title: str
    about: str
    example: str  # a value, or a rule that makes one
    rules: list[OfferedRule]

    @classmethod
    def of(cls, field: Field) -> EditableField:
        """Return what a person has to know to set a field."""
        rules = [OfferedRule(label=label, rule=rule) for label, rule in suggestions(field)[:SUGGESTED]]
        return cls(key=field.key, title=field.title, about=field.about, example=_EXAMPLES[field.type], rules=rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePlaceholder:
    """A fact about a file that a rule may have in braces."""

    name: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditableProperty:
    """A media property that can be locked."""

    key: str
    label: str
    is_on_request: bool  # a rescan reads it on request only


@dataclass(frozen=True, slots=True, kw_only=True)
class EditChoices:
    """All that an edit of many files can change, in its usual order."""

    fields: list[EditableField]
    placeholders: list[RulePlaceholder]
    more_about_rules: str
    properties: list[EditableProperty]

    @classmethod
    def now(cls) -> EditChoices:
        """Return the choices, with the fields that the user has defined."""
        return cls(
            fields=[EditableField.of(each) for each in editable_fields()],
            placeholders=[RulePlaceholder(name=name, about=about) for name, about in FACTS.items()],
            more_about_rules=MORE_ABOUT_RULES,
            properties=[
                EditableProperty(key=key, label=LABELS[key], is_on_request=key in ON_REQUEST) for key in FIELDS
            ],
        )
