"""The tables of titles: films, series, seasons, episodes, their files and their values."""
