import { explore } from '@pagerace/explorer';
import { sc } from '@pagerace/memory-models';
import { expect, test } from 'vitest';
import * as machine from '../src/index.js';
import { recorded } from './recording.js';

/** The memory events of one operation on a variable that is 1 at first. */
function eventsOf(operation: (variable: machine.Atomic) => unknown): readonly string[] {
  const log: string[] = [];
  const setup = machine.bootable(() => {
    const variable = machine.cell(1, 'v');
    const one = new machine.Machine();
    one.boot(() => {
      recorded(log, () => operation(variable));
    });
    return one.program();
  });
  explore(setup, { model: sc });
  return log;
}

// Documentation/atomic_t.txt and atomic_bitops.txt, operation by operation.
test.each<[string, string, (v: machine.Atomic) => unknown]>([
  ['read', 'read plain', (v) => machine.read(v)],
  ['write', 'write plain', (v) => machine.write(v, 2)],
  ['READ_ONCE', 'read relaxed', (v) => machine.readOnce(v)],
  ['WRITE_ONCE', 'write relaxed', (v) => machine.writeOnce(v, 2)],
  ['smp_load_acquire', 'read acquire', (v) => machine.smpLoadAcquire(v)],
  ['smp_store_release', 'write release', (v) => machine.smpStoreRelease(v, 2)],
  ['atomic_read', 'read relaxed', (v) => machine.atomicRead(v)],
  ['atomic_read_acquire', 'read acquire', (v) => machine.atomicReadAcquire(v)],
  ['atomic_set', 'write relaxed', (v) => machine.atomicSet(v, 2)],
  ['atomic_set_release', 'write release', (v) => machine.atomicSetRelease(v, 2)],
  ['atomic_inc', 'update relaxed', (v) => machine.atomicInc(v)],
  ['atomic_dec', 'update relaxed', (v) => machine.atomicDec(v)],
  ['atomic_add', 'update relaxed', (v) => machine.atomicAdd(v, 5)],
  ['atomic_add_return', 'update full', (v) => machine.atomicAddReturn(v, 5)],
  ['atomic_add_return_relaxed', 'update relaxed', (v) => machine.atomicAddReturnRelaxed(v, 5)],
  ['atomic_sub_return', 'update full', (v) => machine.atomicSubReturn(v, 1)],
  ['atomic_fetch_add', 'update full', (v) => machine.atomicFetchAdd(v, 1)],
  ['atomic_dec_and_test', 'update full', (v) => machine.atomicDecAndTest(v)],
  ['atomic_inc_and_test', 'update full', (v) => machine.atomicIncAndTest(v)],
  ['atomic_sub_and_test', 'update full', (v) => machine.atomicSubAndTest(v, 1)],
  ['atomic_add_negative', 'update full', (v) => machine.atomicAddNegative(v, -1)],
  ['atomic_add_unless', 'update full', (v) => machine.atomicAddUnless(v, 1, 0)],
  ['atomic_inc_not_zero', 'update full', (v) => machine.atomicIncNotZero(v)],
  ['atomic_cmpxchg', 'update full', (v) => machine.atomicCmpxchg(v, 1, 2)],
  ['atomic_cmpxchg_relaxed', 'update relaxed', (v) => machine.atomicCmpxchgRelaxed(v, 1, 2)],
  ['cmpxchg', 'update full', (v) => machine.cmpxchg(v, 1, 2)],
  ['xchg', 'update full', (v) => machine.xchg(v, 2)],
  ['xchg_relaxed', 'update relaxed', (v) => machine.xchgRelaxed(v, 2)],
  ['xchg_acquire', 'update acquire', (v) => machine.xchgAcquire(v, 2)],
  ['xchg_release', 'update release', (v) => machine.xchgRelease(v, 2)],
  ['test_bit', 'read relaxed', (v) => machine.testBit(v)],
  ['set_bit', 'update relaxed', (v) => machine.setBit(v)],
  ['clear_bit', 'update relaxed', (v) => machine.clearBit(v)],
  ['__set_bit', 'write relaxed', (v) => machine.nonatomicSetBit(v)],
  ['__clear_bit', 'write relaxed', (v) => machine.nonatomicClearBit(v)],
  ['test_and_set_bit', 'update full', (v) => machine.testAndSetBit(v)],
  ['test_and_clear_bit', 'update full', (v) => machine.testAndClearBit(v)],
  ['test_and_set_bit_lock', 'update acquire', (v) => machine.testAndSetBitLock(v)],
  ['clear_bit_unlock', 'update release', (v) => machine.clearBitUnlock(v)],
  ['taking a reference', 'update relaxed', (v) => machine.referenceAdd(v, 1)],
  ['dropping a reference', 'update full', (v) => machine.referenceSubAndTest(v, 1)],
  ['smp_mb', 'fence full', () => machine.smpMb()],
  ['smp_rmb', 'fence read', () => machine.smpRmb()],
  ['smp_wmb', 'fence write', () => machine.smpWmb()],
  ['smp_mb__before_atomic', 'fence full', () => machine.smpMbBeforeAtomic()],
  ['smp_mb__after_atomic', 'fence full', () => machine.smpMbAfterAtomic()],
])('%s is one event: %s', (_name, event, operation) => {
  expect(eventsOf(operation)).toEqual([event]);
});

test('smp_store_mb is WRITE_ONCE() and smp_mb()', () => {
  expect(eventsOf((v) => machine.smpStoreMb(v, 2))).toEqual(['write relaxed', 'fence full']);
});

test.each<[string, unknown, (v: machine.Atomic) => unknown]>([
  ['atomic_add_return', 6, (v) => machine.atomicAddReturn(v, 5)],
  ['atomic_sub_return', -4, (v) => machine.atomicSubReturn(v, 5)],
  ['atomic_fetch_add', 1, (v) => machine.atomicFetchAdd(v, 5)],
  ['atomic_dec_and_test', true, (v) => machine.atomicDecAndTest(v)],
  ['atomic_inc_and_test', false, (v) => machine.atomicIncAndTest(v)],
  ['atomic_add_negative by -1', false, (v) => machine.atomicAddNegative(v, -1)],
  ['atomic_add_negative by -2', true, (v) => machine.atomicAddNegative(v, -2)],
  ['atomic_add_unless', false, (v) => machine.atomicAddUnless(v, 1, 1)],
  ['atomic_cmpxchg that fails', 1, (v) => machine.atomicCmpxchg(v, 7, 2)],
  ['xchg', 1, (v) => machine.xchg(v, 2)],
])('%s returns %s for 1', (_name, result, operation) => {
  let returned: unknown;
  eventsOf((v) => {
    returned = operation(v);
  });
  expect(returned).toBe(result);
});
