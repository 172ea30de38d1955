"""
The clock of a home: jobs that start at times of their own, and jobs that follow a change.

Input: the stored schedules, and requests for delayed jobs. Output: jobs of the queue, which the dispatcher starts.
"""
