"""Approvals: the requests, their items, and what people did with them."""
