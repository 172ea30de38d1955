"""
Passwords as Argon2id hashes.

The costs are those of the OWASP cheat sheet for password storage (46 MiB, one pass): 0.1 s of one core. Few passwords
are compared at the same time, so that many attempts cannot fill the memory.
"""

from __future__ import annotations

import functools
import threading

import argon2

_AT_ONCE = 2
_hasher = argon2.PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)
_turns = threading.BoundedSemaphore(_AT_ONCE)


def hashed(password: str) -> str:
    """Return the hash of a password."""
    with _turns:
        return _hasher.hash(password.encode("utf-8", "surrogatepass"))


def is_right(password: str, password_hash: str | None) -> bool:
    """Return whether a password has a hash. Without a hash, the answer takes the same time, and is False."""
    with _turns:
        try:
            _hasher.verify(password_hash or _of_nobody(), password.encode("utf-8", "surrogatepass"))
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False
    return password_hash is not None


@functools.cache
def _of_nobody() -> str:
    return _hasher.hash(b"")
