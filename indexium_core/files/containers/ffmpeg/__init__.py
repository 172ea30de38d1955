"""
The stream copy by FFmpeg: the last strategy of AVI, ASF, FLV and Ogg.

`stream_copy` is the strategy: it says how ffmpeg is called, or what would be lost. `remuxing` runs ffmpeg as a child.

Comes in: a layout with the options that keep everything. Goes out: a `Remux` (a value), and later the file that ffmpeg
made of it. Verification then compares that file with the old one without FFmpeg. Source: the manual of ffmpeg(1).
"""
