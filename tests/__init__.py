"""The tests, by tier: guards, unit/<room>, integration, crash, browser."""
