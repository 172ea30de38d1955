"""How sure it is that a video is a film or an episode, and no home video: nothing of a home video is searched."""
