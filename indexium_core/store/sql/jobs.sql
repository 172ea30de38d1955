-- name: next_id
-- The id of a job that is about to be written down.
SELECT nextval('job_ids');

-- name: insert
-- A job that is to be done.
INSERT INTO job_queue (id, job_type, title, priority, payload, payload_version, dedup_key, status, owner,
                       progress_total, max_retries, next_retry_at, created_at, is_cancellable, operation_id)
VALUES ($id, $job_type, $title, $priority, $payload, $payload_version, $dedup_key, 'pending', $owner,
        $progress_total, $max_retries, $not_before, $now, $is_cancellable, $operation_id);

-- name: depend
-- Jobs that must have completed before this one.
INSERT INTO job_dependencies SELECT $id, unnest($depends_on::BIGINT[]);

-- name: known
-- How many of these jobs there are.
SELECT count(*) FROM job_queue WHERE id IN (SELECT unnest($ids::BIGINT[]));

-- name: equal_waiting
-- A job that is to do the same and has not begun.
SELECT id FROM job_queue WHERE status = 'pending' AND dedup_key = $dedup_key AND started_at IS NULL ORDER BY id LIMIT 1;

-- name: hurry
-- A job that is wanted again comes up as early as the most urgent of those who want it, and belongs to the newest.
UPDATE job_queue SET priority = least(priority, $priority), owner = $owner, next_retry_at = CASE
    WHEN $not_before IS NULL THEN NULL ELSE least(next_retry_at, $not_before::TIMESTAMPTZ) END
WHERE id = $id;

-- name: blocked
-- Jobs that wait for another one.
SELECT list(DISTINCT d.job_id) FROM job_dependencies d JOIN job_queue p ON p.id = d.depends_on
WHERE p.status NOT IN ('completed', 'completed_with_errors');

-- name: next_to_begin
-- The job that comes up next: of these kinds, due, and with all that it depends on done. A pause between two tries is
-- never long, so one that lies far ahead is that of a clock that was set back. Priority and id as one number, which takes
-- half the time of sorting by both.
SELECT min(priority * 1000000000000 + id) % 1000000000000 FROM job_queue
WHERE status = 'pending' AND owner = $owner AND list_contains($kinds::VARCHAR[], job_type)
  AND (next_retry_at IS NULL OR next_retry_at <= $now OR retry_count > 0 AND next_retry_at > $now + INTERVAL 5 MINUTE)
  AND NOT list_contains($blocked::BIGINT[], id);

-- name: next_due
-- When the first of the jobs that wait for their time comes up.
SELECT min(next_retry_at) FROM job_queue
WHERE status = 'pending' AND owner = $owner AND next_retry_at IS NOT NULL AND next_retry_at > $now;

-- name: begin
-- A job is taken up; none where it does not wait any more. Until it says otherwise it counts as one that was killed.
UPDATE job_queue SET status = 'running', started_at = coalesce(started_at, $now), heartbeat_at = $now,
       stopped_by = 'kill'
WHERE id = $id AND status = 'pending';

-- name: taken_up
-- A job that was just taken up, in the columns of `job`: those that its run goes by. A column that is not read is time
-- that nobody waits.
SELECT id, job_type, title, priority, status, payload, progress_current, progress_total, progress_message, 0, NULL,
       counters, retry_count, max_retries, NULL, NULL, created_at, started_at, NULL, NULL, '', NULL, is_cancellable, NULL,
       NULL, '', operation_id, FALSE, 0.0
FROM job_queue WHERE id = $id;

-- name: set_operation
-- The state of the operation that a job carries out, which has not ended, or goes on.
UPDATE metadata_operations SET status = $status, completed_at = NULL WHERE id = $operation_id;

-- name: mirror
-- The job of an operation is in the state that the operation is in; who held it does so no more where it is not held.
UPDATE job_queue SET
       status = CASE $status WHEN 'in_progress' THEN 'running' ELSE $status END,
       paused_at = CASE $status WHEN 'paused' THEN paused_at END,
       paused_by = CASE $status WHEN 'paused' THEN paused_by ELSE '' END,
       completed_at = CASE WHEN $status IN ('completed', 'completed_with_errors', 'failed', 'cancelled')
                           THEN coalesce(completed_at, $now) END,
       error_message = coalesce($error_message, error_message)
WHERE operation_id = $operation_id;

-- name: count_operation
-- How far the job of an operation is, and by which outcomes: as many items have one, other than that they were given up.
UPDATE job_queue SET progress_current = t.done, progress_total = t.total, counters = t.counters,
       summary = CASE WHEN summary IS NOT NULL THEN json_object('counts', t.counters) END
FROM (SELECT coalesce(sum(files), 0) AS total, coalesce(sum(done), 0) AS done,
             coalesce(to_json(map(list(status) FILTER (done > 0), list(done) FILTER (done > 0))), '{}') AS counters
      FROM (SELECT status, count(*) AS files,
                   count(*) FILTER (status NOT IN ('pending', 'writing')
                                    AND NOT (status = 'skipped' AND code IN ('cancelled', 'restored'))) AS done
            FROM metadata_operation_items WHERE operation_id = $operation_id GROUP BY status)) AS t
