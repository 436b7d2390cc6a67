import { pageWidth, wrap } from '@pagerace/report';
import type { Selected } from './selection.js';

/** What to say after a verdict on a kernel that is modelled with code that came later; else nothing. */
export function newerCodeNote({
  subject: { kernel },
  newerCode,
}: Pick<Selected, 'subject' | 'newerCode'>): readonly string[] {
  if (newerCode === undefined) return [];
  return [wrap(`Modelled of ${kernel} as of a later release: ${newerCode}.`, pageWidth).join('\n')];
}
