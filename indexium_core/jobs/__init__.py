"""Executors and events: how work is run and followed, without knowing what the work is."""
