"""Titles of films and series: what names say about files, and the values that people see. Pure rules and values."""
