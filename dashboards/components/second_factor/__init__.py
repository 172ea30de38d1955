"""The second factor of the person who signed in: a section for the page of the own account."""
