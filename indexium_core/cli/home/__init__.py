"""Commands for the home itself: settings, doctor, and the dashboard."""
