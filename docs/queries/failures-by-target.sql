-- Requests that did not end well by target and error, of the last 7 days
SELECT
  dt AS day,
  coalesce(target, '(none)') AS target,
  outcome,
  coalesce(error_code, '(none)') AS error_code,
  sum(count) AS requests,
  sum(attempts) AS attempts,
  sum(cost_nano_usd) / 1e9 AS usd
FROM audit
WHERE dt >= CAST(CAST(current_date - interval '7' day AS date) AS varchar)
  AND outcome NOT IN ('ok', 'refused')
GROUP BY 1, 2, 3, 4
ORDER BY day DESC, requests DESC, target, outcome
