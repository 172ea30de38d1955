"""Connections to other programs: senders of events, players, and how far each library may go by itself."""
