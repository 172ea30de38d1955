-- name: risk_level
-- The risk level of a planned file, an expression: the worst severity among its issues. Each parameter has the rules of one
-- severity, as the issue set numbers them (`risk_sql.py`).
CASE WHEN unchanged THEN 'unchanged' WHEN issue_set & $blocked_rules::BIGINT > 0 THEN 'blocked'
     WHEN issue_set & $danger_rules::BIGINT > 0 THEN 'danger' WHEN issue_set & $warning_rules::BIGINT > 0 THEN 'warning'
     ELSE 'safe' END;
