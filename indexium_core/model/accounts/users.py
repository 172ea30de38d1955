"""The people who sign in, and their sessions."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from indexium_core import errors
from indexium_core.model import wording
from indexium_core.model.accounts.permissions import (
    PERMISSION_WORDS,
    PERMISSIONS,
    WITHOUT_TOKENS,
    Grants,
    Role,
    UserPermission,
    permissions_of,
)
from indexium_core.model.shapes import Shaped

# The first name that occurs counts: Edge also calls itself Chrome, and Chrome calls itself Safari.
_BROWSERS = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("HeadlessChrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_LONGEST = 40  # characters of a name that is not known
_LONGEST_NAME = 60  # characters
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 1000  # characters


def browser_of(client: str) -> str:
    """Return the browser and its system, for example `Firefox on Linux`; the start of the text for another program."""
    browser = next((name for part, name in _BROWSERS if part in client), "")
    system = next((name for part, name in _SYSTEMS if part in client), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or client.partition("/")[0][:_LONGEST] or "a program without a name"


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Shaped):
    """A person who signs in. The password is not part of it."""

    shape = "id name role libraries enabled has_password has_second_factor created_at last_seen_at sessions"

    id: int
    name: str  # as the person spells it; unique without regard to case
    role: Role
    libraries: list[int] | None = None  # the folders that the person sees, by id; None: all
    enabled: bool = True
    has_password: bool = False
    has_second_factor: bool = False  # a sign-in needs a code of an app
    created_at: datetime
    last_seen_at: datetime | None = None
    sessions: int = 0  # that have not ended

    @property
    def added(self) -> str:
        """When the person was added, in words."""
        return wording.when(self.created_at)

    @property
    def seen(self) -> str:
        """When the person was last there, in words."""
        return wording.ago(self.last_seen_at) if self.last_seen_at else "never"

    @property
    def permissions(self) -> list[UserPermission]:
        """All permissions, with those that the person has by the role and the folders."""
        libraries = None if self.libraries is None else frozenset(self.libraries)
        granted = Grants.of(permissions_of(self.role), libraries).permissions
        return [
            UserPermission(
                name=each,
                text=PERMISSION_WORDS[each],
                is_granted=each in granted,
                for_tokens=each in granted - WITHOUT_TOKENS,
            )
            for each in PERMISSIONS
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSession(Shaped):
    """A browser in which a person has signed in."""

    shape = "id user_id user_name address client created_at last_seen_at ends_at"

    id: int
    user_id: int
    user_name: str
    address: str  # from which the person signed in
    client: str  # as the browser names itself
    created_at: datetime
    last_seen_at: datetime
    ends_at: datetime  # at the latest

    @property
    def browser(self) -> str:
        """The browser in short, see `browser_of`."""
        return browser_of(self.client)

    @property
    def since(self) -> str:
        """When the person signed in, in words."""
        return wording.when(self.created_at)

    @property
    def seen(self) -> str:
        """When the session was last used, in words."""
        return wording.ago(self.last_seen_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A new session and its token, which no later call returns."""

    session: UserSession
    token: str


def checked_user_name(text: str) -> str:
    """Return the name of a person, see `checked_name_of`."""
    return checked_name_of(text, missing="A person who signs in needs a name.")


def checked_name_of(text: str, *, missing: str) -> str:
    """
    Return a name of a person or a token with its spaces trimmed and collapsed.

    Raises UsageError if it is empty, with the sentence `missing`, too long, or not printable.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        raise errors.UsageError(missing)
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise errors.UsageError(
            f"The name “{name[:40]}” is not valid. Use at most {_LONGEST_NAME} printable characters."
        )
    return name


def name_key(name: str) -> str:
    """Return the form in which names are compared: without regard to case, and to spaces around and between words."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def checked_password(text: str) -> str:
    """Return a password; UsageError if it is too short or too long. The message has nothing of it."""
    if len(text) < SHORTEST_PASSWORD:
        raise errors.UsageError(f"The password is too short. Use at least {SHORTEST_PASSWORD} characters.")
    if len(text) > LONGEST_PASSWORD:
        raise errors.UsageError(f"The password is too long. Use at most {LONGEST_PASSWORD} characters.")
    return text
