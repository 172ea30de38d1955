"""The second factor of a sign-in: a code of an app on another device, or a recovery code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from indexium_core.model.shapes import Shaped


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorStart(Shaped):
    """A new secret for an app. It has a code each 30 seconds; the first one switches the second factor on."""

    shape = "secret uri qr"

    secret: str  # base32, for an app without a camera
    uri: str  # otpauth://…
    qr: str  # the address as a QR code: an SVG

    def __repr__(self) -> str:
        return "SecondFactorStart()"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorState(Shaped):
    """Whether a sign-in of the present person needs a code."""

    shape = "is_on recovery_codes"

    is_on: bool
    recovery_codes: int  # that are left


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondStep:
    """The password was right, and a code is needed. The token is for this step only, and starts no session itself."""

    token: str
    ends_at: datetime

    def __repr__(self) -> str:
        return f"SecondStep(ends_at={self.ends_at:%H:%M:%S})"
