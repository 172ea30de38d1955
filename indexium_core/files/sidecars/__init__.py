"""
Sidecars of photos on the disk: their names, and the fields that they add to a photo.

`names` finds the sidecar of a photo without reading it, so that a scan sees a change. `reading` joins its fields to the
layout of the photo. `files.swap.SideFilesChange` changes a sidecar.
"""
