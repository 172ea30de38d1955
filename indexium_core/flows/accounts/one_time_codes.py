"""
Codes that count once: those of an app (TOTP, RFC 6238), and recovery codes.

An app computes a code of six digits from the secret and the time, in steps of 30 seconds. The clock of the device may
be one step off.
"""

from __future__ import annotations

import base64
import io
import re
import secrets
from datetime import datetime

import pyotp

from indexium_core.model.accounts.tokens import secret_hash

_SECONDS = 30
_CLOCK_ERROR = 1  # steps
_IS_CODE = re.compile(r"[0-9]{6}", re.ASCII)
_BYTES, _GROUP = 10, 4  # of a recovery code: 80 random bits, in groups of four characters
RECOVERY_CODES = 10
ISSUER = "Indexium"


def new_secret() -> str:
    """Return a new secret: 160 random bits in base32."""
    return pyotp.random_base32()


def uri(secret: str, name: str) -> str:
    """Return the address that brings the secret of a person into an app."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def qr(address: str) -> str:
    """Return an address as a QR code: an SVG, black on white, with its margin."""
    import segno

    drawn = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(drawn, kind="svg", scale=4, border=4, dark="#000", light="#fff", xmldecl=False, omitsize=True)
    return drawn.getvalue().decode()


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the step of a code of an app, as it may be now; None for a wrong one."""
    digits = "".join(code.split())
    if not _IS_CODE.fullmatch(digits):
        return None
    totp, present = pyotp.TOTP(secret), int(now.timestamp()) // _SECONDS
    steps = range(present - _CLOCK_ERROR, present + _CLOCK_ERROR + 1)
    found = [step for step in steps if secrets.compare_digest(totp.generate_otp(step), digits)]
    return found[-1] if found else None


def new_recovery_codes() -> list[str]:
    """Return new recovery codes, as people write them down."""
    return [_grouped(base64.b32encode(secrets.token_bytes(_BYTES)).decode()) for _ in range(RECOVERY_CODES)]


def _grouped(text: str) -> str:
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP)).lower()


def recovery_hash(code: str) -> str:
    """Return the hash of a recovery code, in any case, with or without its dashes."""
    plain = "".join(each for each in code.lower() if each.isalnum())
    return secret_hash(plain)
