"""Values about the scan of folders."""