WHERE job_queue.operation_id = $operation_id;

-- name: tell
-- How far a job is. NULL for a number that the work itself writes down.
UPDATE job_queue SET progress_current = coalesce($current, progress_current),
       progress_total = CASE WHEN $current IS NULL THEN progress_total ELSE $total END,
       progress_message = $message, rate = $rate, eta_seconds = $eta_seconds, counters = $counters, heartbeat_at = $now
WHERE id = $id;

-- name: tell_seconds
-- How long the operation of a job has been at work: it grows, whoever writes it down last.
UPDATE metadata_operations SET seconds = greatest(seconds, $seconds) WHERE job_id = $id;

-- name: beat
-- Signs of life.
UPDATE job_queue SET heartbeat_at = $now WHERE id IN (SELECT unnest($ids::BIGINT[]));

-- name: pause
-- A job is held, by whom and from when on; none where it has ended meanwhile.
UPDATE job_queue SET status = 'paused', paused_at = $now, paused_by = $by
WHERE id = $id AND status IN ('pending', 'running');

-- name: go_on
-- A job that was held at work is at work again; none where it has ended meanwhile.
UPDATE job_queue SET status = 'running', paused_at = NULL, paused_by = '', heartbeat_at = $now
WHERE id = $id AND status = 'paused';

-- name: wait_again
-- A job is to be taken up by this instance, when it is its turn.
UPDATE job_queue SET status = 'pending', owner = $owner, retry_count = $retry_count, next_retry_at = $not_before,
       error_message = $error_message, completed_at = NULL, cancelled_at = NULL, paused_at = NULL, paused_by = '',
       rate = 0, eta_seconds = NULL
WHERE id = $id;

-- name: adopt
-- Jobs that wait may be taken up by this instance, which did not ask for them.
UPDATE job_queue SET owner = $owner
WHERE id IN (SELECT unnest($ids::BIGINT[])) AND status = 'pending' AND owner <> $owner;

-- name: ask_to_cancel
-- Somebody wants a job given up; none where it has ended meanwhile.
UPDATE job_queue SET cancelled_at = coalesce(cancelled_at, $now)
WHERE id = $id AND status IN ('pending', 'running', 'paused', 'interrupted');

-- name: set_priority
-- When a job comes up among those that wait.
UPDATE job_queue SET priority = $priority WHERE id = $id;

-- name: settle
-- A job, or its present run, has come to its end.
UPDATE job_queue SET status = $status, stopped_by = $stopped_by, error_message = $error_message,
       error_stack = $error_stack, summary = coalesce($summary, summary), heartbeat_at = $now, rate = 0, eta_seconds = NULL,
       paused_at = NULL, paused_by = '',
       completed_at = CASE WHEN $status IN ('completed', 'completed_with_errors', 'failed', 'cancelled') THEN $now END
WHERE id = $id;

-- name: sign_off
-- The run of an operation's job has come to its end; its state is written by the operation itself.
UPDATE job_queue SET stopped_by = CASE WHEN status = 'running' THEN 'kill' ELSE $stopped_by END, heartbeat_at = $now,
       summary = coalesce($summary, summary), rate = 0, eta_seconds = NULL
WHERE id = $id;

-- name: has_dependents
-- Whether any job waits for another one.
SELECT count(*) > 0 FROM job_dependencies;

-- name: fail_dependents
-- What waits for a job that came to nothing comes to nothing, too, and so does what waits for that.
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

-- name: save
-- Where the next run of a job goes on.
INSERT INTO operation_state (job_id, saved_at, state) VALUES ($id, $now, $state);

-- name: forget_state
-- What a job saved before.
DELETE FROM operation_state WHERE job_id = $id;

-- name: saved
-- What a job saved last.
SELECT state FROM operation_state WHERE job_id = $id ORDER BY saved_at DESC LIMIT 1;

-- name: begun_anew
-- A job that saved something has got on: how often it was tried before does not count any more.
UPDATE job_queue SET retry_count = 0 WHERE id = $id AND retry_count <> 0;

-- name: job
-- One job. Its last column is how long it took: of an operation the time at work, as the operation itself has it.
SELECT j.id, j.job_type, j.title, j.priority, j.status, j.payload, j.progress_current, j.progress_total,
       j.progress_message, j.rate, j.eta_seconds, j.counters, j.retry_count, j.max_retries, j.next_retry_at,
       (SELECT list(d.depends_on ORDER BY d.depends_on) FROM job_dependencies d WHERE d.job_id = $id),
       j.created_at, j.started_at, j.completed_at, j.heartbeat_at, j.error_message, j.summary, j.is_cancellable,
       j.cancelled_at, j.paused_at, j.paused_by, j.operation_id,
       j.status = 'running' AND j.heartbeat_at < $now::TIMESTAMPTZ - to_seconds($stalled),
       CASE WHEN j.operation_id IS NULL THEN epoch(j.completed_at) - epoch(j.started_at)
            ELSE (SELECT o.seconds FROM metadata_operations o WHERE o.id = j.operation_id) END
