"""
What several families of containers share.

`splices` turns edits of byte ranges into a patch or a new file; every family uses it. The other modules serve the small
families (AVI, ASF, FLV, Ogg): `parsing` has what their readers of headers need, `edit_strategy` makes a strategy of an
editor, and `family` makes a family of a reader and its strategies.

Comes in: bytes of a file, and edits. Goes out: layouts, patches and new files as values. Nothing here knows a format.
"""
