import type { ViolationReport } from '@pagerace/explorer';
import type { RunReport, Subject } from './run-report.js';
import { isWeak } from './weak-memory.js';

/** One way in which something goes wrong, and where it does. */
export interface Failure {
  readonly property: string;
  /** Whether it takes a reordering, as far as was explored. */
  readonly weak: boolean;
  readonly subjects: readonly Subject[];
  /** The simplest of its executions, and of which of the subjects it is: the first of those as simple. */
  readonly violation: ViolationReport;
  readonly subject: Subject;
}

/**
 * What goes wrong in several runs, each way once: the same property by interleaving alone is one, and
 * with a reordering another. In the order in which the runs come to them.
 */
export function distinctFailures(runs: readonly RunReport[]): readonly Failure[] {
  const failures = new Map<string, Failure>();
  for (const { subject, result } of runs) {
    for (const violation of [...result.violations].sort(bySimplicity)) {
      const { property } = violation;
      const weak = isWeak(violation.witness);
      const key = `${String(weak)} ${property}`;
      const known = failures.get(key);
      if (known === undefined)
        failures.set(key, { property, weak, subjects: [subject], violation, subject });
      else if (!known.subjects.includes(subject))
        failures.set(key, {
          ...known,
          subjects: [...known.subjects, subject],
          ...(isSimpler(violation, known.violation) ? { violation, subject } : {}),
        });
    }
  }
  return [...failures.values()];
}

/** Compares executions on different machines, whose own steps say nothing of how simple they are. */
function isSimpler({ witness: a }: ViolationReport, { witness: b }: ViolationReport): boolean {
  return (a.weakSteps - b.weakSteps || a.switches - b.switches) < 0;
}

/** Puts first what is seen most easily: the fewest reorderings, then the fewest switches, then the fewest steps. */
export function bySimplicity(
  { witness: a }: ViolationReport,
  { witness: b }: ViolationReport,
): number {
  return (
    a.weakSteps - b.weakSteps ||
    a.switches - b.switches ||
    a.steps - b.steps ||
    (a.id === b.id ? 0 : a.id < b.id ? -1 : 1)
  );
}
