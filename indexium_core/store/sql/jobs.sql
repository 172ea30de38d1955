-- name: next_id
-- The id of a new job.
SELECT nextval('job_ids');

-- name: insert
-- Add a job.
INSERT INTO job_queue (id, job_type, title, priority, payload, payload_version, dedup_key, status, owner,
                       next_retry_at, created_at, operation_id, progress_current, progress_total, counters,
                       actor_kind, actor_id, actor_name)
VALUES ($id, $job_type, $title, $priority, $payload, $payload_version, $dedup_key, 'pending', $owner,
        $not_before, $now, $operation_id, $progress_current, $progress_total, $counters,
        $actor_kind, $actor_id, $actor_name);

-- name: add_dependencies
-- The jobs that must complete before this one.
INSERT INTO job_dependencies SELECT $id, unnest($depends_on::BIGINT[]);

-- name: count_known
-- The number of these jobs that exist.
SELECT count(*) FROM job_queue WHERE id IN (SELECT unnest($ids::BIGINT[]));

-- name: equal_waiting
-- A waiting job with the same work that has not started.
SELECT id FROM job_queue WHERE status = 'pending' AND dedup_key = $dedup_key AND started_at IS NULL ORDER BY id LIMIT 1;

-- name: raise_priority
-- A job that is requested again takes the highest priority and the earliest start of all requests, and belongs to the
-- newest requester.
UPDATE job_queue SET priority = least(priority, $priority), owner = $owner, next_retry_at = CASE
    WHEN $not_before IS NULL THEN NULL ELSE least(next_retry_at, $not_before::TIMESTAMPTZ) END
WHERE id = $id;

-- name: payload
-- The description of the work of a job.
SELECT payload FROM job_queue WHERE id = $id;

-- name: set_work
-- Give a waiting job more work.
UPDATE job_queue SET payload = $payload, title = $title WHERE id = $id;

-- name: blocked
-- Jobs that wait for another one.
SELECT list(DISTINCT d.job_id) FROM job_dependencies d JOIN job_queue p ON p.id = d.depends_on
WHERE p.status NOT IN ('completed', 'completed_with_errors');

-- name: next_to_start
-- The next job to start: of these kinds, due, and with all dependencies completed. Delays between retries are short, so
-- a retry that is far ahead comes from a clock that was set back; it counts as due. Priority and id form one number,
-- which halves the time of a sort by both.
SELECT min(priority * 1000000000000 + id) % 1000000000000 FROM job_queue
WHERE status = 'pending' AND owner = $owner AND list_contains($kinds::VARCHAR[], job_type)
  AND (next_retry_at IS NULL OR next_retry_at <= $now OR retry_count > 0 AND next_retry_at > $now + INTERVAL 5 MINUTE)
  AND NOT list_contains($blocked::BIGINT[], id);

-- name: next_due
-- The earliest start of the jobs that wait for one.
SELECT min(next_retry_at) FROM job_queue
WHERE status = 'pending' AND owner = $owner AND next_retry_at IS NOT NULL AND next_retry_at > $now;

-- name: start
-- Start a job, unless it no longer waits. Until its end is recorded it counts as killed.
UPDATE job_queue SET status = 'running', started_at = coalesce(started_at, $now), heartbeat_at = $now,
       stopped_by = 'kill'
WHERE id = $id AND status = 'pending';

-- name: started
-- A job that was just started, in the columns of `jobs` that a run needs. The other columns are not read, to save time.
SELECT id, job_type, title, priority, status, payload, progress_current, progress_total, progress_message, counters,
       retry_count, max_retries, created_at, started_at, is_cancellable, operation_id
FROM job_queue WHERE id = $id;

-- name: set_operation_status
-- The status of the operation of a job that starts, pauses or resumes.
UPDATE metadata_operations SET status = $status, completed_at = NULL WHERE id = $operation_id;

