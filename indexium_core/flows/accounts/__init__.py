"""Accounts: people who sign in, their sessions, and the limit of wrong attempts."""
