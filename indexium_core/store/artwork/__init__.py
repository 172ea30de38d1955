"""The tables of pictures: candidates of titles, and the inventory of the cache."""
