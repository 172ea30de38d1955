"""
Replacing a file: how a new one takes the place of an old one so that a cut at any moment costs nothing.

The order, and why it is this one:

1. **Hold the original.** It is open and locked, and it is the file that was examined. What may not be replaced is
   refused here: marked read-only, immutable, in a folder that takes no new file, known by several names. A link is
   never followed.
2. **MAKING, durable.** The operation's journal names the temporary file before it exists, so none is ever left behind
   that nobody knows of. Cut before: nothing happened. Cut after: recovery removes that file and no other.
3. **Make it** in the same folder (a rename never leaves its file system), created exclusively, for us alone. Where
   there is no room this is known before the first byte. An error removes it; the original was not touched. A rollback
   that makes two names one file again links the other name here instead (`join`): then steps 4 and 5 change nothing.
4. **Attributes**: owner, mode, access lists, extended attributes, security label, and the modification time where it is
   asked for. What cannot be carried over is told in `warnings`; the birth time never can.
5. **Sync the new file.** From here on it is whole on the medium, whatever its name is. A sync that failed is not tried
   again: the new file goes, for the kernel may have dropped the pages that it could not write.
6. **Verify.** By the caller, on the durable file (`opened`), and what the way back is: `reverse` proves that the
   original comes out of the new file byte for byte, or the original is to be kept.
7. **SWAP, durable.** Imprints of both files and the reverse. From here on whatever has the path can be explained.
8. **Keep the original**, where that is asked for: a second name in another folder, durable before it loses its first.
   File systems without links know only renaming: then the path has no file for a moment, and recovery puts it back.
9. **Look once more** that the path still names the file that was examined, with the same size and time.
10. **Rename.** The path has the old file before and the new one after, and no third thing between.
11. **Sync the folder.** Cut before: old or new, and recovery sees which by its bytes. An error here says nothing of
    what is on the medium; the entry stays open and the file is as it is, whole in either case (`cannot_tell`).
   Then an original that had been kept and is back loses the name under which it was kept.
12. **COMMIT**, durable with the next sync of the journal. One that a power cut takes is written again by recovery, for
    a file that has taken its place is new and stays new.

A player that has the old file open goes on reading it. A program that has it open for writing and takes no lock writes
into a file that has no name any more: only its size or time, changed before step 9, gives it away.
"""

from __future__ import annotations

from indexium_core.files.swap.keeping import OWN_FOLDER, found
from indexium_core.files.swap.names import other_name
from indexium_core.files.swap.replacement import Replacement

__all__ = ["OWN_FOLDER", "Replacement", "found", "other_name"]
