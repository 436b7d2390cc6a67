import { arm64 } from '@pagerace/arch-arm64';
import { powerpcRadix } from '@pagerace/arch-powerpc';
import { w } from '@pagerace/arch-w';
import { injectable } from '@pagerace/di';
import { explore } from '@pagerace/explorer';
import { CopyHugePmd, HUGE_COPY } from '@pagerace/huge-memory';
import {
  type ArchitectureDefinition,
  applyPatches,
  kernelOf,
  definePatch,
  type Kernel,
} from '@pagerace/kernel';
import {
  dropped,
  OrderingSites,
  rawWriteSeqcountBegin,
  rawWriteSeqcountEnd,
} from '@pagerace/machine';
import type { Ptep, VirtualAddress, Vma } from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { compose, violatedBy } from './support/exploring.js';

const v6_1 = kernelOf('v6.1');

const scenario = 'gup-fast-huge-fork';

function kernelWith(useClass: typeof CopyHugePmd): Kernel {
  const provides = [{ token: HUGE_COPY, useClass }];
  const mutant = definePatch({ id: 'mutant', title: 'A mutant of copy_huge_pmd()', provides });
  return applyPatches(v6_1, [mutant], 'mutant');
}

/** Forgets that a page of the process was pinned once. */
@injectable()
class NoPinnedCheck extends CopyHugePmd {
  override copyHugePmd(dst: Vma, src: Vma, address: VirtualAddress, srcPmdp: Ptep): boolean {
    src.mm.hasPinned.write(0);
    return super.copyHugePmd(dst, src, address, srcPmdp);
  }
}

/** Lets GUP-fast believe that nobody write-protects. */
@injectable()
class NoWriteProtectSeq extends CopyHugePmd {
  override copyHugePmd(dst: Vma, src: Vma, address: VirtualAddress, srcPmdp: Ptep): boolean {
    rawWriteSeqcountEnd(src.mm.writeProtectSeq);
    const isOver = super.copyHugePmd(dst, src, address, srcPmdp);
    rawWriteSeqcountBegin(src.mm.writeProtectSeq);
    return isOver;
  }
}

test.each([
  ['look whether the page may be pinned', NoPinnedCheck],
  ['let GUP-fast know that it write-protects', NoWriteProtectSeq],
])('a fork that does not %s is caught', (_, mutant) => {
  const violated = violatedBy({ scenario, kernel: kernelWith(mutant), model: 'sc' });
  expect(violated.join()).toContain('I1-NoStalePin');
});

function verdictUnder(
  architecture: ArchitectureDefinition,
  kernel: Kernel,
  pins: 'first' | 'again',
): string {
  const { model } = architecture;
  const run = compose({ scenario, kernel, architecture, model, parameters: { pins } });
  return explore(run.setup, { model: run.model, strategy: 'first violation' }).verdict;
}

describe.each(['first', 'again'] as const)('a pin: %s', (pins) => {
  // By the locks of the tables that the child needs, of which one is released before another is taken.
  test('is seen by fork on arm64', () => {
    expect(verdictUnder(arm64, v6_1, pins)).toBe('verified');
  });

  // A huge page has a counter of its own for its pins, which fork only reads.
  test('may be missed on POWER', () => {
    expect(verdictUnder(powerpcRadix, v6_1, pins)).toBe('violated');
  });
});

test('the copy of a page is seen with its contents, for the barrier of __SetPageUptodate()', () => {
  const site = 'include/linux/page-flags.h:__SetPageUptodate:smp_wmb';
  const orderingSites = new OrderingSites([[site, dropped]]);
  const choice = { scenario, kernel: v6_1, architecture: w, model: w.model };
  expect(violatedBy(choice)).not.toContain('use-after-free');
  expect(violatedBy({ ...choice, orderingSites })).toContain('use-after-free');
  expect(orderingSites.unmet).toEqual([]);
});
