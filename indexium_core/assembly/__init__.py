"""
The construction of the services of an open home: nothing else builds a planner, a writer or a queue.

In: a database and its settings. Out: groups of services, from which `Library` takes what it publishes.
Each module builds one group from those before it, in this order: `core`, `accounts`, `planning`, `writing`, `titles`,
`following`, `reading`, `connections`. `home` has all of them, and what happens after an event or at a time.
"""
