"""Accounts: the people who sign in, their sessions, and what each of them may do."""
