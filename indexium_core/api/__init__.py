"""
REST for programs, and the calls that the command sends to a running service.

The routes are thin: each calls one method of the `Library` of the process. This module imports nothing, so that a
command that only calls a service does not load the web framework.
"""
