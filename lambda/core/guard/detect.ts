import type { DataClass } from '../config/schema.ts';
import { findAwsSecrets } from './detectors/aws-secret.ts';
import { findCards } from './detectors/card.ts';
import { findEmails } from './detectors/email.ts';
import { findIbans } from './detectors/iban.ts';
import { findJwts } from './detectors/jwt.ts';
import { findPrivateKeys } from './detectors/private-key.ts';
import { findSpelledEmails } from './detectors/spelled-email.ts';
import { findVendorTokens } from './detectors/vendor-token.ts';
import { CLASS_OF, CLASSES, type Detector, type Finding } from './finding.ts';
import type { MappedText } from './mapped-text.ts';
import { decode, normalise } from './normalise.ts';
import { withoutOverlaps } from './overlaps.ts';

/** Detectors by the class of what they find, so that a policy pays only for the classes it acts on. */
const DETECTORS: Readonly<Record<DataClass, readonly Detector[]>> = {
  contact: [findEmails, findSpelledEmails],
  card: [findCards],
  financial: [findIbans],
  credential: [findVendorTokens, findAwsSecrets, findJwts, findPrivateKeys],
};

export interface DetectOptions {
  /** Classes to look for; all by default. */
  readonly classes?: readonly DataClass[];
  /** What names the text from outside, such as the key it stands under: `secretAccessKey`. Empty by default. */
  readonly context?: string;
}

/** The shortest thing that can be found: `a@b.cd`. */
const SHORTEST = 6;

/**
 * Finds sensitive values in a text: sorted, without overlaps, in UTF-16 units of `text`. Looks at it as it is, with
 * look-alike characters replaced, and, where something is encoded (`%40`, `\u0040`, `&#64;`), once more decoded. Pure.
 */
export function detect(text: string, options: DetectOptions = {}): readonly Finding[] {
  if (text.length < SHORTEST) return [];
  const classes = options.classes ?? CLASSES;
  const context = options.context ?? '';
  const findings: Finding[] = [];
  search(normalise(text), classes, context, findings);
  for (const view of decode(text)) search(view, classes, context, findings);
  return withoutOverlaps(findings);
}

function search(view: MappedText, classes: readonly DataClass[], context: string, findings: Finding[]): void {
  for (const name of classes) {
    for (const find of DETECTORS[name]) {
      for (const { type, start, end } of find(view.text, context)) {
        findings.push({ type, class: CLASS_OF[type], start: view.original(start), end: view.original(end) });
      }
    }
  }
}