FROM job_queue j WHERE j.id = $id;

-- name: page
-- A page of jobs: those under way and held, then those that wait, as they come up, then the rest, newest first.
WITH chosen AS (
    SELECT id, status, priority, coalesce(completed_at, heartbeat_at, created_at) AS at_last FROM job_queue
    WHERE (len($kinds::VARCHAR[]) = 0 OR list_contains($kinds::VARCHAR[], job_type))
      AND (len($statuses::VARCHAR[]) = 0 OR list_contains($statuses::VARCHAR[], status))),
page AS (
    SELECT id, row_number() OVER () AS place FROM (
        SELECT id FROM chosen
        ORDER BY CASE status WHEN 'running' THEN 0 WHEN 'paused' THEN 1 WHEN 'pending' THEN 2 ELSE 3 END,
                 CASE WHEN status = 'pending' THEN priority END,
                 CASE WHEN status IN ('running', 'paused', 'pending') THEN id END, at_last DESC, id DESC
        LIMIT $count OFFSET $skip)),
waits AS (
    SELECT job_id, list(depends_on ORDER BY depends_on) AS ids FROM job_dependencies
    WHERE job_id IN (SELECT id FROM page) GROUP BY job_id)
SELECT j.id, j.job_type, j.title, j.priority, j.status, j.payload, j.progress_current, j.progress_total,
       j.progress_message, j.rate, j.eta_seconds, j.counters, j.retry_count, j.max_retries, j.next_retry_at, w.ids,
       j.created_at, j.started_at, j.completed_at, j.heartbeat_at, j.error_message, j.summary, j.is_cancellable,
       j.cancelled_at, j.paused_at, j.paused_by, j.operation_id,
       j.status = 'running' AND j.heartbeat_at < $now::TIMESTAMPTZ - to_seconds($stalled),
       CASE WHEN j.operation_id IS NULL THEN epoch(j.completed_at) - epoch(j.started_at)
            ELSE (SELECT o.seconds FROM metadata_operations o WHERE o.id = j.operation_id) END,
       (SELECT count(*) FROM chosen)
FROM page p JOIN job_queue j ON j.id = p.id LEFT JOIN waits w ON w.job_id = j.id ORDER BY p.place;

-- name: total
-- How many jobs a search finds; asked where its page is empty.
SELECT count(*) FROM job_queue
WHERE (len($kinds::VARCHAR[]) = 0 OR list_contains($kinds::VARCHAR[], job_type))
  AND (len($statuses::VARCHAR[]) = 0 OR list_contains($statuses::VARCHAR[], status));

-- name: counts
-- How many jobs there are of each kind and state.
SELECT job_type, status, count(*) FROM job_queue GROUP BY job_type, status ORDER BY job_type, status;

-- name: payload_version
-- By which rules the payload of a job was made.
SELECT payload_version FROM job_queue WHERE id = $id;

-- name: of_operation
-- The job of an operation.
SELECT id FROM job_queue WHERE operation_id = $operation_id;

-- name: held_operations
-- Operations that an instance is at, or is about to be.
SELECT operation_id FROM job_queue
WHERE operation_id IS NOT NULL AND owner = $owner AND status IN ('pending', 'running', 'paused');

-- name: operation_of
-- An operation that has no job yet: it was begun by an older program.
SELECT operation_type, user_note, status FROM metadata_operations WHERE id = $operation_id;

-- name: name_job
-- The job that carries an operation out.
UPDATE metadata_operations SET job_id = $id WHERE id = $operation_id;

-- name: past
-- Jobs that ended before a moment and that nothing needs: no operation of the history, no job that waits for them or did,
-- and no audit that says what they changed.
SELECT list(id) FROM job_queue
WHERE status IN ('completed', 'completed_with_errors', 'failed', 'cancelled') AND completed_at < $before
  AND operation_id IS NULL AND id NOT IN (SELECT depends_on FROM job_dependencies)
  AND id NOT IN (SELECT job_id FROM audit_events WHERE job_id IS NOT NULL);

-- name: forget_dependencies
-- What these jobs waited for.
DELETE FROM job_dependencies WHERE job_id IN (SELECT unnest($ids::BIGINT[]));

-- name: forget_states
-- What these jobs saved.
DELETE FROM operation_state WHERE job_id IN (SELECT unnest($ids::BIGINT[]));

-- name: forget
-- Jobs that are not shown any more.
DELETE FROM job_queue WHERE id IN (SELECT unnest($ids::BIGINT[]));

-- name: left_over
-- Jobs that have not ended when a home is opened, and how they stopped.
SELECT id, job_type, payload_version, status, stopped_by, retry_count, max_retries, cancelled_at IS NOT NULL, operation_id
FROM job_queue WHERE status IN ('pending', 'running', 'interrupted') ORDER BY id;
