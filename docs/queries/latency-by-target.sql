-- Latency of answered requests by target, and the gateway's own share, of the last 7 days
SELECT
  target,
  stream,
  count(*) AS requests,
  approx_percentile(ttft_ms, 0.5) AS ttft_p50_ms,
  approx_percentile(total_ms, 0.5) AS total_p50_ms,
  approx_percentile(total_ms, 0.99) AS total_p99_ms,
  approx_percentile(overhead_ms, 0.99) AS overhead_p99_ms
FROM audit
WHERE dt >= CAST(CAST(current_date - interval '7' day AS date) AS varchar)
  AND outcome = 'ok'
GROUP BY 1, 2
ORDER BY requests DESC, target, stream
