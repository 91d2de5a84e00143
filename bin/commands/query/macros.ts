/**
 * Athena's functions under their own names, so that one `.sql` runs on both. What no macro can express (lambdas beyond
 * `filter`, TABLESAMPLE, "$path") is left to Athena.
 */
export const ATHENA_MACROS: readonly string[] = [
  'approx_percentile(x, p) AS approx_quantile(x, p)',
  'approx_distinct(x) AS approx_count_distinct(x)',
  'json_extract_scalar(j, p) AS json_extract_string(j, p)',
  'json_parse(t) AS t::JSON',
  'cardinality(x) AS len(x)',
  "from_iso8601_timestamp(t) AS t::TIMESTAMPTZ AT TIME ZONE 'UTC'",
  "from_unixtime(s) AS to_timestamp(s) AT TIME ZONE 'UTC'",
  'to_unixtime(t) AS epoch(t)',
  "date_add(unit, n, t) AS CASE lower(unit) WHEN 'millisecond' THEN t + to_milliseconds(n) WHEN 'second' THEN t + to_seconds(n) WHEN 'minute' THEN t + to_minutes(n) WHEN 'hour' THEN t + to_hours(n) WHEN 'day' THEN t + to_days(n::INTEGER) WHEN 'week' THEN t + to_days(7 * n::INTEGER) WHEN 'month' THEN t + to_months(n::INTEGER) WHEN 'year' THEN t + to_years(n::INTEGER) END",
  "date_format(t, f) AS strftime(t, replace(replace(f, '%i', '%M'), '%s', '%S'))",
  "format_datetime(t, f) AS strftime(t, replace(replace(replace(replace(replace(replace(f, 'yyyy', '%Y'), 'MM', '%m'), 'dd', '%d'), 'HH', '%H'), 'mm', '%M'), 'ss', '%S'))",
  'array_join(a, s) AS array_to_string(a, s)',
  'element_at(a, i) AS a[i]',
  'regexp_like(t, p) AS regexp_matches(t, p)',
  'every(x) AS bool_and(x)',
  'map_agg(k, v) AS map_from_entries(list({k: k, v: v}))',
  "url_extract_host(u) AS regexp_extract(u, '^[a-z]+://([^/:?#]+)', 1)",
  'day_of_week(t) AS isodow(t)',
  'to_utf8(t) AS encode(t)',
];
