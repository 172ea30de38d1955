"""Schedules as values, and the times of cron texts."""
