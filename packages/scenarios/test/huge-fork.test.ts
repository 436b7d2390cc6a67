import { arm64 } from '@pagerace/arch-arm64';
import { powerpcRadix } from '@pagerace/arch-powerpc';
import { w } from '@pagerace/arch-w';
import { injectable } from '@pagerace/di';
import { CopyHugePmd, HUGE_COPY } from '@pagerace/huge-memory';
import {
  type ArchitectureDefinition,
  defineKernel,
  definePatch,
  type Kernel,
} from '@pagerace/kernel';
import {
  dropped,
  OrderingSites,
  rawWriteSeqcountBegin,
  rawWriteSeqcountEnd,
  smpMb,
} from '@pagerace/machine';
import type { Ptep, VirtualAddress, Vma } from '@pagerace/page-model';
import { v6_1 } from '@pagerace/patches';
import { describe, expect, test } from 'vitest';
import { explored, violatedBy } from './support/exploring.js';

const scenario = 'gup-fast-huge-fork';

function kernelWith(useClass: typeof CopyHugePmd): Kernel {
  const provides = [{ token: HUGE_COPY, useClass }];
  const mutant = definePatch({ id: 'mutant', title: 'A mutant of copy_huge_pmd()', provides });
  return defineKernel({ id: 'mutant', base: v6_1, patches: [mutant] });
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

/** Orders the odd write_protect_seq before the look at MMF_HAS_PINNED, which smp_wmb() does not. */
@injectable()
class OrderedCheck extends CopyHugePmd {
  override copyHugePmd(dst: Vma, src: Vma, address: VirtualAddress, srcPmdp: Ptep): boolean {
    smpMb();
    return super.copyHugePmd(dst, src, address, srcPmdp);
  }
}

function verdictUnder(
  architecture: ArchitectureDefinition,
  kernel: Kernel,
  pins: 'first' | 'again',
): string {
  const { model } = architecture;
  return explored({ scenario, kernel, architecture, model, parameters: { pins } }).verdict;
}

test('on arm64 the locks of the tables that the child needs first order it', () => {
  expect(verdictUnder(arm64, v6_1, 'first')).toBe('verified');
});

describe.each([powerpcRadix, w])('under the model of $id', (architecture) => {
  test('fork may miss that the process has pinned its first page', () => {
    expect(verdictUnder(architecture, v6_1, 'first')).toBe('violated');
  });

  // get_page() comes before the look at the pins, and smp_wmb() orders it behind write_protect_seq.
  test('it does not miss the pin if that was known before', () => {
    expect(verdictUnder(architecture, v6_1, 'again')).toBe('verified');
  });

  test('it misses neither with a full barrier behind write_protect_seq', () => {
    expect(verdictUnder(architecture, kernelWith(OrderedCheck), 'first')).toBe('verified');
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
