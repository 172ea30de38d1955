"""
The home itself: doctor, settings, the clock, backups and journals without a database.

In: settings and the folder of the home. Out: checks, changed settings, and the room that backups take.
"""
