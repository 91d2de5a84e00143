import type { DataClass, GuardAction } from '../config/schema.ts';
import { CLASSES } from './finding.ts';

/** What to do with data of a class before it leaves. */
export type GuardPolicy = (dataClass: DataClass) => GuardAction;

/** Classes that the policy acts on; only these are looked for. */
export function activeClasses(policy: GuardPolicy): readonly DataClass[] {
  return CLASSES.filter((dataClass) => policy(dataClass) !== 'allow');
}

/** Whether the policy acts on anything. If not, the walk is left out altogether. */
export function isActive(policy: GuardPolicy): boolean {
  return activeClasses(policy).length > 0;
}
