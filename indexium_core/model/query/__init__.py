"""
The search grammar (docs/plan.md): words, `key:value` terms, `-`, `OR`, parentheses and quotes.

`grammar.py` parses a text to a tree. `sql.py` compiles the tree to parameterised SQL. `description.py` describes it in
a sentence. The table in `keys.py` defines the keys, their meanings and their columns. The only possible error for a
text is `QueryError`, which has the position of the word and the remedy.
"""

from __future__ import annotations

from indexium_core.model.query.completion import Completion, Word, complete, word_at
from indexium_core.model.query.description import describe, describe_parts
from indexium_core.model.query.filters import search_of
from indexium_core.model.query.grammar import AllOf, AnyOf, HistoryTerms, Node, Not, Term, parse, parse_history
from indexium_core.model.query.history_terms import HistoryTerm, history_term, terms_of_history
from indexium_core.model.query.key_values import (
    QueryPart,
    bare_numbers,
    named_ids,
    parts,
    quoted,
    requires_all,
    selected_values,
    split,
    with_values,
    without_each_part,
    without_part,
)
from indexium_core.model.query.keys import KEYS, Key, all_keys
from indexium_core.model.query.snapshot_sql import (
    check_as_sql,
    history_as_sql,
    jobs_as_sql,
    library_as_sql,
    people_as_sql,
    person_as_sql,
    plan_as_sql,
)
from indexium_core.model.query.sql import CompiledQuery, SpellingParameter, SpellingSet, compile_query
from indexium_core.model.query.titles import title_of

__all__ = [
    "KEYS",
    "AllOf",
    "AnyOf",
    "CompiledQuery",
    "Completion",
    "HistoryTerm",
    "HistoryTerms",
    "Key",
    "Node",
    "Not",
    "QueryPart",
    "SpellingParameter",
    "SpellingSet",
    "Term",
    "Word",
    "all_keys",
    "bare_numbers",
    "check_as_sql",
    "compile_query",
    "complete",
    "describe",
    "describe_parts",
    "history_as_sql",
    "history_term",
    "jobs_as_sql",
    "library_as_sql",
    "named_ids",
    "parse",
    "parse_history",
    "parts",
    "people_as_sql",
    "person_as_sql",
    "plan_as_sql",
    "quoted",
    "requires_all",
    "search_of",
    "selected_values",
    "split",
    "terms_of_history",
    "title_of",
    "with_values",
    "without_each_part",
    "without_part",
    "word_at",
]
