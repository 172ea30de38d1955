"""The page of connections: senders, players, how far each library may go by itself, and the schedules."""
