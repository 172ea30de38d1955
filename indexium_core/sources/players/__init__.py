"""Players as programs to talk to: what each is told, and how it is read."""
