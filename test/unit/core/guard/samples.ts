/**
 * Values of each type for the tests. Cards and IBANs are the published examples of their schemes; credentials are put
 * together from pieces, so that no scanner of source takes them for real ones.
 */
const letters = 'aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYzA1bC2dE3fG4hH5jK6';

export const CARDS = {
  visa: '4111111111111111',
  mastercard: '5555555555554444',
  amex: '378282246310005',
  discover: '6011111111111117',
  jcb: '3530111333300000',
  diners: '30569309025904',
} as const;

export const IBANS = {
  germany: 'DE89370400440532013000',
  britain: 'GB82WEST12345698765432',
  france: 'FR1420041010050500013M02606',
  netherlands: 'NL91ABNA0417164300',
  norway: 'NO9386011117947',
} as const;

export const AWS_DOCS_KEY_ID = ['AKIA', 'IOSFODNN7EXAMPLE'].join('');
export const AWS_DOCS_SECRET = ['wJalrXUtnFEMI', 'K7MDENG', 'bPxRfiCYEXAMPLEKEY'].join('/');

/** One token of each vendor by the type it is found as. */
export const TOKENS = {
  ANTHROPIC_KEY: ['sk', 'ant', 'api03', `${letters}_${letters}AA`].join('-'),
  AWS_ACCESS_KEY_ID: AWS_DOCS_KEY_ID,
  GITHUB_TOKEN: ['ghp', letters.slice(0, 36)].join('_'),
  GITLAB_TOKEN: ['glpat', letters.slice(0, 20)].join('-'),
  GOOGLE_API_KEY: `AI${`za${letters.slice(0, 35)}`}`,
  HUGGINGFACE_TOKEN: ['hf', letters.slice(0, 34)].join('_'),
  NPM_TOKEN: ['npm', letters.slice(0, 36)].join('_'),
  OPENAI_KEY: ['sk', 'proj', `${letters}-${letters}`].join('-'),
  SENDGRID_KEY: ['SG', letters.slice(0, 22), letters.slice(5, 48)].join('.'),
  SLACK_TOKEN: ['xoxb', '335035841062', '4827565397850', letters.slice(0, 24)].join('-'),
  SLACK_WEBHOOK: ['https://hooks.slack.com', 'services', 'T0AB1CD2E', 'B0AB1CD2E', letters.slice(0, 24)].join(
    '/',
  ),
  STRIPE_KEY: ['sk', 'live', letters.slice(0, 24)].join('_'),
} as const;

export const GITHUB_FINE_GRAINED = ['github', 'pat', letters.slice(0, 22), letters].join('_');
export const OPENAI_LEGACY = ['sk', letters.slice(0, 48)].join('-');

function segment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

export const JWT = [
  segment({ alg: 'HS256', typ: 'JWT' }),
  segment({ sub: '1234567890' }),
  letters.slice(0, 43),
].join('.');

/** A private key in armour of the given label, with the given line break. */
export function privateKey(label: string, lineBreak = '\n'): string {
  const mark = (word: string): string => `-----${word} ${label}-----`;
  return [mark('BEGIN'), `MII${letters}`, letters, mark('END')].join(lineBreak);
}
