import { entropy } from '../entropy.ts';
import type { Span } from '../finding.ts';

/** What names a secret access key: `aws_secret_access_key`, `SecretAccessKey`, `AWS secret`; also a key id nearby. */
const NAME = /secret[ _.-]?(?:access[ _.-]?)?key|aws[ _.-]?secret|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/gi;

/** How far behind its name a secret may begin. */
const REACH = 96;

const LENGTH = 40;

/** That many characters of base64 that stand apart. */
const SECRET = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])/g;

/** AWS secret access keys: nothing in them gives them away, so only behind a name. */
export function findAwsSecrets(text: string, context: string): readonly Span[] {
  if (text.length < LENGTH) return [];
  if (context.search(NAME) !== -1) return secrets(text, 0, REACH);
  if (text.search(NAME) === -1) return [];
  const spans: Span[] = [];
  let searched = 0;
  for (const name of text.matchAll(NAME)) {
    const end = name.index + name[0].length;
    spans.push(...secrets(text, Math.max(searched, end), end + REACH));
    searched = end + REACH;
  }
  return spans;
}

/** Secrets that begin in [from, to). */
function secrets(text: string, from: number, to: number): readonly Span[] {
  // One character more on either side, so that the look-around sees what touches the ends.
  const left = Math.max(0, from - 1);
  const spans: Span[] = [];
  for (const match of text.slice(left, to + LENGTH + 1).matchAll(SECRET)) {
    const start = left + match.index;
    if (start < from || start >= to || !isSecret(match[0])) continue;
    spans.push({ type: 'AWS_SECRET_ACCESS_KEY', start, end: start + LENGTH });
  }
  return spans;
}

/** Hashes have one case only, and paths and masks are not random. */
function isSecret(value: string): boolean {
  return /[A-Z]/.test(value) && /[a-z]/.test(value) && /[0-9]/.test(value) && entropy(value) >= 3.5;
}
