"""
Matches: which title of a provider each film and series is.

In: what names, NFO files and people say about a title, and the candidates of the providers. Out: a match that is
accepted automatically, or a question for a person, whose decision can be undone; ids as values of a provider.
"""
