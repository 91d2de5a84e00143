import {
  DuckDBArrayValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { Digits, type Plain } from './plain.ts';

/** Whole numbers and decimals keep every digit, times are ISO 8601 in UTC, what is left is its text in SQL. */
export function plainOf(value: DuckDBValue): Plain {
  if (
    value === null ||
    typeof value === 'boolean' ||
    typeof value === 'number' ||
    typeof value === 'string'
  ) {
    return value;
  }
  if (typeof value === 'bigint' || value instanceof DuckDBDecimalValue) return new Digits(value.toString());
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue)
    return isoOf(value.micros);
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items.map(plainOf);
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, member]) => [name, plainOf(member)]));
  }
  if (value instanceof DuckDBMapValue) {
    return Object.fromEntries(value.entries.map(({ key, value: member }) => [String(key), plainOf(member)]));
  }
  return String(value);
}

/** Milliseconds, or microseconds where there are some; years beyond a JavaScript date stay a number. */
function isoOf(micros: bigint): string {
  const ms = Number(micros / 1000n);
  const rest = micros % 1000n;
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return micros.toString();
  const text = date.toISOString();
  return rest <= 0n ? text : `${text.slice(0, -1)}${rest.toString().padStart(3, '0')}Z`;
}
