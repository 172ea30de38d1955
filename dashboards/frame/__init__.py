"""The frame of every page: navigation, footer, undo buttons, and the page without a session."""
