import { type TlbFlush, VM_READ } from '@pagerace/page-model';
import { expect, test } from 'vitest';
import { UnmapFlush } from '../src/unmap-flush.js';
import { once, type System } from './system.js';

/** Defers flushes, and counts those that are done after all. */
function deferring(
  { mm }: System,
  duringFlush = (_flush: UnmapFlush): void => undefined,
  isTaken = true,
) {
  const done = { flushes: 0, reach: 0 };
  const tlb: Partial<TlbFlush> = {
    addToBatch: () => undefined,
    flushTlbRange: (_mm, _start, end) => {
      done.flushes++;
      done.reach = end;
      duringFlush(flush);
    },
  };
  const flush: UnmapFlush = new UnmapFlush(tlb as TlbFlush, { isTaken });
  return { done, flush, mm };
}

test('a pending flush is done once', () => {
  const flushes = once((system) => {
    const { done, flush, mm } = deferring(system);
    const seen = [done.flushes];
    flush.setTlbUbcFlushPending(mm, false);
    flush.flushTlbBatchedPending(mm);
    seen.push(done.flushes);
    flush.flushTlbBatchedPending(mm);
    return [...seen, done.flushes];
  });
  expect(flushes).toEqual([0, 1, 1]);
});

test('before v4.13 nobody learns that a flush is pending', () => {
  const seen = once((system) => {
    const { done, flush, mm } = deferring(system, undefined, false);
    flush.setTlbUbcFlushPending(mm, false);
    flush.flushTlbBatchedPending(mm);
    return [done.flushes, mm.tlbFlushBatched.read()];
  });
  expect(seen).toEqual([0, 0]);
});

test('a flush that was pending reaches every mapping', () => {
  const reached = once((system) => {
    const { done, flush, mm } = deferring(system);
    const { end } = mm.mmap({ start: 0x400, pages: 1, vmFlags: VM_READ });
    flush.setTlbUbcFlushPending(mm, false);
    flush.flushTlbBatchedPending(mm);
    return done.reach >= end;
  });
  expect(reached).toBe(true);
});

test('one that becomes due during a flush is not lost', () => {
  const flushes = once((system) => {
    let isFirst = true;
    const { done, flush, mm } = deferring(system, (one) => {
      if (isFirst) one.setTlbUbcFlushPending(mm, false);
      isFirst = false;
    });
    flush.setTlbUbcFlushPending(mm, false);
    flush.flushTlbBatchedPending(mm);
    flush.flushTlbBatchedPending(mm);
    flush.flushTlbBatchedPending(mm);
    return done.flushes;
  });
  expect(flushes).toBe(2);
});

test('nor one of very many', () => {
  const flushes = once((system) => {
    const { done, flush, mm } = deferring(system);
    for (let nth = 0; nth < 20_000; nth++) flush.setTlbUbcFlushPending(mm, false);
    flush.flushTlbBatchedPending(mm);
    flush.flushTlbBatchedPending(mm);
    return [done.flushes, mm.tlbFlushBatched.read()];
  });
  const pending = 20_000 - 0x4000;
  expect(flushes).toEqual([1, pending | (pending << 16)]);
});
