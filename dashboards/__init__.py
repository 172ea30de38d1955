"""The dashboard: pages over one `Library`. Holds no logic of its own."""
