import type { Kernel } from '@pagerace/kernel';
import { pageWidth, wrap } from '@pagerace/report';

/** What to say after a verdict on a kernel that is modelled with code that came later; else nothing. */
export function newerCodeNote({ id, newerCode }: Kernel): readonly string[] {
  if (newerCode === undefined) return [];
  return [wrap(`Modelled of ${id} though it came later: ${newerCode}.`, pageWidth).join('\n')];
}
