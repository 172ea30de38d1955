"""The routes of films, series and episodes: values, matches, pictures, and the files that are published."""
