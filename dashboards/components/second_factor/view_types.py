"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing_extensions import TypedDict


class NewSecretView(TypedDict):
    secret: str  # In groups of four characters, for a person who types it
    uri: str
    picture: str  # The QR code, as the address of a picture


class SecondFactorView(TypedDict):
    is_on: bool
    state: str  # A sentence
    start: NewSecretView | None  # Not confirmed yet
    codes: list[str]  # New recovery codes, which are shown once
    problem: str  # Why the last code or password was refused
