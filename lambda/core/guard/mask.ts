import { detect } from './detect.ts';
import { CLASSES } from './finding.ts';
import { replaceFindings } from './placeholder.ts';
import type { GuardPolicy } from './policy.ts';

/**
 * A short text of the caller's for records, logs and error messages: with everything replaced that the policy does not
 * let leave, and credentials in any case.
 */
export function maskText(text: string, policy: GuardPolicy): string {
  const classes = CLASSES.filter((dataClass) => dataClass === 'credential' || policy(dataClass) !== 'allow');
  const findings = detect(text, { classes });
  return findings.length === 0 ? text : replaceFindings(text, findings);
}
