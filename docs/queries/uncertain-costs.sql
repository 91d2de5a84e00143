-- Charges that are a bound instead of reported usage, or above their hold, of the last 30 days
SELECT
  dt AS day,
  coalesce(target, '(none)') AS target,
  usage_source,
  count(*) AS requests,
  count_if(overrun) AS overruns,
  sum(cost_nano_usd) / 1e9 AS usd,
  sum(held_nano_usd) / 1e9 AS held_usd
FROM audit
WHERE dt >= CAST(CAST(current_date - interval '30' day AS date) AS varchar)
  AND (usage_source IN ('partial', 'estimate') OR overrun)
GROUP BY 1, 2, 3
ORDER BY day DESC, usd DESC, target
