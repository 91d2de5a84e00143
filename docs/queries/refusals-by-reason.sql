-- What was refused, to whom and by which rule, of the last 7 days
SELECT
  dt AS day,
  coalesce(team, '(no team)') AS team,
  coalesce(error_code, '(none)') AS error_code,
  coalesce(json_extract_scalar(refused_by, '$.scope'), '(no budget)') AS scope,
  sum(count) AS refusals
FROM audit
WHERE dt >= CAST(CAST(current_date - interval '7' day AS date) AS varchar)
  AND outcome = 'refused'
GROUP BY 1, 2, 3, 4
ORDER BY day DESC, refusals DESC, team, error_code
