import type { Finding } from './finding.ts';

/**
 * The text that takes the place of a value. Of capitals, digits and underscores only, so that JSON, HTML, URLs,
 * Markdown and SQL leave it as it is, and no detector finds it again.
 */
export function placeholder(finding: Finding, _value: string): string {
  return `REDACTED_${finding.type}`;
}

/** A text with all findings replaced; `suffix` goes behind the last of them. */
export function replaceFindings(text: string, findings: readonly Finding[], suffix = ''): string {
  let replaced = '';
  let copied = 0;
  for (const finding of findings) {
    replaced += text.slice(copied, finding.start);
    replaced += placeholder(finding, text.slice(finding.start, finding.end));
    copied = finding.end;
    if (finding === findings.at(-1)) replaced += suffix;
  }
  return replaced + text.slice(copied);
}
