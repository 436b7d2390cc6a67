import { barrierInstruction, Fence } from '@pagerace/machine';
import type { TlbRange } from '@pagerace/page-model';
import type { Translations } from '@pagerace/pgtable-generic';

/** tlbie, which the hardware broadcasts, or tlbiel, which stays on this CPU; with what is around it. */
export function tlbie(translations: Translations, range: TlbRange, local = false): void {
  barrierInstruction('ptesync', Fence.full, 'before');
  if (local) translations.invalidate('tlbiel', range.mm.cpumask, range);
  else translations.invalidate('tlbie', undefined, range);
  barrierInstruction('ptesync', Fence.full, 'after');
}
