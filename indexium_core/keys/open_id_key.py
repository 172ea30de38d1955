"""
The secret of Indexium at an OpenID Connect provider: from the environment, or from `sign_in_keys.toml` in the home.

It is never part of a log, an error, an answer or a `repr`.
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import SecretStr

from indexium_core.keys import key_file

FILE_NAME = "sign_in_keys.toml"
VARIABLE, NAME = "INDEXIUM_OIDC_CLIENT_SECRET", "oidc_client_secret"


def load(home: Path) -> tuple[SecretStr, str]:
    """Return the secret, "" if there is none, and why the file of keys is not used; the environment has priority."""
    own = os.environ.get(VARIABLE, "").strip()
    if own:
        return SecretStr(own), ""
    content, problem = key_file.read(home / FILE_NAME, example=NAME)
    stored = content.get(NAME)
    return SecretStr(stored.strip() if isinstance(stored, str) else ""), problem
