import {
  commandLines,
  counted,
  type Failure,
  pageWidth,
  type Subject,
  wrap,
} from '@pagerace/report';

/**
 * Each way in which something goes wrong, where it does, and the command that shows it; the first has
 * been shown.
 */
export function failureLines(
  failures: readonly Failure[],
  machineName: (subject: Subject) => string,
  replayOf: (subject: Subject, id: string) => string,
): string {
  const lines = failures.flatMap((failure, nth) => {
    const { id, switches, weakSteps } = failure.violation.witness;
    const outOfOrder = failure.weak ? `, ${counted(weakSteps, 'step')} out of order` : '';
    const seen =
      nth === 0
        ? 'shown above'
        : `${counted(switches, 'context switch', 'context switches')}${outOfOrder}`;
    const how = failure.weak ? 'needs weak memory' : 'by interleaving alone';
    const what = `${failure.property}, ${how}: ${places(failure, machineName)} (${seen})`;
    return [
      ...wrap(what, pageWidth - 2, 2).map((line) => `  ${line}`),
      ...(nth === 0 ? [] : commandLines(replayOf(failure.subject, id), pageWidth)),
    ];
  });
  return ['What goes wrong:', ...lines].join('\n');
}

/** `x86, arm64 with v5.17; x86 with v5.18`. */
function places({ subjects }: Failure, machineName: (subject: Subject) => string): string {
  const machines = new Map<string, string[]>();
  for (const subject of subjects) {
    const known = machines.get(subject.kernel) ?? [];
    machines.set(subject.kernel, [...known, machineName(subject)]);
  }
  return [...machines].map(([kernel, names]) => `${names.join(', ')} with ${kernel}`).join('; ');
}
