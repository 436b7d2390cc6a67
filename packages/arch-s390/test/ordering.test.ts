import { explore, type Setup } from '@pagerace/explorer';
import { smpMb } from '@pagerace/machine';
import { sc, tso } from '@pagerace/memory-models';
import { withPteLocked } from '@pagerace/page-model';
import {
  atOnce,
  clearAgainstGup,
  clearFlush,
  type ClearPte,
  deferred,
  lazyfree,
  load,
  type OnePage,
  sitesMet,
  store,
  unmapUnderUser,
} from '@pagerace/pgtable-generic/testing';
import { describe, expect, test } from 'vitest';
import { s390 } from '../src/index.js';

test.each([
  ['load', load],
  ['store', store],
])('a %s comes before or after the page is unmapped and freed', (_access, use) => {
  for (const model of [sc, tso]) {
    const setup = unmapUnderUser(s390, use, clearFlush);
    expect(explore(setup, { model })).toMatchObject({ verdict: 'verified' });
  }
});

const underSc = (setup: Setup): unknown => explore(setup, { model: sc });

test('to clear an entry serialises', () => {
  expect(sitesMet(s390, clearFlush, underSc)).toEqual([
    'arch/s390/mm/pgtable.c:ptep_flush_direct:IPTE',
    'arch/s390/mm/pgtable.c:ptep_flush_direct:atomic_dec:flush_count',
    'arch/s390/mm/pgtable.c:ptep_flush_direct:atomic_inc:flush_count',
  ]);
});

describe('reclaim that reads the reference count after it has cleared an entry', () => {
  const overtaken = (setup: Setup, model = tso): boolean =>
    explore(setup, { model }).violations.some(({ property }) => property === 'overtaken');

  // IPTE and the flush count serialise, but the empty entry is stored after them. In between stands an
  // entry that is present and invalid, which GUP-fast takes.
  test.each([
    ['ptep_clear_flush(), young', atOnce, undefined],
    ['ptep_get_and_clear(), young', deferred, undefined],
    ['ptep_clear_flush(), old', atOnce, lazyfree],
    ['ptep_get_and_clear(), old', deferred, lazyfree],
  ])('may miss that of GUP-fast: %s', (_name, clear, prepare) => {
    expect(overtaken(clearAgainstGup(s390, clear, prepare))).toBe(true);
    expect(overtaken(clearAgainstGup(s390, clear, prepare), sc)).toBe(false);
  });

  test('does not with a barrier in between', () => {
    const withBarrier: ClearPte = (process, ptep) => {
      atOnce(process, ptep);
      smpMb();
    };
    expect(overtaken(clearAgainstGup(s390, withBarrier))).toBe(false);
    expect(overtaken(clearAgainstGup(s390, withBarrier, lazyfree))).toBe(false);
  });
});

test('an entry that is invalid already is not flushed', () => {
  const clearTwice = (process: OnePage): void => {
    const { arch, mm, address, vma } = process;
    withPteLocked(mm, address, (ptep) => {
      const pte = arch.ptepGetAndClear(mm, address, ptep);
      arch.setPteAt(mm, address, ptep, arch.pteMkold(pte));
      arch.ptepClearFlush(vma, address, ptep);
    });
  };
  const sites = sitesMet(s390, clearTwice, underSc);
  expect(sites).toContain('arch/s390/mm/pgtable.c:ptep_flush_lazy:IPTE');
  expect(sites.join()).not.toContain('ptep_flush_direct');
});
