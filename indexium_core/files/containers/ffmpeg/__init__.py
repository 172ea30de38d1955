"""
The stream copy by FFmpeg: the last strategy of AVI, ASF, FLV and Ogg.

`stream_copy` is the strategy: it returns the FFmpeg options, or names the loss. `remuxing` runs ffmpeg as a child.

Input: a layout with the options that keep everything. Output: a `Remux` (a value), and later the file that ffmpeg
made. Verification then compares that file with the old one without FFmpeg. Source: the manual of ffmpeg(1).
"""
