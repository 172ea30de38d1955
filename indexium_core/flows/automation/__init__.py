"""Automation: how far each library may go by itself, and the work that follows an event or a schedule."""
