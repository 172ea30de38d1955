"""Approvals: work that waits for another person, and the rule that says which work does."""
