"""
`python -m indexium_core.cli`: runs the `indexium` command.

With `--called NAME` as first argument, hints use NAME as the name of the command.
"""

from __future__ import annotations

import sys

from indexium_core.cli import main

if __name__ == "__main__":
    words = sys.argv[1:]
    if words[:1] == ["--called"]:
        from indexium_core.cli import output

        output.call_it(words[1])
        words = words[2:]
    sys.exit(main(words))
