"""The schedules: a section of the settings, and of the connections for those that concern them."""
