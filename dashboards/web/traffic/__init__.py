"""What reaches the handlers: the connections of strangers, the bodies of requests, and the check of the health."""
