"""
Swap: the replacement of an old file by a new one, which is safe against a crash or power loss at any moment.

The order of the steps, with the reason for each:

1. **Lock the original.** The program opens and locks it, and checks that it is the file that was examined. A file that
   may not be replaced is refused here: it is read-only or immutable, its folder accepts no new file, or it has several
   hard links. Symbolic links are never followed.
2. **MAKING, durable.** The operation's journal names the temporary file before that file exists, so every remaining
   temporary file is known. After a crash before it, nothing has changed. After a crash later, recovery removes only
   that file.
3. **Make the new file** in the same folder (a rename never leaves its file system), with exclusive creation and
   owner-only permissions. A full disk is detected before the first byte is written. After an error the new file is
   removed, and the original is unchanged. A rollback that makes two names one file again creates a hard link to the
   other name here instead (`join`); then steps 4 and 5 have no effect. While a large original is copied, a second
   thread computes the digest of its bytes.
4. **Attributes**: owner, mode, access lists, extended attributes, security label, and the modification time if
   requested. `warnings` lists the attributes that could not be copied. The birth time can never be copied.
5. **Fsync the new file.** From here on all its bytes are on the medium, whatever its name is. A failed fsync is not
   repeated: the new file is removed, because the kernel may have dropped the pages that it could not write.
6. **Verify.** The caller verifies the durable file (`opened`) and determines the reverse: `reverse` proves that the new
   file yields the original. The bytes that it yields, read back, have the digest of the original's bytes. Without a
   reverse the original must be kept.
7. **SWAP, durable.** The record has the imprints of both files and the reverse. From here on the journal explains the
   file at the path, old or new.
8. **Keep the original**, if requested: it gets a second name in another folder, durably, before it loses its first. A
   file system without hard links can only rename: then the path names no file until step 10, and recovery restores it.
9. **Check again** that the path still names the file that was examined, with the same size and time.
10. **Rename.** The path names the old file before it and the new file after it. A third state is impossible.
11. **Fsync the folder.** After a crash before it, the file is old or new, and recovery decides by the bytes. After an
    error here it is unknown what is on the medium. The entry stays open, and the file is complete in either case
    (`cannot_tell`). Afterwards, a kept original that was restored loses the name under which it was kept.
12. **COMMIT**, durable with the next fsync of the journal. If a power loss drops it, recovery writes it again, because
    a file that has replaced the original stays.

A player that has the old file open continues to read it. A program that has the old file open for writing, without a
lock, writes into a file without a name. Only a change of size or time before step 9 reveals such a program.

`side_files` has the steps for small files beside media, which may also be created or removed.
"""

from __future__ import annotations

from indexium_core.files.swap.names import other_name
from indexium_core.files.swap.original import OWN_FOLDER, kept_path
from indexium_core.files.swap.replacement import Replacement
from indexium_core.files.swap.side_files import SideFilesChange

__all__ = ["OWN_FOLDER", "Replacement", "SideFilesChange", "kept_path", "other_name"]
