import type { Result, Witness } from '@pagerace/explorer';

/** Whether no interleaving alone, without reordering, gets to any of a run's violations. */
export function needsWeakMemory({ complete, violations }: Result): boolean {
  // In what was not explored there may be an interleaving that does.
  return complete && violations.length > 0 && violations.every(({ witness }) => isWeak(witness));
}

/** Whether sequential consistency does not allow an execution. */
export function isWeak({ weakSteps }: Witness): boolean {
  return weakSteps > 0;
}
