"""Commands on the home itself: settings, doctor, and the dashboard."""
