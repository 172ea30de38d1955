"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing_extensions import TypedDict

from dashboards.components.second_factor.view_types import SecondFactorView
from dashboards.components.view_types import ChoiceView


class ProfileView(TypedDict):
    name: str
    role: str
    meaning: str  # What the role is for
    folders: list[str] | None  # Names of the folders that the person sees; None: all
    may: list[str]
    may_not: list[str]


class OwnPasswordView(TypedDict):
    name: str  # For the password manager of the browser
    problem: str
    saved: int  # How often it was changed


class OwnSessionView(TypedDict):
    id: int
    browser: str
    client: str  # As the browser names itself
    address: str
    seen: str
    since: str
    is_here: bool


class OwnSessionsView(TypedDict):
    rows: list[OwnSessionView]
    others: bool


class OwnTokenView(TypedDict):
    id: int
    name: str
    may: str
    facts: str
    has_ended: bool


class OwnTokensView(TypedDict):
    rows: list[OwnTokenView]
    may: list[ChoiceView]  # What a new token may get
    days: list[ChoiceView]
    problem: str
    added: int  # How many tokens this page has added
    secret: str  # The text of the new token; "": none
    new_name: str


class LinkedAccountView(TypedDict):
    subject: str
    issuer: str
    since: str


class LinkedView(TypedDict):
    provider: str  # "": OpenID Connect is off
    address: str  # To which the browser goes next; "": it stays
    rows: list[LinkedAccountView]


class OwnAccountView(TypedDict, total=False):
    error: str
    profile: ProfileView
    password: OwnPasswordView
    second_factor: SecondFactorView
    sessions: OwnSessionsView
    tokens: OwnTokensView
    linked: LinkedView
