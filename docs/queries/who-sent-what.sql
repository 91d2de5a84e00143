-- Who called which model, what was masked or blocked, and what it cost, of the last 30 days
SELECT
  principal,
  coalesce(team, '(no team)') AS team,
  coalesce(target, '(none)') AS target,
  sum(count) AS requests,
  sum(if(guard_action = 'redacted', count, 0)) AS masked,
  sum(if(guard_action = 'blocked', count, 0)) AS blocked,
  sum(if(outcome = 'refused', count, 0)) AS refused,
  sum(cost_nano_usd) / 1e9 AS usd
FROM audit
WHERE dt >= CAST(CAST(current_date - interval '30' day AS date) AS varchar)
GROUP BY 1, 2, 3
ORDER BY usd DESC, principal, target
