"""Answers of providers and the requests for them."""
