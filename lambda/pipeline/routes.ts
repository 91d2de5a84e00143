import { TollgateError } from '../core/errors.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { openaiChat } from '../dialects/openai-chat/index.ts';

/**
 * Every route, and which rooms it passes. What is not in this table is answered 404, so a path to an upstream that
 * skips a room cannot exist.
 */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** A trailing `*` matches one or more characters, slashes included. */
  readonly path: string;
  readonly dialect: Dialect;
  /** `model`: all rooms, audited. `models`: identify only. `health`: none. */
  readonly rooms: 'model' | 'models' | 'health';
}

export const ROUTES: readonly Route[] = [
  { method: 'POST', path: '/v1/chat/completions', dialect: openaiChat, rooms: 'model' },
  { method: 'POST', path: '/chat/completions', dialect: openaiChat, rooms: 'model' },
  { method: 'GET', path: '/v1/models', dialect: openaiChat, rooms: 'models' },
  { method: 'GET', path: '/v1/models/*', dialect: openaiChat, rooms: 'models' },
  { method: 'GET', path: '/models', dialect: openaiChat, rooms: 'models' },
  { method: 'GET', path: '/models/*', dialect: openaiChat, rooms: 'models' },
  { method: 'GET', path: '/health/liveness', dialect: openaiChat, rooms: 'health' },
  { method: 'GET', path: '/health/liveliness', dialect: openaiChat, rooms: 'health' },
  { method: 'GET', path: '/health/readiness', dialect: openaiChat, rooms: 'health' },
];

/** The dialect in which a request that matches no route is answered. */
export const DEFAULT_DIALECT = openaiChat;

export function match(method: string, path: string): Route | TollgateError {
  const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  const there = ROUTES.filter((route) => matches(route.path, trimmed));
  const route = there.find((candidate) => candidate.method === method);
  if (route !== undefined) return route;
  if (there.length > 0) {
    const allowed = [...new Set(there.map((candidate) => candidate.method))].join(', ');
    return new TollgateError(
      'method_not_allowed',
      `${method} is not allowed on ${clip(trimmed)}; use ${allowed}`,
      { details: { allow: allowed } },
    );
  }
  const known = [
    ...new Set(ROUTES.map((candidate) => `${candidate.method} ${candidate.path.replace('*', 'NAME')}`)),
  ].filter((text) => text.includes('/v1/'));
  return new TollgateError(
    'route_not_found',
    `There is no ${method} ${clip(trimmed)} here. Routes: ${known.join(', ')}. Is the base URL .../v1?`,
  );
}

function matches(pattern: string, path: string): boolean {
  if (!pattern.endsWith('*')) return pattern === path;
  return path.startsWith(pattern.slice(0, -1)) && path.length >= pattern.length;
}

function clip(path: string): string {
  return path.length <= 100 ? path : `${path.slice(0, 100)}...`;
}
