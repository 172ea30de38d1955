"""What providers answer to a look-up: candidates for a title, records of values, and the list of requests."""
