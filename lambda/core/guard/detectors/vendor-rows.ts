import type { EntityType } from '../finding.ts';

/** The tail behind a vendor's prefix. */
export interface VendorRow {
  readonly type: EntityType;
  readonly prefix: string;
  /** Sticky, matches the tail greedily; its quantifiers are bounded. */
  readonly tail: RegExp;
  /** Least entropy of the tail in bits a character; placeholders such as `xxxx` lie below it. */
  readonly entropy: number;
  /** Tails of free length must hold a digit, or `sk-your-own-key-goes-here` would be a key. */
  readonly digit: boolean;
  /** Short prefixes must not follow a letter or digit (`risk-...`); long ones are found in the midst of anything. */
  readonly apart: boolean;
}

/** Prefixes that are endings of ordinary words and names. */
const APART = new Set(['sk-', 'hf_', 'npm_', 'SG.']);

function row(type: EntityType, prefix: string, tail: RegExp, entropy = 3, digit = true): VendorRow {
  return { type, prefix, tail, entropy, digit, apart: APART.has(prefix) };
}

const GITHUB = /[A-Za-z0-9]{20,255}/y;
const STRIPE = /[A-Za-z0-9]{16,128}/y;
const OPENAI = /[A-Za-z0-9_-]{20,256}/y;
/** Key ids have a fixed length, so a low entropy is enough; the one of AWS's own documentation has 3.7. */
const AWS_ID = /[A-Z0-9]{16}(?![A-Za-z0-9])/y;
const SLACK = /[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{10,256}/y;

/**
 * Prefixes and shapes as the vendors document them and public scanners use them. Where one prefix begins with another
 * the longer stands first.
 */
export const VENDOR_ROWS: readonly VendorRow[] = [
  row('ANTHROPIC_KEY', 'sk-ant-', /[A-Za-z0-9_-]{16,256}/y),
  row('OPENAI_KEY', 'sk-proj-', OPENAI),
  row('OPENAI_KEY', 'sk-svcacct-', OPENAI),
  row('OPENAI_KEY', 'sk-admin-', OPENAI),
  row('OPENAI_KEY', 'sk-None-', OPENAI),
  row('OPENAI_KEY', 'sk-', /[A-Za-z0-9]{16,256}/y),
  row('AWS_ACCESS_KEY_ID', 'AKIA', AWS_ID, 2.5, false),
  row('AWS_ACCESS_KEY_ID', 'ASIA', AWS_ID, 2.5, false),
  row('AWS_ACCESS_KEY_ID', 'ABIA', AWS_ID, 2.5, false),
  row('AWS_ACCESS_KEY_ID', 'ACCA', AWS_ID, 2.5, false),
  row('GITHUB_TOKEN', 'ghp_', GITHUB, 3, false),
  row('GITHUB_TOKEN', 'gho_', GITHUB, 3, false),
  row('GITHUB_TOKEN', 'ghu_', GITHUB, 3, false),
  row('GITHUB_TOKEN', 'ghs_', GITHUB, 3, false),
  row('GITHUB_TOKEN', 'ghr_', GITHUB, 3, false),
  row('GITHUB_TOKEN', 'github_pat_', /[A-Za-z0-9_]{22,255}/y),
  row(
    'SLACK_WEBHOOK',
    'https://hooks.slack.com/',
    /(?:services|workflows|triggers)\/[A-Za-z0-9+/_-]{20,120}/y,
  ),
  row('SLACK_TOKEN', 'xox', SLACK),
  row('SLACK_TOKEN', 'xapp-', /[0-9]-[A-Za-z0-9-]{10,256}/y),
  row('GITLAB_TOKEN', 'glpat-', /[A-Za-z0-9_-]{20,64}(?:\.[A-Za-z0-9_-]{2,16}){0,3}/y),
  row('GOOGLE_API_KEY', 'AIza', /[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/y),
  row('HUGGINGFACE_TOKEN', 'hf_', /[A-Za-z0-9]{30,64}/y, 3, false),
  row('NPM_TOKEN', 'npm_', /[A-Za-z0-9]{36}(?![A-Za-z0-9])/y, 3, false),
  row('SENDGRID_KEY', 'SG.', /[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}/y),
  row('STRIPE_KEY', 'sk_live_', STRIPE),
  row('STRIPE_KEY', 'sk_test_', STRIPE),
  row('STRIPE_KEY', 'rk_live_', STRIPE),
  row('STRIPE_KEY', 'rk_test_', STRIPE),
];
