"""
The undo journal: the edit of one file in place, which is safe against a crash or power loss at any moment.

The order of the steps, with the reason for each:

1. **Plan.** The program reads every byte that the edit will change and keeps it beside the new bytes. A patch that
   touches the media payload is refused here. The file is still unchanged.
2. **BEGIN, durable.** The entry is appended to the operation's journal, and `begin` returns after the fsync. From here
   on every state of the file can be identified and undone with the journal. After a crash before this step, the file is
   unchanged.
3. **Write, fsync.** After a crash here, the journal has BEGIN without COMMIT. The file has old bytes, new bytes or a
   mixture, and recovery writes the old bytes. After an error (a full disk, a failed fsync) the program undoes the edit
   at once. The program never repeats a failed fsync: the kernel may have dropped the pages that it could not write.
4. **Verify.** The caller verifies the durable file. An edit that fails verification is undone.
5. **COMMIT.** The record is written without its own fsync. It becomes durable with the next fsync of the journal, which
   the caller requests before it records the success in the database. If a power loss drops a COMMIT, recovery undoes a
   complete and durable edit: the file is old, and the database agrees: the item is pending.
6. **UNDONE** closes an undone entry, after the fsync of the file. If this record is lost, recovery undoes the entry
   again, which changes nothing.

An MP4 without room for a longer header gets the header in front, by insert range (`shift`): BEGIN is durable, the room
is inserted and synced, INSERTED is durable, the header is written and synced, and its first bytes are written last. The
bytes of the old file are not written, and a collapse range undoes the edit. The program shifts a file only if no other
process has it open. A process that opens the file meanwhile waits.

After recovery each file is therefore bit for bit the old one, or the new one with everything that the database has
recorded about it. A third state is impossible. If another program changed the file after the crash, recovery reports a
conflict and does not touch the file.

A journal that is kept is also the backup: `inverse` returns the patch to the old bytes. That patch runs through the
same `JournaledFile` under its own journal.

If a file cannot be edited in place, a new file replaces it (`files.swap` documents that order). MAKING and SWAP are
records of the same journal, and the bytes at the path show after a crash whether the rename happened. The program
changes a media file only by these two methods. Side files (small files beside media: NFO files, pictures, XMP sidecars)
are created, replaced or removed together, with one FILES record that has all old files whole.
"""

from __future__ import annotations

from indexium_core.files.journal.edit import JournaledFile
from indexium_core.files.journal.operation import JournalWriter, OperationJournal
from indexium_core.files.journal.reading import AnyEntry, Journal, find, read
from indexium_core.files.journal.records import JournalEntry, Range
from indexium_core.files.journal.recovery import Recovered, recover, recover_item
from indexium_core.files.journal.side_files import SideFile, SideFilesEntry
from indexium_core.files.journal.state import State, inverse, state_of, still_ours
from indexium_core.files.journal.swaps import Imprint, SwapEntry
from indexium_core.files.journal.undo import UndoOutcome, undo

__all__ = [
    "AnyEntry",
    "Imprint",
    "Journal",
    "JournalEntry",
    "JournalWriter",
    "JournaledFile",
    "OperationJournal",
    "Range",
    "Recovered",
    "SideFile",
    "SideFilesEntry",
    "State",
    "SwapEntry",
    "UndoOutcome",
    "find",
    "inverse",
    "read",
    "recover",
    "recover_item",
    "state_of",
    "still_ours",
    "undo",
]
