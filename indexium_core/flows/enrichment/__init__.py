"""
Enrichment of titles: values of providers for films, series, seasons and episodes.

In: films and series with an accepted match or a known id. Out: values of the origin `provider`, pictures, and the
cast as suggestions for people.
"""
