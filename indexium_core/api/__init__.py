"""
The other interface of the service: REST for programs, and the calls by which the command reaches a service.

Thin: every route calls one method of the `Library` of the process. Nothing is imported here, so that a command that
only talks to a service does not load the web framework.
"""
