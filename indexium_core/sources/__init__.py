"""
The clients of the providers of metadata on the network; `model/providers/registry.py` has the providers.

In: titles, years, types, languages and external ids. Out: values of `model/providers`. This package knows neither the
database nor the disk: the cache and the ledger of requests are given to it as protocols.
"""
