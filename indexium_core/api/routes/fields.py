"""Routes of custom fields: the definitions of a home."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from indexium_core.api.answers import Json
from indexium_core.api.context import Body, Open, Text
from indexium_core.model.fields.custom import CustomField

router = APIRouter(prefix="/api/fields", tags=["fields"])
Key = Annotated[str, Path(max_length=100, description="Key of a custom field.")]
Type = Literal["text", "integer", "date", "datetime", "list"]
Choices = Annotated[list[Text], Field(max_length=1000)]


class FieldList(BaseModel):
    """The custom fields in the order of their creation."""

    items: list[CustomField]
    total: int


class FieldDefinition(Body):
    """Parts of a definition; a part that is missing stays, and an empty text restores its default."""

    type: Type | None = None
    title: Text | None = None
    about: Text | None = None
    choices: Choices | None = None
    lowest: int | None = None
    highest: int | None = None
    multiline: bool | None = None


class NewField(FieldDefinition):
    """A definition; an empty `key` follows from the title."""

    key: Text = ""
    tag: Annotated[Text, Field(description="Name in Matroska, Ogg, ASF and FLV.")] = ""
    mp4: Annotated[Text, Field(description="Name in MP4 and MOV.")] = ""
    xmp: Annotated[Text, Field(description="XMP property, as prefix:name.")] = ""
    namespace: Annotated[Text, Field(description="Namespace of the prefix.")] = ""


@router.get("", response_model=FieldList)
def fields(library: Open) -> Json:
    """Return the custom fields."""
    found = library.fields.list()
    return Json({"items": found, "total": len(found)})


@router.post("", status_code=201, response_model=CustomField)
def define(library: Open, body: NewField) -> Json:
    """Define a custom field; the next scan reads its values from all files."""
    parts = body.model_dump(exclude={"key"}, exclude_none=True)
    found = library.fields.define(body.key, **parts)
    return Json(found, 201, {"Location": f"/api/fields/{found.key}"})


@router.put("/{key}", response_model=CustomField)
def change(library: Open, key: Key, body: FieldDefinition) -> Json:
    """Change parts of a definition. Values in files and names in files stay."""
    return Json(library.fields.change(key, **body.model_dump(exclude_none=True)))


@router.delete("/{key}", response_model=CustomField)
def remove(library: Open, key: Key) -> Json:
    """Remove a definition and return it. Its values in files stay."""
    return Json(library.fields.remove(key))
