import { pageWidth, wrap } from '@pagerace/report';
import type { Selected } from './selection.js';

/** What to say after the verdicts on kernels that are modelled with code that came later, once for each. */
export function newerCodeNotes(
  selected: readonly Pick<Selected, 'subject' | 'newerCode'>[],
): readonly string[] {
  const codeOf = new Map<string, Set<string>>();
  for (const { subject, newerCode } of selected) {
    const known = codeOf.get(subject.kernel) ?? new Set();
    codeOf.set(subject.kernel, new Set([...known, ...newerCode]));
  }
  return [...codeOf]
    .filter(([, code]) => code.size > 0)
    .map(([kernel, code]) => {
      const note = `Modelled of ${kernel} as of a later release: ${[...code].join('; ')}.`;
      return wrap(note, pageWidth).join('\n');
    });
}
