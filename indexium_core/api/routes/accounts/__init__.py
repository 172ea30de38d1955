"""Routes of accounts: API tokens, and who sends a request."""
