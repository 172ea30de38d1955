"""What providers of metadata (TMDB, OMDb, TVDB, fanart.tv) answer, and how requests to them are recorded."""
