-- name: risk_level
-- The risk level of a planned file, an expression: the worst severity among its issues. `issues` has a bit for each issue;
-- `risk.ISSUES` has the bit and the severity of each kind of issue.
CASE WHEN unchanged THEN 'unchanged' WHEN issues & $blocked_bits > 0 THEN 'blocked'
     WHEN issues & $danger_bits > 0 THEN 'danger' WHEN issues & $warning_bits > 0 THEN 'warning' ELSE 'safe' END;