-- name: copy_operation_status
-- Give the job of an operation the status of the operation, and forget who paused it unless it is paused.
UPDATE job_queue SET
       status = CASE $status WHEN 'in_progress' THEN 'running' ELSE $status END,
       paused_at = CASE $status WHEN 'paused' THEN paused_at END,
       paused_by = CASE $status WHEN 'paused' THEN paused_by ELSE '' END,
       completed_at = CASE WHEN $status IN ('completed', 'completed_with_errors', 'failed', 'cancelled')
                           THEN coalesce(completed_at, $now) END,
       error_message = coalesce($error_message, error_message)
WHERE operation_id = $operation_id;

-- name: copy_operation_counts
-- Update progress and counters of the job of an operation from its items; cancelled items do not count.
UPDATE job_queue SET progress_current = t.done, progress_total = t.total, counters = t.counters,
       summary = CASE WHEN summary IS NOT NULL THEN json_object('counts', t.counters) END
FROM (SELECT coalesce(sum(files), 0) AS total, coalesce(sum(done), 0) AS done,
             coalesce(to_json(map(list(status) FILTER (done > 0), list(done) FILTER (done > 0))), '{}') AS counters
      FROM (SELECT status, count(*) AS files,
                   count(*) FILTER (status NOT IN ('pending', 'writing')
                                    AND NOT (status = 'skipped' AND code IN ('cancelled', 'undone'))) AS done
            FROM metadata_operation_items WHERE operation_id = $operation_id GROUP BY status)) AS t
WHERE job_queue.operation_id = $operation_id;

-- name: save_progress
-- The progress of a job. NULL: the operation stores this number itself.
UPDATE job_queue SET progress_current = coalesce($current, progress_current),
       progress_total = CASE WHEN $current IS NULL THEN progress_total ELSE $total END,
       progress_message = $message, rate = $rate, eta_seconds = $eta_seconds, counters = $counters, heartbeat_at = $now
WHERE id = $id;

-- name: save_seconds
-- The running time of the operation of a job; it only grows.
UPDATE metadata_operations SET seconds = greatest(seconds, $seconds) WHERE job_id = $id;

-- name: save_heartbeats
-- Heartbeats.
UPDATE job_queue SET heartbeat_at = $now WHERE id IN (SELECT unnest($ids::BIGINT[]));

-- name: pause
-- Pause a job, and store the user and the time, unless it has ended.
UPDATE job_queue SET status = 'paused', paused_at = $now, paused_by = $by
WHERE id = $id AND status IN ('pending', 'running');

-- name: resume
-- Resume a job that was paused while running, unless it has ended.
UPDATE job_queue SET status = 'running', paused_at = NULL, paused_by = '', heartbeat_at = $now
WHERE id = $id AND status = 'paused';

-- name: requeue
-- Let this instance start a job again, when it is its turn.
UPDATE job_queue SET status = 'pending', owner = $owner, retry_count = $retry_count, next_retry_at = $not_before,
       error_message = $error_message, completed_at = NULL, cancelled_at = NULL, paused_at = NULL, paused_by = '',
       rate = 0, eta_seconds = NULL
WHERE id = $id;

-- name: adopt
-- Make this instance the owner of waiting jobs.
UPDATE job_queue SET owner = $owner
WHERE id IN (SELECT unnest($ids::BIGINT[])) AND status = 'pending' AND owner <> $owner;

-- name: request_cancel
-- Store that a person asked to cancel a job, unless it has ended.
UPDATE job_queue SET cancelled_at = coalesce(cancelled_at, $now)
WHERE id = $id AND status IN ('pending', 'running', 'paused', 'interrupted');

-- name: set_priority
-- The priority of a waiting job.
UPDATE job_queue SET priority = $priority WHERE id = $id;

-- name: finish
-- The end of a job or of its present run.
UPDATE job_queue SET status = $status, stopped_by = $stopped_by, error_message = $error_message,
       error_stack = $error_stack, summary = coalesce($summary, summary), heartbeat_at = $now, rate = 0, eta_seconds = NULL,
       paused_at = NULL, paused_by = '',
       completed_at = CASE WHEN $status IN ('completed', 'completed_with_errors', 'failed', 'cancelled') THEN $now END
WHERE id = $id;

