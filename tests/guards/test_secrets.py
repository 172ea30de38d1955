"""No file of the repository has a secret: a private key, a token, a key of a service, or a password in an address."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATTERNS = {
    "private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----",
    "key of AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "token of GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60})",
    "token of GitLab": r"glpat-[\w-]{20}",
    "token of Slack": r"\bxox[abeoprs]-[\w-]{10}|hooks\.slack\.com/services/T",
    "key of Google": r"AIza[\w-]{35}",
    "key of Stripe": r"\b[rs]k_live_[0-9A-Za-z]{20}",
    "key of a language model": r"sk-(?:ant-|proj-)?[A-Za-z0-9_]{32}",
    "token of PyPI": r"pypi-AgEI[\w-]{40}",
    "token of npm": r"npm_[A-Za-z0-9]{36}",
    "JSON web token": r"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "token of Indexium": r"\bix_[A-Za-z0-9_-]{40}",
    "password in an address": r"\b[a-z]{3,10}://[^\s/:@\"'{}]+:[^\s/@\"'{}]{8,}@",
    "assigned secret": (
        r"(?i)\b(?:\w*_)?(?:api_?key|secret|token|password|passwd)[\"']?\s*[:=]\s*[\"']"
        r"(?!0123456789)(?=[^\"']*[0-9])(?=[^\"']*[a-z])[A-Za-z0-9+/_=-]{24,}[\"']"
    ),
}
_PATTERNS = {kind: re.compile(pattern.encode()) for kind, pattern in PATTERNS.items()}
# Examples in two parts, so that this file has none.
PLANTED = {
    "private key": ("-----BEGIN OPENSSH PRI", "VATE KEY-----"),
    "key of AWS": ("key = AKIA", "ABCDEFGHIJ234567"),
    "token of GitHub": ("ghp_", "a1B2" * 9),
    "token of GitLab": ("glpat-", "a1B2" * 5),
    "token of Slack": ("xoxb-", "1234567890-abc"),
    "key of Google": ("AIza", "a1B2C" * 7),
    "key of Stripe": ("sk_live_", "a1B2" * 5),
    "key of a language model": ("sk-ant-", "a1B2" * 8),
    "token of PyPI": ("pypi-AgEI", "a1B2" * 10),
    "token of npm": ("npm_", "a1B2" * 9),
    "JSON web token": ("eyJhbGciOiJI", "UzI1NiJ9.eyJzdWIiOiIxMjM0.c2lnbmF0dXJl"),
    "token of Indexium": ("ix_", "a1B2" * 10),
    "password in an address": ("https://ann:", "correct-horse@archive.example/"),
    "assigned secret": ('TMDB_API_KEY = "', 'f00dfeedbead1234f00dfeedbead1234"'),
}


def found_in(content: bytes) -> list[str]:
    return [kind for kind, pattern in _PATTERNS.items() if pattern.search(content)]


def test_no_file_has_a_secret() -> None:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    paths = [ROOT / name.decode() for name in listing.split(b"\0") if name]
    found = {str(path.relative_to(ROOT)): found_in(path.read_bytes()) for path in paths if path.is_file()}

    assert len(found) > 1000
    assert {path: kinds for path, kinds in found.items() if kinds} == {}


@pytest.mark.parametrize("kind", PATTERNS)
def test_secret_is_found(kind: str) -> None:
    assert found_in("".join(PLANTED[kind]).encode()) == [kind]
