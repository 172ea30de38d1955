"""A stand-in for the providers of metadata: made-up titles, for tests and the demo."""
