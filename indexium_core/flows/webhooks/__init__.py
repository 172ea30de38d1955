"""Webhooks: events of programs that bring files, and the reaction to them."""
