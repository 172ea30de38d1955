"""The history page: operations as charts and as a list, and one operation in detail."""
