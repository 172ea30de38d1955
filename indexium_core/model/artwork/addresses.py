"""The addresses from which images may be downloaded."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from indexium_core.model.providers.registry import PROVIDERS

_PORTS = {"http": 80, "https": 443}
_MAX_LENGTH = 2000


def refusal(url: str, configured: Iterable[str]) -> str:
    """
    Return why an image is not downloaded from an address, as a clause; "" if it may be.

    A host of a provider must be asked by HTTPS. The origin (scheme, host and port) of a configured address may be
    asked as it is: a proxy may be on this machine.

    Args:
        url: Address of the image.
        configured: Base addresses of the settings.

    """
    parts = _split(url)
    if parts is None:
        return "its address is not valid"
    origin = _origin(parts)
    if any(origin == _origin(known) for each in configured if (known := _split(each)) is not None):
        return ""
    if not any(parts.hostname in each.image_hosts for each in PROVIDERS.values()):
        return f"its host {parts.hostname} belongs to no provider"
    if origin != ("https", parts.hostname, 443):
        return "its address is not an HTTPS address"
    return ""


def secure_address(url: str, configured: str) -> str:
    """
    Return the address of a picture with HTTPS; "" if it is no address.

    An address with the origin of `configured`, the address of its provider in the settings, stays as it is: a proxy on
    this machine may have no HTTPS.
    """
    parts, known = _split(url), _split(configured)
    if parts is None:
        return ""
    if known is not None and _origin(parts) == _origin(known):
        return url
    return f"https://{url.partition('://')[2]}"


def _split(url: str) -> SplitResult | None:
    """Return the parts of an address; None if it is not valid, or has a user name."""
    if len(url) > _MAX_LENGTH or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        is_valid = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_valid and "@" not in parts.netloc else None


def _origin(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]
