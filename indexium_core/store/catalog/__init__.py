"""Files on disk: libraries, files, their properties, locks and audit."""
