"""The matches between titles and providers, for people: questions, candidates, decisions."""
