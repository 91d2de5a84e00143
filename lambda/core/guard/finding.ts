import type { DataClass } from '../config/schema.ts';

/** The class that each type of value belongs to; a policy speaks of classes, counts and placeholders of types. */
export const CLASS_OF = {
  EMAIL: 'contact',
  CREDIT_CARD: 'card',
  IBAN: 'financial',
  ANTHROPIC_KEY: 'credential',
  AWS_ACCESS_KEY_ID: 'credential',
  AWS_SECRET_ACCESS_KEY: 'credential',
  GITHUB_TOKEN: 'credential',
  GITLAB_TOKEN: 'credential',
  GOOGLE_API_KEY: 'credential',
  HUGGINGFACE_TOKEN: 'credential',
  JWT: 'credential',
  NPM_TOKEN: 'credential',
  OPENAI_KEY: 'credential',
  PRIVATE_KEY: 'credential',
  SENDGRID_KEY: 'credential',
  SLACK_TOKEN: 'credential',
  SLACK_WEBHOOK: 'credential',
  STRIPE_KEY: 'credential',
} as const satisfies Readonly<Record<string, DataClass>>;

/** Every class, in the order in which messages name them. */
export const CLASSES: readonly DataClass[] = ['credential', 'card', 'financial', 'contact'];

export type EntityType = keyof typeof CLASS_OF;

/** A place in a text, in UTF-16 units, end exclusive. */
export interface Span {
  readonly type: EntityType;
  readonly start: number;
  readonly end: number;
}

/** Something sensitive in a text, in UTF-16 units of the text as it was given, end exclusive. */
export interface Finding extends Span {
  readonly class: DataClass;
}

/**
 * Finds spans of its types in a text that was normalised before. `context` is what names the text from outside, such
 * as the key it stands under; empty where nothing does. Pure, and near linear in the length of the text.
 */
export type Detector = (text: string, context: string) => readonly Span[];