-- name: finish_operation_run
-- The end of a run of an operation's job; the operation stores its status itself.
UPDATE job_queue SET stopped_by = CASE WHEN status = 'running' THEN 'kill' ELSE $stopped_by END, heartbeat_at = $now,
       summary = coalesce($summary, summary), progress_message = coalesce($message, progress_message),
       counters = coalesce($counters, counters), rate = 0, eta_seconds = NULL
WHERE id = $id;

-- name: has_dependents
-- Whether any job depends on another one.
SELECT count(*) > 0 FROM job_dependencies;

-- name: fail_dependents
-- Fail jobs that depend on a failed or cancelled one, directly or through other jobs.
UPDATE job_queue SET status = 'failed', completed_at = $now, error_message = 'It waits for job ' || lost.cause
       || ', which did not complete; try that one again, then this one.'
FROM (WITH RECURSIVE down AS (
          SELECT d.job_id, d.depends_on AS cause FROM job_dependencies d JOIN job_queue p ON p.id = d.depends_on
          WHERE p.status IN ('failed', 'cancelled')
          UNION
          SELECT d.job_id, d.depends_on FROM down JOIN job_dependencies d ON d.depends_on = down.job_id
          JOIN job_queue j ON j.id = down.job_id WHERE j.status = 'pending')
      SELECT job_id, min(cause) AS cause FROM down GROUP BY job_id) AS lost
WHERE job_queue.id = lost.job_id AND job_queue.status = 'pending';

-- name: save_checkpoint
-- Where the next run of a job continues.
INSERT INTO operation_state (job_id, saved_at, state) VALUES ($id, $now, $state);

-- name: delete_checkpoint
-- Delete the earlier checkpoints of a job.
DELETE FROM operation_state WHERE job_id = $id;

-- name: checkpoint
-- The last checkpoint of a job.
SELECT state FROM operation_state WHERE job_id = $id ORDER BY saved_at DESC LIMIT 1;

-- name: reset_retries
-- A job with a new checkpoint has made progress, so its earlier retries no longer count.
UPDATE job_queue SET retry_count = 0 WHERE id = $id AND retry_count <> 0;

-- name: job_columns
-- Part of a list of jobs: its columns. The seconds of an operation are the running time that it has stored.
j.id, j.job_type, j.title, j.priority, j.status, j.payload, j.progress_current, j.progress_total,
       j.progress_message, j.rate, j.eta_seconds, j.counters, j.retry_count, j.max_retries, j.next_retry_at,
       j.created_at, j.started_at, j.completed_at, j.heartbeat_at, j.error_message, j.summary, j.is_cancellable,
       j.cancelled_at, j.paused_at, j.paused_by, j.operation_id,
       j.status = 'running' AND j.heartbeat_at < $now::TIMESTAMPTZ - to_seconds($stalled) AS stalled,
       CASE WHEN j.operation_id IS NULL THEN epoch(j.completed_at) - epoch(j.started_at)
            ELSE o.seconds END AS seconds;

-- name: jobs
-- These jobs, in the order of their ids in the list.
SELECT /* job_columns */,
       (SELECT list(d.depends_on) FROM job_dependencies d WHERE d.job_id = j.id) AS depends_on
FROM job_queue j LEFT JOIN metadata_operations o ON o.id = j.operation_id
WHERE j.id IN (SELECT unnest($ids::BIGINT[])) ORDER BY list_position($ids::BIGINT[], j.id);

-- name: job
-- One job. It has no list of ids, because a job is read at each of its steps.
SELECT /* job_columns */,
       (SELECT list(d.depends_on) FROM job_dependencies d WHERE d.job_id = $id) AS depends_on
FROM job_queue j LEFT JOIN metadata_operations o ON o.id = j.operation_id WHERE j.id = $id;

-- name: actor
-- Who added a job.
SELECT actor_kind, actor_id, actor_name FROM job_queue WHERE id = $id;

-- name: status
-- The status of a job.
SELECT status FROM job_queue WHERE id = $id;

