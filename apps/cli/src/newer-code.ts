import { pageWidth, wrap } from '@pagerace/report';
import type { Selected } from './selection.js';

/** What to say after the verdicts on kernels that are modelled with code that came later. */
export function newerCodeNotes(
  selected: readonly {
    readonly subject: Pick<Selected['subject'], 'kernel'>;
    readonly newerCode: readonly string[];
  }[],
): readonly string[] {
  const codeOf = new Map<string, Set<string>>();
  for (const { subject, newerCode } of selected) {
    const known = codeOf.get(subject.kernel) ?? new Set();
    codeOf.set(subject.kernel, new Set([...known, ...newerCode]));
  }
  const kernelsWith = new Map<string, string[]>();
  for (const [kernel, code] of codeOf) {
    const text = [...code].join('; ');
    if (text !== '') kernelsWith.set(text, [...(kernelsWith.get(text) ?? []), kernel]);
  }
  return [...kernelsWith].map(([code, kernels]) =>
    wrap(`Modelled of ${kernels.join(', ')} as of a later release: ${code}.`, pageWidth).join('\n'),
  );
}
