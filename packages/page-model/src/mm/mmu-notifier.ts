import { defineKernelFunction } from '@pagerace/machine';
import type { VirtualAddress } from '../address.js';
import type { Mm } from './mm-struct.js';
import { mnItreeInvEnd, mnItreeInvalidate } from './mmu-interval-notifier.js';

/** struct mmu_notifier_ops: what a second user of the page table, such as KVM, is told of changes. */
export interface MmuNotifier {
  /** Before: from now on, and until the end, nothing of the range may be used or established. */
  invalidateRangeStart?(mm: Mm, start: VirtualAddress, end: VirtualAddress): void;
  /** After. */
  invalidateRangeEnd?(mm: Mm, start: VirtualAddress, end: VirtualAddress): void;
  /** To v4.12: one page's entry was changed, and nothing of it may be used when this returns. */
  invalidatePage?(mm: Mm, address: VirtualAddress): void;
}

/** mmu_notifier_register(). During set-up. */
export function mmuNotifierRegister(mm: Mm, notifier: MmuNotifier): void {
  mm.notifiers.push(notifier);
}

/** mmu_notifier_invalidate_range_start(). May sleep. */
const mmuNotifierInvalidateRangeStart = defineKernelFunction(
  'mm/mmu_notifier.c',
  'mmu_notifier_invalidate_range_start',
  (mm: Mm, start: VirtualAddress, end: VirtualAddress): void => {
    mnItreeInvalidate(mm, start, end);
    for (const notifier of mm.notifiers) notifier.invalidateRangeStart?.(mm, start, end);
  },
);

/** mmu_notifier_invalidate_range_end(). */
const mmuNotifierInvalidateRangeEnd = defineKernelFunction(
  'mm/mmu_notifier.c',
  'mmu_notifier_invalidate_range_end',
  (mm: Mm, start: VirtualAddress, end: VirtualAddress): void => {
    mnItreeInvEnd(mm);
    for (const notifier of mm.notifiers) notifier.invalidateRangeEnd?.(mm, start, end);
  },
);

/** mmu_notifier_invalidate_page(), to v4.12; what replaced it is {@link mmuNotified}. */
export const mmuNotifierInvalidatePage = defineKernelFunction(
  'mm/mmu_notifier.c',
  'mmu_notifier_invalidate_page',
  (mm: Mm, address: VirtualAddress): void => {
    for (const notifier of mm.notifiers) notifier.invalidatePage?.(mm, address);
  },
);

/** Changes entries of a range between mmu_notifier_invalidate_range_start() and _end(). May sleep. */
export function mmuNotified<T>(
  mm: Mm,
  start: VirtualAddress,
  end: VirtualAddress,
  change: () => T,
): T {
  mmuNotifierInvalidateRangeStart(mm, start, end);
  const result = change();
  mmuNotifierInvalidateRangeEnd(mm, start, end);
  return result;
}
