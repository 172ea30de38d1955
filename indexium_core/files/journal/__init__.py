"""
The undo journal: how one file is edited in place so that a cut at any moment costs nothing.

The order, and why it is this one:

1. **Plan.** Everything that the edit will change is read: the bytes before, beside those after. A patch that reaches
   into the media payload is refused here; no byte has changed.
2. **BEGIN, durable.** The entry goes to the operation's journal and `begin` returns after its sync. From here on
   whatever is found in the file can be explained and taken back. Cut before: the file was not touched.
3. **Write, sync.** Cut here: BEGIN without COMMIT. Recovery finds old bytes, new bytes or a mixture, and puts back the
   old ones. An error (a full disk, a failed sync) is answered the same way at once; a sync that failed is never tried
   again as if it had succeeded, for the kernel may have dropped the pages that it could not write.
4. **Verify.** By the caller, on the durable file. What does not pass is undone.
5. **COMMIT.** Written, not synced by itself: it becomes durable with the next sync of the journal, which the caller
   asks for before the database learns of the success. A COMMIT that a power cut takes leaves a whole and durable edit
   that recovery takes back: the file is old, the database says pending, and both agree.
6. **UNDONE** closes an entry the other way, after the file's own sync. If it is lost, undoing is done again and finds
   nothing to do.

An MP4 without room for a longer header gets it in front, by renumbering the blocks of the file (`shift`): BEGIN is
durable, room is made and synced, INSERTED is durable, the header is written and synced, its first bytes last. Not a
byte of the old file is written, and taking it back is renumbering again. Only a file that nobody else has open is
shifted, and whoever opens it meanwhile waits.

So after recovery each file is bit for bit old, or new with everything that the database knows of it, and never a third
thing. A file that another program changed after the cut is neither: it is reported and left alone.

A journal that is kept is also the backup: `inverse` gives the patch back to the old bytes, which runs through the same
`JournaledFile` under a journal of its own.

Where a file cannot be edited in place, another one takes its place (`files.swap` has the order): MAKING and SWAP are in
the same journal, and what has the path after a cut says whether that has happened. There is no third way into a file.
"""

from __future__ import annotations

from indexium_core.files.journal.edit import JournaledFile
from indexium_core.files.journal.operation import JournalWriter, OperationJournal
from indexium_core.files.journal.reading import Journal, find, read
from indexium_core.files.journal.records import JournalEntry, Range
from indexium_core.files.journal.recovery import Recovered, recover, settle
from indexium_core.files.journal.state import State, inverse, state_of, still_ours
from indexium_core.files.journal.swaps import Imprint, SwapEntry
from indexium_core.files.journal.undo import UndoOutcome, undo

__all__ = [
    "Imprint",
    "Journal",
    "JournalEntry",
    "JournalWriter",
    "JournaledFile",
    "OperationJournal",
    "Range",
    "Recovered",
    "State",
    "SwapEntry",
    "UndoOutcome",
    "find",
    "inverse",
    "read",
    "recover",
    "settle",
    "state_of",
    "still_ours",
    "undo",
]
