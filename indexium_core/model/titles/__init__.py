"""Titles of films and series: values and pure rules."""
