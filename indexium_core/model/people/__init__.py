"""People in comments, their names, and the similarity of names."""
