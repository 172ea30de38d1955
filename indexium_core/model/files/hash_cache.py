"""The hash cache: known hashes of unchanged files, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownHash:
    """The hash of an unchanged file."""

    file_hash: str  # x1: a sample of the media, f1: all of it
    seconds: float  # how long the hash took; 0: not known
    media_digest: str | None = None  # of the same media; None: not known; "": it has none


@dataclass(slots=True, kw_only=True)
class CacheUse:
    """How much a scan used the hash cache."""

    hits: int = 0  # files whose hash was known
    misses: int = 0  # files that were hashed
    hashed_bytes: int = 0
    seconds_saved: float = 0.0  # how long the hashes of the hits took when they were made; unknown times count as 0

    @property
    def rate(self) -> float:
        """The share of hits, from 0 to 1."""
        return self.hits / (self.hits + self.misses) if self.hits + self.misses else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HashCacheStats:
    """The content of the hash cache."""

    entries: int
    sampled: int  # hashes of a sample of the media
    full: int  # hashes of all of the media
    stale: int  # entries without a known file; `clean` deletes them
    verified: int  # entries that were verified at least once
    differing: int  # entries whose file had other media at its last verification
    in_memory: int
    last_scan: CacheUse | None = None  # None: no scan has ended


@dataclass(slots=True, kw_only=True)
class VerificationReport:
    """The result of a verification. `processed` is the sum of the counts below it."""

    total: int = 0  # files with a known hash
    processed: int = 0
    intact: int = 0
    differing: int = 0  # silent corruption: same size and modification time, other media
    changed: int = 0  # changed since the last scan, so there is no known hash
    skipped: int = 0  # files of offline folders, and files that vanished meanwhile
    failed: int = 0  # files that could not be read
    without_hash: int = 0  # files of the search that have no known hash, so they are not in `total`
    hashed_bytes: int = 0
    seconds: float = 0.0
    cancelled: bool = False
