"""The dialog that chooses the pictures of a title."""
