"""
Providers of metadata on the network.

In: a title with year, type and ids; the settings and keys of the providers. Out: candidates with scores and reasons,
the state of each provider, and the list of all requests that left this machine.
"""
