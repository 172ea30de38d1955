"""Publications in the database: the inputs of the plan, its rows, the files of items, and the files that are ours."""
