"""
Digests that only this program compares: BLAKE3, 16 bytes.

They serve the census, the state of a file and the comparison of whole files. BLAKE3 is several times faster than
BLAKE2b. The identity of media (`fingerprint`) and the records of the journal stay BLAKE2b.
"""

from __future__ import annotations

from blake3 import blake3

LENGTH = 16  # bytes of a digest


def hex_digest(*parts: bytes | memoryview) -> str:
    """Return the digest of the concatenated parts, in hex."""
    state = blake3()
    for part in parts:
        state.update(part)
    return state.hexdigest(LENGTH)
