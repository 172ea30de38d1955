"""
Publishing as values: NFO files and pictures beside the media, as a plan, as written files, and as players show them.

Words: a *side file* is such a file, or an XMP sidecar. *Drift* is a side file of ours that another program changed.
"""
