import {
  cell,
  type Cell,
  defineKernelFunction,
  readOnce,
  Spinlock,
  spinLock,
  spinUnlock,
  waitEvent,
  writeOnce,
} from '@pagerace/machine';
import type { VirtualAddress } from '../address.js';
import type { Mm } from './mm-struct.js';

/**
 * struct mmu_interval_notifier (v5.5): who mirrors a range of a page table, and takes what it reads there for good
 * only if nothing was invalidated since.
 *
 * Under a lock of the mirror's own: {@link MmuIntervalNotifier.invalidate} calls {@link mmuIntervalSetSeq}, and
 * whoever has read the page table asks {@link mmuIntervalReadRetry}.
 */
export interface MmuIntervalNotifier {
  /** What is at the odd number `curSeq` must not be used when this returns. May sleep. */
  invalidate(curSeq: number): void;
}

/** A mmu_interval_notifier that was inserted. */
export interface IntervalSubscription {
  readonly mm: Mm;
  readonly start: VirtualAddress;
  readonly end: VirtualAddress;
  readonly notifier: MmuIntervalNotifier;
  /** invalidate_seq: the number of the last invalidation of the range; always odd. */
  readonly invalidateSeq: Cell<number>;
}

/** struct mmu_notifier_subscriptions, as far as interval notifiers go. */
export interface MmuNotifierSubscriptions {
  readonly lock: Spinlock;
  /** invalidate_seq: odd while a range that has a subscription is being invalidated. */
  readonly invalidateSeq: Cell<number>;
  readonly activeInvalidateRanges: Cell<number>;
  /** itree. */
  readonly intervals: IntervalSubscription[];
}

const file = 'mm/mmu_notifier.c';

function mnItreeIsInvalidating({ invalidateSeq }: MmuNotifierSubscriptions): boolean {
  return invalidateSeq.read() % 2 === 1;
}

/** mmu_interval_notifier_insert(). During set-up. */
export function mmuIntervalNotifierInsert(
  mm: Mm,
  start: VirtualAddress,
  end: VirtualAddress,
  notifier: MmuIntervalNotifier,
): IntervalSubscription {
  const { intervals } = (mm.subscriptions ??= {
    lock: new Spinlock(`${mm.name}.subscriptions`, 'notifier_subscriptions'),
    invalidateSeq: cell(2, `${mm.name}.invalidate_seq`),
    activeInvalidateRanges: cell(0, `${mm.name}.active_invalidate_ranges`),
    intervals: [],
  });
  const name = `${mm.name}.interval${String(intervals.length)}.invalidate_seq`;
  const subscription = { mm, start, end, notifier, invalidateSeq: cell(1, name) };
  intervals.push(subscription);
  return subscription;
}

/** mmu_interval_read_begin(). Waits while the range is being invalidated. @returns for {@link mmuIntervalReadRetry} */
export const mmuIntervalReadBegin = defineKernelFunction(
  file,
  'mmu_interval_read_begin',
  ({ mm, invalidateSeq }: IntervalSubscription): number => {
    const subscriptions = mm.subscriptions!;
    spinLock(subscriptions.lock);
    const seq = readOnce(invalidateSeq);
    const isInvalidating = seq === subscriptions.invalidateSeq.read();
    spinUnlock(subscriptions.lock);
    if (isInvalidating) waitEvent(subscriptions.invalidateSeq, (now) => now !== seq);
    return seq;
  },
);

/** mmu_interval_read_retry(). Hold the mirror's lock. @returns whether what was read since `seq` is to be read again */
export const mmuIntervalReadRetry = defineKernelFunction(
  file,
  'mmu_interval_read_retry',
  ({ invalidateSeq }: IntervalSubscription, seq: number): boolean => invalidateSeq.read() !== seq,
);

/** mmu_interval_set_seq(). In `invalidate` alone; hold the mirror's lock. */
export function mmuIntervalSetSeq({ invalidateSeq }: IntervalSubscription, curSeq: number): void {
  writeOnce(invalidateSeq, curSeq);
}

/** mn_itree_invalidate(), with mn_itree_inv_start_range(). May sleep. */
export function mnItreeInvalidate(mm: Mm, start: VirtualAddress, end: VirtualAddress): void {
  if (mm.subscriptions !== undefined) invalidateIntervals(mm.subscriptions, start, end);
}

const invalidateIntervals = defineKernelFunction(
  file,
  'mn_itree_invalidate',
  (subscriptions: MmuNotifierSubscriptions, start: VirtualAddress, end: VirtualAddress): void => {
    const { activeInvalidateRanges, intervals, invalidateSeq, lock } = subscriptions;
    spinLock(lock);
    activeInvalidateRanges.write(activeInvalidateRanges.read() + 1);
    const hit = intervals.filter((one) => one.start < end && start < one.end);
    if (hit.length > 0) invalidateSeq.write(invalidateSeq.read() | 1);
    const seq = invalidateSeq.read();
    spinUnlock(lock);
    for (const { notifier } of hit) notifier.invalidate(seq);
  },
);

/** mn_itree_inv_end(). */
export function mnItreeInvEnd({ subscriptions }: Mm): void {
  if (subscriptions !== undefined) endInvalidation(subscriptions);
}

const endInvalidation = defineKernelFunction(
  file,
  'mn_itree_inv_end',
  (subscriptions: MmuNotifierSubscriptions): void => {
    const { activeInvalidateRanges, invalidateSeq, lock } = subscriptions;
    spinLock(lock);
    const left = activeInvalidateRanges.read() - 1;
    activeInvalidateRanges.write(left);
    // Whoever waits in mmu_interval_read_begin() is woken by the new number.
    if (left === 0 && mnItreeIsInvalidating(subscriptions)) {
      writeOnce(invalidateSeq, invalidateSeq.read() + 1);
    }
    spinUnlock(lock);
  },
);
