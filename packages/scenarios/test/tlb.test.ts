import { Arm64TlbFlush, arm64 } from '@pagerace/arch-arm64';
import { powerpcHash, powerpcRadix } from '@pagerace/arch-powerpc';
import { riscv } from '@pagerace/arch-riscv';
import { s390 } from '@pagerace/arch-s390';
import { w, wIpi, wNoRcu } from '@pagerace/arch-w';
import { BroadcastTlbFlush, IpiTlbFlush, UndeferredTlbFlush, X86 } from '@pagerace/arch-x86';
import { injectable, type Token } from '@pagerace/di';
import {
  type Constructor,
  applyPatches,
  kernelOf,
  definePatch,
  type Kernel,
} from '@pagerace/kernel';
import { type Cpu, current, dropped, OrderingSites } from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Mm,
  type Pte,
  type Ptep,
  TLB_FLUSH,
  type TlbRange,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';
import { UNMAP_FLUSH, UnmapFlush } from '@pagerace/rmap';
import { describe, expect, test } from 'vitest';
import { explored, violatedBy } from './support/exploring.js';

const v6_1 = kernelOf('v6.1');
const v6_5 = kernelOf('v6.5');

/** A kernel in which something is done in another way. */
function mutant<T>(token: Token<T>, useClass: Constructor<NoInfer<T>>): Kernel {
  const provides = [{ token, useClass }] as const;
  const patch = definePatch({ id: 'mutant', title: 'A mutant of the flush', provides });
  return applyPatches(v6_1, [patch], 'mutant');
}

const unmaps = [
  ['stale-tlb-unmap', { held: false }],
  ['stale-tlb-unmap', { held: true }],
] as const;
const reclaims = [
  ['stale-tlb-deferred-flush', { page: 'dirty' }],
  ['stale-tlb-deferred-flush', { page: 'lazyfree' }],
] as const;

const collapses = [
  ['stale-tlb-collapse', { ptes: 1 }],
  ['stale-tlb-collapse', { ptes: 2 }],
] as const;

/** Set-up is one execution, and leaves no stale translations. */
const isSetUp = (): boolean => current().name === 'boot';

@injectable()
class ForgetsNothing extends IpiTlbFlush {
  protected override flushTlbMulti(cpus: Iterable<Cpu>, range?: TlbRange): void {
    if (isSetUp()) super.flushTlbMulti(cpus, range);
  }
}

@injectable()
class BroadcastsNothing extends BroadcastTlbFlush {
  override flushTlbPage(): void {}
  override flushBatch(): void {}
}

/** Sends the interrupts and goes on, so that the flush may be after the free. */
@injectable()
class DoesNotWait extends IpiTlbFlush {
  protected override flushTlbMulti(cpus: Iterable<Cpu>, range?: TlbRange): void {
    if (isSetUp()) super.flushTlbMulti(cpus, range);
    else current().machine.spawn('ipi', () => super.flushTlbMulti(cpus, range));
  }
}

@injectable()
class FlushesHereOnly extends IpiTlbFlush {
  protected override flushTlbMulti(_cpus: Iterable<Cpu>, range?: TlbRange): void {
    super.flushTlbMulti([current().cpu], range);
  }
}

@injectable()
class FlushesTheNextPage extends UndeferredTlbFlush {
  override flushTlbPage(mm: Mm, address: VirtualAddress): void {
    super.flushTlbPage(mm, address + mm.memory.pageSize);
  }
}

@injectable()
class LeavesWalkCache extends IpiTlbFlush {
  protected override flushTlbMulti(cpus: Iterable<Cpu>, range?: TlbRange): void {
    super.flushTlbMulti(cpus, range && { ...range, lastLevelOnly: true });
  }
}

@injectable()
class LeavesWalkCacheOnArm64 extends Arm64TlbFlush {
  protected override complete(range?: TlbRange): void {
    super.complete(range && { ...range, lastLevelOnly: true });
  }
}

/** Flushes a collapsed range when the huge page is mapped, by when the small ones are copied. */
@injectable()
class FlushesAfterCopy extends X86 {
  override pmdpCollapseFlush({ mm }: Vma, address: VirtualAddress, pmdp: Ptep): Pte {
    return this.pmdpHugeGetAndClear(mm, address, pmdp);
  }

  override setPmdAt(mm: Mm, address: VirtualAddress, pmdp: Ptep, pmd: Pte): void {
    super.setPmdAt(mm, address, pmdp, pmd);
    this.tlb.flushTlbRange(mm, address, address + mm.memory.hpagePmdSize);
  }
}

@injectable()
class NoFlushBeforeFree extends UnmapFlush {
  override tryToUnmapFlush(): void {}
}

@injectable()
class NoFlushBeforeWrite extends UnmapFlush {
  override tryToUnmapFlushDirty(): void {}
}

test.each([...unmaps, ...reclaims, ...collapses])(
  '%s %o holds however x86 flushes',
  (...choice) => {
    const [scenario, parameters] = choice;
    for (const architecture of ['x86', 'x86-ipi', 'x86-kvm', 'x86-broadcast']) {
      for (const model of ['sc', 'tso']) {
        const result = explored({ scenario, kernel: v6_1, architecture, model, parameters });
        expect(result, `${architecture}, ${model}`).toMatchObject({
          verdict: 'verified',
          complete: true,
        });
      }
    }
  },
);

const others = [arm64, s390, powerpcRadix, powerpcHash, w, wNoRcu, wIpi];

