"""The page of requests for approval."""
