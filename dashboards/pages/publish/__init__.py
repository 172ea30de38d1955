"""The page of publications: NFO files and pictures beside the media, planned, reviewed and written."""
