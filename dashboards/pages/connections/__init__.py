"""The page of connections: the senders of events, how far each library may go by itself, and the schedules."""
