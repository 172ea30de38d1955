"""The folder maps of connections, checked with the folders of the libraries."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from indexium_core.model.connections.folder_map import FolderRule, require_known, rules_of
from indexium_core.store.catalog import catalog
from indexium_core.store.connection import Connection


def checked(
    reader: Connection, pairs: Sequence[Sequence[str]], *, former: Collection[FolderRule] = ()
) -> tuple[FolderRule, ...]:
    """
    Return the rules of pairs `(theirs, ours)`; those of the `former` map may name a library that was removed.

    Raises UsageError if a folder is not valid, or one here is neither in a library nor above one.
    """
    rules = rules_of(pairs)
    new = [each for each in rules if each not in former]
    require_known(new, [each.path for each in catalog.libraries(reader)])
    return rules
