"""Pages to read, which need neither a websocket nor a script."""
