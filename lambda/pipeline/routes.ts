import { TollgateError } from '../core/errors.ts';
import { anthropic } from '../dialects/anthropic/index.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { openai } from '../dialects/openai/index.ts';
import { countTokens, messages } from '../formats/anthropic-messages/caller.ts';
import type { Operation } from '../formats/format.ts';
import { chat } from '../formats/openai-chat/caller.ts';
import { embeddings } from '../formats/openai-embeddings/caller.ts';

interface At {
  readonly method: 'GET' | 'POST';
  /** A trailing `*` matches one or more characters, slashes included. */
  readonly path: string;
  /** How the gateway speaks to this route's clients. */
  readonly dialect: Dialect;
}

/** Passes all rooms and is audited. */
export interface ModelRoute extends At {
  readonly rooms: 'model';
  readonly operation: Operation;
}

/** `models`: identify only. `health`: no room. */
export interface PlainRoute extends At {
  readonly rooms: 'models' | 'health';
}

export type Route = ModelRoute | PlainRoute;

/**
 * Every route, and which rooms it passes. What is not in this table is answered 404, so a path to an upstream that
 * skips a room cannot exist.
 */
export const ROUTES: readonly Route[] = [
  ...model('/v1/chat/completions', openai, chat),
  ...model('/chat/completions', openai, chat),
  ...model('/v1/messages', anthropic, messages),
  ...model('/messages', anthropic, messages),
  ...model('/v1/messages/count_tokens', anthropic, countTokens),
  ...model('/messages/count_tokens', anthropic, countTokens),
  ...model('/v1/embeddings', openai, embeddings),
  ...model('/embeddings', openai, embeddings),
  ...['/v1/models', '/v1/models/*', '/models', '/models/*'].map((path) => get(path, 'models')),
  ...['/health/liveness', '/health/liveliness', '/health/readiness'].map((path) => get(path, 'health')),
];

function model(path: string, dialect: Dialect, operation: Operation): ModelRoute[] {
  return [{ method: 'POST', path, dialect, rooms: 'model', operation }];
}

function get(path: string, rooms: PlainRoute['rooms']): PlainRoute {
  return { method: 'GET', path, dialect: openai, rooms };
}

/** The dialect before a route is known, and of routes that every client calls: Anthropic's clients name their version. */
export function dialectOf(headers: Readonly<Record<string, string>>): Dialect {
  return headers['anthropic-version'] === undefined ? openai : anthropic;
}

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
    `There is no ${method} ${clip(trimmed)} here. Routes: ${known.join(', ')}. The base URL ends with /v1 for OpenAI's clients and without it for Anthropic's`,
  );
}

function matches(pattern: string, path: string): boolean {
  if (!pattern.endsWith('*')) return pattern === path;
  return path.startsWith(pattern.slice(0, -1)) && path.length >= pattern.length;
}

function clip(path: string): string {
  return path.length <= 100 ? path : `${path.slice(0, 100)}...`;
}
