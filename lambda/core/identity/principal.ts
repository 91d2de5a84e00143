/** A principal of AWS as its ARN tells it. */
export interface Principal {
  /**
   * The ARN without a session: `arn:aws:sts::123456789012:assumed-role/search-web`. It is what audit rows hold and what
   * can be pasted into `callers`.
   */
  readonly name: string;
  /** Name of an IAM user; undefined for roles, whose session names their users choose. */
  readonly user: string | undefined;
  /** Session of an assumed role, as whoever assumed it named it; undefined for everything else. */
  readonly session?: string;
}

const ROLE = /^(arn:aws[a-z-]*:sts::\d{12}:assumed-role\/[^/:]+)(?:\/(.*))?$/;
const USER = /^arn:aws[a-z-]*:iam::\d{12}:user\/(?:.*\/)?([^/]+)$/;
const ROOT = /^arn:aws[a-z-]*:iam::\d{12}:root$/;
const FEDERATED = /^(arn:aws[a-z-]*:sts::\d{12}:federated-user)(?:\/.*)?$/;

/**
 * Reads an ARN as API Gateway and function URLs state it (`requestContext.authorizer.iam.userArn`). Session names, of
 * roles as of federated users, are taken off before anything is compared. Undefined for an ARN of another kind.
 */
export function principalOf(arn: string): Principal | undefined {
  const [, role, session] = ROLE.exec(arn) ?? [];
  if (role !== undefined) {
    return { name: role, user: undefined, ...(session === undefined ? {} : { session }) };
  }
  const federated = FEDERATED.exec(arn)?.[1];
  if (federated !== undefined) return { name: federated, user: undefined };
  const user = USER.exec(arn)?.[1];
  if (user !== undefined) return { name: arn, user };
  return ROOT.test(arn) ? { name: arn, user: undefined } : undefined;
}

export type Pattern =
  | { readonly ok: true; readonly pattern: string }
  /** `session`: it names a session; `path`: it has a wildcard behind a path that AWS does not show at the door. */
  | { readonly ok: false; readonly reason: 'session' | 'path' };

const ASSUMED = /^(arn:[^:]*:sts::[^:]*:assumed-role\/[^/]+)(?:\/(.*))?$/;
const IAM_ROLE = /^arn:([^:]*):iam::([^:]*):role\/((?:.*\/)?)([^/]+)$/;

/**
 * The form of a `principal` that is compared with principals. A role may be written as it calls
 * (`sts ... assumed-role/NAME`, with or without `/*` for any session) or as it is defined (`iam ... role/PATH/NAME`);
 * role names are unique in an account, so the path of a role that is named in full says nothing more.
 */
export function principalPattern(written: string): Pattern {
  const assumed = ASSUMED.exec(written);
  if (assumed !== null) {
    const session = assumed[2] ?? '*';
    return session === '*' ? { ok: true, pattern: assumed[1] ?? written } : { ok: false, reason: 'session' };
  }
  const [, partition, account, path = '', role = ''] = IAM_ROLE.exec(written) ?? [];
  if (partition === undefined) return { ok: true, pattern: written };
  if (path !== '' && role.includes('*')) return { ok: false, reason: 'path' };
  return { ok: true, pattern: `arn:${partition}:sts::${account}:assumed-role/${role}` };
}

/**
 * Whether a pattern, in the form that `principalPattern` gives, covers a principal. `*` stands for any text of one
 * colon-separated part. A user is also found by name alone, whatever the path: names are unique in an account.
 */
export function covers(pattern: string, principal: string): boolean {
  const wanted = pattern.split(':');
  const given = principal.split(':');
  const last = wanted.length - 1;
  const fixed = wanted.slice(0, last);
  if (!fixed.every((part, i) => glob(part, given[i] ?? ''))) return false;
  const resource = given.slice(last).join(':');
  const of = wanted[last] ?? '';
  return (
    glob(of, resource) || (/^user\/[^/]+$/.test(of) && glob(of, resource.replace(/^user\/.*\//, 'user/')))
  );
}

/** Whether `text` is `pattern` with some text, or none, in place of each `*`. Linear in both but for the pattern's stars. */
function glob(pattern: string, text: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.pop();
  if (tail === undefined) return pattern === text;
  if (!text.startsWith(head)) return false;
  let from = head.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, from);
    if (found < 0) return false;
    from = found + piece.length;
  }
  return text.length - tail.length >= from && text.endsWith(tail);
}
