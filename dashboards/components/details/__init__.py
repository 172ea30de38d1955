"""Details of one file of the plan: people, comment, properties and past changes."""
