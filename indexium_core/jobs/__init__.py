"""
The execution of stored jobs, independent of the kind of work.

Input: kinds of jobs with their handlers, and jobs to add. Output: runs of the handlers, events, progress.

- `queue`: adds, pauses, resumes, cancels and returns jobs. This is the main interface of the folder.
- `dispatcher`: starts due jobs, watches them, and stores their ends.
- `job_run`: one run of a job, from its start to its end, its recent speed, and the registered kinds of jobs.
- `scheduler`: adds jobs at times of their own, and after changes.
- `context`: the interface between a handler and its job: payload, checkpoint, progress, requests to stop.
- `retry`: decides whether and when a failed job is retried automatically.
- `item_runner`: processes many items of one job on a few threads, with pause, resume and cancel between items.
- `executors`: runs jobs and items on threads or in worker processes.
- `cluster/`: runs items in the workers of a Dask cluster.
- `fork_server`: starts worker processes; `worker` is the program of both.
- `store`: the interface of the stored jobs; `store/jobs.py` in the core implements it.
- `event_bus`: passes events of every kind to listeners, and stores them.
- `job_events`: the events and the progress lines of jobs.
- `progress_log`: the file `progress.log`.
- `ui_priority`: gives requests of the interface priority over background work.
"""
