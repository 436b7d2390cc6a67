import { cell, type Cell, Order } from '@pagerace/explorer';
import { smpRmb, smpWmb } from './barrier.js';
import { defineKernelFunction } from './kernel-function.js';
import { trace } from './trace.js';

/**
 * seqcount_t (include/linux/seqlock.h): readers notice that a writer was active, and try again.
 * Writers must be serialised by something else. The count is odd while one is active.
 */
export class Seqcount {
  /** @internal */
  readonly sequence: Cell<number>;

  constructor(readonly name: string) {
    this.sequence = cell(0, name);
  }
}

function advance({ sequence }: Seqcount): void {
  trace('read');
  const now = sequence.read(Order.relaxed);
  trace('write');
  sequence.write(now + 1, Order.relaxed);
}

const file = 'include/linux/seqlock.h';

/** Orders its own write before those of the section, and nothing else. */
export const rawWriteSeqcountBegin = defineKernelFunction(
  file,
  'raw_write_seqcount_begin',
  (seqcount: Seqcount): void => {
    advance(seqcount);
    smpWmb();
  },
);

/** Orders the writes of the section before its own. */
export const rawWriteSeqcountEnd = defineKernelFunction(
  file,
  'raw_write_seqcount_end',
  (seqcount: Seqcount): void => {
    smpWmb();
    advance(seqcount);
  },
);

/** @returns the count, odd while a writer is active; reads of the section come after */
export const rawReadSeqcount = defineKernelFunction(
  file,
  'raw_read_seqcount',
  ({ sequence }: Seqcount): number => {
    trace('READ_ONCE');
    const start = sequence.read(Order.relaxed);
    smpRmb();
    return start;
  },
);

/** Waits until no writer is active. @returns the count; reads of the section come after */
export const readSeqcountBegin = defineKernelFunction(
  file,
  'read_seqcount_begin',
  ({ sequence }: Seqcount): number => {
    trace('READ_ONCE');
    const start = sequence.await((count) => count % 2 === 0, Order.relaxed);
    smpRmb();
    return start;
  },
);

/** @returns whether a writer was active since `start`, so that what was read may be torn */
export const readSeqcountRetry = defineKernelFunction(
  file,
  'read_seqcount_retry',
  ({ sequence }: Seqcount, start: number): boolean => {
    smpRmb();
    trace('READ_ONCE');
    return sequence.read(Order.relaxed) !== start;
  },
);
