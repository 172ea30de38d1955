"""The service of several people: sign-in, permissions, and answers beside many sessions."""
