"""Approvals: requests to start work, and what people decide about them."""
