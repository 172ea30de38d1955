"""People in comments, names and how similar they are."""
