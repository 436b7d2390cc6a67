import { current } from '@pagerace/machine';
import type { Mm } from '@pagerace/page-model';

/** Whether a process is attached to this CPU and to no other: mm->context.cpu_attach_mask. */
export function runsHereOnly({ cpumask }: Mm): boolean {
  return cpumask.length === 1 && cpumask[0] === current().cpu;
}
