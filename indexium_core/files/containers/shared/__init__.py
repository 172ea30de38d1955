"""
Code for several families of containers.

`splices` turns edits of byte ranges into a patch or a new file; every family uses it. The other modules serve the small
families (AVI, ASF, FLV, Ogg): `parsing` has the helpers of their header readers, `edit_strategy` makes a strategy from
an editor, and `family` makes a family from a reader and its strategies. The last strategy of a family is the stream
copy by FFmpeg: `StreamCopy` returns the FFmpeg options or names the loss, and `remuxing` runs ffmpeg as a child.
Verification then compares the new file with the old one without FFmpeg. Source: the manual of ffmpeg(1).

Input: bytes of a file, and edits. Output: layouts, patches and new files as values. No module here depends on a format.
"""
