"""`python -m indexium_core.cli`: runs the `indexium` command."""

from __future__ import annotations

import sys

from indexium_core.cli import main

if __name__ == "__main__":
    sys.exit(main())
