"""
The search grammar of contract section 4: words, `key:value` terms, `-`, `OR`, parentheses and quotes.

Text becomes a tree (`grammar.py`). The tree becomes parameterised SQL (`sql.py`) or a sentence (`description.py`). What
keys there are, what they mean and which columns they look at is said once, in the table of `keys.py`. Whatever the
text, the only error is `QueryError`, which points at the word and says the mend.
"""

from __future__ import annotations

from indexium_core.model.query.choosing import (
    QueryPart,
    bare_numbers,
    chosen,
    every,
    parts,
    split,
    with_chosen,
    without_part,
)
from indexium_core.model.query.completion import Completion, Word, complete, word_at
from indexium_core.model.query.description import describe, describe_parts
from indexium_core.model.query.editing import quoted, strip_key, with_key
from indexium_core.model.query.grammar import AllOf, AnyOf, Node, Not, Term, parse
from indexium_core.model.query.keys import KEYS, HelpRow, Key, help_table
from indexium_core.model.query.past import HistoryTerms, of_history
from indexium_core.model.query.sql import CompiledQuery, SpellingParameter, SpellingSet, compile_query

__all__ = [
    "KEYS",
    "AllOf",
    "AnyOf",
    "CompiledQuery",
    "Completion",
    "HelpRow",
    "HistoryTerms",
    "Key",
    "Node",
    "Not",
    "QueryPart",
    "SpellingParameter",
    "SpellingSet",
    "Term",
    "Word",
    "bare_numbers",
    "chosen",
    "compile_query",
    "complete",
    "describe",
    "describe_parts",
    "every",
    "help_table",
    "of_history",
    "parse",
    "parts",
    "quoted",
    "split",
    "strip_key",
    "with_chosen",
    "with_key",
    "without_part",
    "word_at",
]
