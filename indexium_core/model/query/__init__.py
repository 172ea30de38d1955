"""
The search grammar of contract section 4: words, `key:value` terms, `-`, `OR`, parentheses and quotes.

Text becomes a tree (`grammar.py`), the tree becomes parameterised SQL (`sql.py`) or plain words (`wording.py`). What
keys there are, what they mean and which columns they look at is said once, in the table of `keys.py`. Whatever the
text, the only error is `QueryError`, which points at the word and says the mend.
"""

from __future__ import annotations

from indexium_core.model.query.editing import complete, strip_key, with_key, words_and_people
from indexium_core.model.query.grammar import AllOf, AnyOf, Node, Not, Term, parse
from indexium_core.model.query.keys import KEYS, HelpRow, Key, help_table
from indexium_core.model.query.sql import CompiledQuery, compile_query
from indexium_core.model.query.wording import describe

__all__ = [
    "KEYS",
    "AllOf",
    "AnyOf",
    "CompiledQuery",
    "HelpRow",
    "Key",
    "Node",
    "Not",
    "Term",
    "compile_query",
    "complete",
    "describe",
    "help_table",
    "parse",
    "strip_key",
    "with_key",
    "words_and_people",
]
