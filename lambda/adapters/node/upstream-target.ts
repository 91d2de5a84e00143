/** An upstream's URL taken apart, as the HTTP clients want it. */
export interface UpstreamTarget {
  readonly encrypted: boolean;
  readonly origin: string;
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  /** Undefined: the scheme's own. */
  readonly port: number | undefined;
  /** Path and query. */
  readonly path: string;
}

/** URLs kept parsed. They come from the deployment's config: one a provider and route, sometimes one a model. */
const KEPT = 1_000;

/** Parses URLs and remembers them, since the same few come with every request. */
export function createTargets(): (url: string) => UpstreamTarget | undefined {
  const known = new Map<string, UpstreamTarget>();
  return (url) => {
    const found = known.get(url);
    if (found !== undefined) return found;
    const target = parse(url);
    if (target === undefined) return undefined;
    if (known.size >= KEPT) known.clear();
    known.set(url, target);
    return target;
  };
}

function parse(text: string): UpstreamTarget | undefined {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  return {
    encrypted: url.protocol === 'https:',
    origin: url.origin,
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? undefined : Number(url.port),
    path: url.pathname + url.search,
  };
}