-- name: page
-- The ids of a page of jobs, and the number of all: running and paused jobs, then waiting ones in the order of their
-- start, then the rest, newest first.
WITH chosen AS (
    SELECT id, status, priority, coalesce(completed_at, heartbeat_at, created_at) AS last_at FROM job_queue
    WHERE (len($kinds::VARCHAR[]) = 0 OR list_contains($kinds::VARCHAR[], job_type))
      AND (len($statuses::VARCHAR[]) = 0 OR list_contains($statuses::VARCHAR[], status))),
page AS (
    SELECT id, row_number() OVER (
        ORDER BY CASE status WHEN 'running' THEN 0 WHEN 'paused' THEN 1 WHEN 'pending' THEN 2 ELSE 3 END,
                 CASE WHEN status = 'pending' THEN priority END,
                 CASE WHEN status IN ('running', 'paused', 'pending') THEN id END, last_at DESC, id DESC) AS place
    FROM chosen ORDER BY place LIMIT $count OFFSET $skip)
SELECT (SELECT list(id ORDER BY place) FROM page), (SELECT count(*) FROM chosen);

-- name: counts
-- The number of jobs by kind and status.
SELECT job_type, status, count(*) FROM job_queue GROUP BY job_type, status ORDER BY job_type, status;

-- name: payload_version
-- The version of a job's payload.
SELECT payload_version FROM job_queue WHERE id = $id;

-- name: of_operation
-- The job of an operation.
SELECT id FROM job_queue WHERE operation_id = $operation_id;

-- name: active_operations
-- Operations that an instance runs or will run.
SELECT operation_id FROM job_queue
WHERE operation_id IS NOT NULL AND owner = $owner AND status IN ('pending', 'running', 'paused');

-- name: operation_without_job
-- An operation without a job: an older program started it.
SELECT operation_type, user_note, status, actor_kind, actor_id, user_name FROM metadata_operations WHERE id = $operation_id;

-- name: link_operation
-- Store the job of an operation.
UPDATE metadata_operations SET job_id = $id WHERE id = $operation_id;

-- name: prunable
-- Jobs that ended before a time and that nothing refers to: no operation of the history, no dependency and no audit
-- event. Completed jobs of single titles are many, so they have a time of their own.
SELECT list(id) FROM job_queue
WHERE status IN ('completed', 'completed_with_errors', 'failed', 'cancelled')
  AND (completed_at < $before
       OR status = 'completed' AND completed_at < $of_titles_before
          AND (job_type = 'enrich' AND json_array_length(payload, '$.titles') > 0
               OR job_type = 'artwork' AND (json_array_length(payload, '$.title_ids') > 0
                                            OR payload->>'$.since' IS NOT NULL)))
  AND operation_id IS NULL AND NOT list_contains($but::BIGINT[], id)
  AND id NOT IN (SELECT depends_on FROM job_dependencies)
  AND id NOT IN (SELECT job_id FROM audit_events WHERE job_id IS NOT NULL);

-- name: completed_before
-- The completed jobs of a kind that nothing refers to, except one.
SELECT list(id) FROM job_queue
WHERE job_type = $kind AND status = 'completed' AND id <> $but
  AND id NOT IN (SELECT depends_on FROM job_dependencies)
  AND id NOT IN (SELECT job_id FROM audit_events WHERE job_id IS NOT NULL);

-- name: delete_dependencies
-- Delete the dependencies of these jobs.
DELETE FROM job_dependencies WHERE job_id IN (SELECT unnest($ids::BIGINT[]));

-- name: delete_checkpoints
-- Delete the checkpoints of these jobs.
DELETE FROM operation_state WHERE job_id IN (SELECT unnest($ids::BIGINT[]));

-- name: delete_jobs
-- Delete these jobs.
DELETE FROM job_queue WHERE id IN (SELECT unnest($ids::BIGINT[]));

-- name: unfinished
-- Jobs that have not ended when a home is opened, and how they stopped.
SELECT id, job_type, payload_version, status, stopped_by, retry_count, max_retries, cancelled_at IS NOT NULL, operation_id
FROM job_queue WHERE status IN ('pending', 'running', 'interrupted') ORDER BY id;
