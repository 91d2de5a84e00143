import type { Finding } from './finding.ts';

/** Credentials go before all others; at equal rank the longer wins. */
function isStronger(one: Finding, other: Finding): boolean {
  const rank = Number(one.class === 'credential') - Number(other.class === 'credential');
  return rank > 0 || (rank === 0 && one.end - one.start > other.end - other.start);
}

/**
 * Sorts findings and joins those that overlap under the name of the stronger one. The joined span covers both, so that
 * no part of anything found is left standing.
 */
export function withoutOverlaps(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length < 2) return findings;
  const sorted = [...findings].sort((one, other) => one.start - other.start || other.end - one.end);
  const kept: Finding[] = [];
  for (const finding of sorted) {
    const last = kept.at(-1);
    if (last === undefined || finding.start >= last.end) {
      kept.push(finding);
      continue;
    }
    const winner = isStronger(finding, last) ? finding : last;
    kept[kept.length - 1] = { ...winner, start: last.start, end: Math.max(last.end, finding.end) };
  }
  return kept;
}