test.each(unmaps)('%s %o holds however others flush', (scenario, parameters) => {
  for (const architecture of others) {
    const { model } = architecture;
    const result = explored({ scenario, kernel: v6_1, architecture, model, parameters });
    expect(result, architecture.id).toMatchObject({ verdict: 'verified', complete: true });
  }
});

test.each([
  // page_remove_rmap() happens to be in between, and is fully ordered.
  {
    architecture: arm64,
    sites: [
      'arch/arm64/include/asm/tlbflush.h:flush_tlb_page_nosync:dsb(ishst)',
      'mm/rmap.c:page_remove_rmap:atomic_add_negative',
    ],
  },
  {
    architecture: powerpcHash,
    sites: ['arch/powerpc/mm/book3s64/hash_tlb.c:hpte_need_flush:ptesync:before'],
  },
])(
  'a flush on $architecture.id overtakes the entry that is emptied, if nothing orders them',
  ({ architecture, sites }) => {
    const [[scenario, parameters]] = unmaps;
    const orderingSites = new OrderingSites(sites.map((site) => [site, dropped]));
    const { model } = architecture;
    const choice = { scenario, kernel: v6_1, architecture, model, parameters, orderingSites };
    const violated = violatedBy(choice);
    expect(orderingSites.unmet).toEqual([]);
    expect(violated).toContain('I-TLB');
    expect(violatedBy({ ...choice, model: 'sc' })).toEqual([]);
  },
);

describe.each([
  ['if no CPU is made to forget', 'x86', ForgetsNothing],
  ['if nothing is broadcast', 'x86-broadcast', BroadcastsNothing],
  ['if nobody waits for the interrupts', 'x86', DoesNotWait],
  ['if only the CPU that unmaps forgets', 'x86', FlushesHereOnly],
  ['if another page is flushed', 'x86-ipi', FlushesTheNextPage],
] as const)('an unmapped page is reached by a stale translation %s', (_, architecture, flush) => {
  test.each([...unmaps, ...reclaims])('in %s %o', (scenario, parameters) => {
    const kernel = mutant(TLB_FLUSH, flush);
    expect(violatedBy({ scenario, kernel, architecture, parameters })).toContain('I-TLB');
  });
});

test.each(reclaims)('%s %o: reclaim must flush before it frees', (...choice) => {
  const [scenario, parameters] = choice;
  const kernel = mutant(UNMAP_FLUSH, NoFlushBeforeFree);
  expect(violatedBy({ scenario, kernel, parameters })).toContain('I-TLB');
});

test('reclaim must flush before it writes a dirty page, or a store is lost', () => {
  const kernel = mutant(UNMAP_FLUSH, NoFlushBeforeWrite);
  const [[scenario, dirty], [, lazyfree]] = reclaims;
  expect(violatedBy({ scenario, kernel, parameters: dirty })).toEqual(['I-STORE']);
  expect(violatedBy({ scenario, kernel, parameters: lazyfree })).toEqual([]);
});

test.each(collapses)('%s %o holds however others flush', (scenario, parameters) => {
  for (const architecture of [arm64, s390, powerpcRadix, powerpcHash, riscv, wIpi]) {
    const { model } = architecture;
    const result = explored({ scenario, kernel: v6_5, architecture, model, parameters });
    expect(result, architecture.id).toMatchObject({ verdict: 'verified', complete: true });
  }
});

test.each(collapses)(
  '%s %o: RISC-V must flush the walk cache, too, or a store is lost',
  (scenario, parameters) => {
    const choice = { scenario, architecture: riscv, model: 'riscv', parameters };
    // The pages are freed when the huge page goes to its LRU list, and the store may come after that.
    const lost = ['I-STORE', 'I-TLB', 'use-after-free'];
    expect(violatedBy({ ...choice, kernel: v6_1 })).toEqual(lost);
    expect(violatedBy({ ...choice, kernel: 'v6.1+riscv-collapse-flush-mm' })).toEqual([]);
  },
);

test.each([
  ['no CPU is made to forget', 'x86', mutant(TLB_FLUSH, ForgetsNothing)],
  ['nobody waits for the interrupts', 'x86', mutant(TLB_FLUSH, DoesNotWait)],
  ['the walk cache is left alone', 'x86', mutant(TLB_FLUSH, LeavesWalkCache)],
  ['the walk cache is left alone', arm64, mutant(TLB_FLUSH, LeavesWalkCacheOnArm64)],
  ['the flush is after the copy', 'x86', mutant(ARCHITECTURE, FlushesAfterCopy)],
] as const)('a collapse loses a store if %s', (_, architecture, kernel) => {
  for (const [scenario, parameters] of collapses) {
    expect(violatedBy({ scenario, kernel, architecture, model: 'sc', parameters })).toContain(
      'I-STORE',
    );
  }
});

test.each(collapses)(
  '%s %o: a walk after the flush reads the old entry, if nothing orders them',
  (scenario, parameters) => {
    const dsb = 'arch/arm64/include/asm/tlbflush.h:__flush_tlb_range:dsb(ishst)';
    for (const [architecture, sites] of [
      [arm64, [dsb]],
      [w, []],
    ] as const) {
      const orderingSites = new OrderingSites(sites.map((site) => [site, dropped]));
      const { model } = architecture;
      const choice = { scenario, kernel: v6_5, architecture, model, parameters, orderingSites };
      expect(violatedBy(choice), architecture.id).toContain('I-STORE');
      expect(orderingSites.unmet).toEqual([]);
      expect(violatedBy({ ...choice, model: 'sc' }), architecture.id).toEqual([]);
    }
  },
);
