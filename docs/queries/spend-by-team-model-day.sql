-- Spend by team, model and day, of the last 30 days
SELECT
  dt AS day,
  coalesce(team, '(no team)') AS team,
  coalesce(model_asked, '(none)') AS model,
  sum(count) AS requests,
  sum(input_tokens + cache_read_tokens + cache_write_tokens) AS input_tokens,
  sum(output_tokens + reasoning_tokens) AS output_tokens,
  sum(cost_nano_usd) / 1e9 AS usd
FROM audit
WHERE dt >= CAST(CAST(current_date - interval '30' day AS date) AS varchar)
GROUP BY 1, 2, 3
ORDER BY day DESC, usd DESC, team, model
