"""
Jobs for people: list, pause, cancel and retry them, and the log of each job.

In: job ids and requests of the front ends. Out: `Job` values, log lines, and requests that run only
once.
"""
