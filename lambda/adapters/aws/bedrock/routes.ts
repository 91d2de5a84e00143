/** Operations of the runtime's API, by the last part of their paths. */
export type ApiOperation =
  | 'converse'
  | 'converse-stream'
  | 'invoke'
  | 'invoke-with-response-stream'
  | 'count-tokens';

/**
 * What the provider asks for: an operation of the API, or one of two that are made of it here. `invoke-each` takes
 * `{"requests": [...]}`, invokes the model with each and gives `{"responses": [...]}`. `messages-count-tokens` takes a
 * request of the Messages format and answers as its own endpoint would.
 */
export type Operation = ApiOperation | 'invoke-each' | 'messages-count-tokens';

const OPERATIONS: ReadonlySet<string> = new Set<Operation>([
  'converse',
  'converse-stream',
  'invoke',
  'invoke-with-response-stream',
  'count-tokens',
  'invoke-each',
  'messages-count-tokens',
]);

export interface Route {
  /** Base URL of the endpoint. */
  readonly endpoint: string;
  readonly model: string;
  readonly operation: Operation;
}

/** Takes a URL of the provider apart: `https://HOST/model/ID/OPERATION`. */
export function routeOf(url: string): Route | undefined {
  const [, endpoint, id, operation] = /^(https?:\/\/.+)\/model\/([^/]+)\/([a-z-]+)$/.exec(url) ?? [];
  if (endpoint === undefined || id === undefined || !isOperation(operation)) return undefined;
  return { endpoint, model: decodeURIComponent(id), operation };
}

function isOperation(text: string | undefined): text is Operation {
  return text !== undefined && OPERATIONS.has(text);
}
