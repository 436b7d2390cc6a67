import { arm64 } from '@pagerace/arch-arm64';
import { powerpcHash, powerpcRadix } from '@pagerace/arch-powerpc';
import { s390 } from '@pagerace/arch-s390';
import { w, wIpi, wNoRcu } from '@pagerace/arch-w';
import { x86, x86Broadcast, x86Kvm } from '@pagerace/arch-x86';
import { GUP_FAST_RECHECK, type GupFastRecheck } from '@pagerace/gup';
import { injectable } from '@pagerace/di';
import {
  type ArchitectureDefinition,
  applyPatches,
  kernelOf,
  definePatch,
  expectationOf,
  type Patch,
} from '@pagerace/kernel';
import { COLLAPSE_REFERENCE_CHECK, type CollapseReferenceCheck } from '@pagerace/khugepaged';
import { dropped, OrderingSites, smpRmb } from '@pagerace/machine';
import {
  type Architecture,
  type Page,
  pageCount,
  pageMapcount,
  type Pte,
  type PteWalk,
} from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { type Choice, explored, registry, violatedBy } from './support/exploring.js';

const v6_0 = kernelOf('v6.0');
const v6_1 = kernelOf('v6.1');

const architectures = [
  x86,
  x86Kvm,
  x86Broadcast,
  arm64,
  s390,
  powerpcRadix,
  powerpcHash,
  w,
  wNoRcu,
  wIpi,
];
const kernels = ['v5.19', 'v6.0', 'v6.1', 'v6.1^gup-fast-recheck-pmd'];
const stale = ['I1-NoStalePin', 'I1-NoStalePin & I2-NoLostWrite'];

/** On an architecture, under its own memory model or the one that is given. */
const on = (architecture: ArchitectureDefinition, choice: Partial<Choice>): Choice => ({
  scenario: 'gup-fast-collapse',
  kernel: 'v6.0',
  architecture,
  model: architecture.model,
  ...choice,
});

const collapses = registry.scenarios.filter(({ id }) => id.startsWith('gup-fast-collapse'));

describe.each(collapses)('$id', (scenario) => {
  test('shows what it expects on every architecture', () => {
    for (const architecture of architectures) {
      for (const kernel of kernels) {
        const expectation = expectationOf(scenario, registry.kernel(kernel), architecture.id);
        if (expectation === undefined) continue;
        const { verdict, violations, complete, covers } = explored(
          on(architecture, { scenario: scenario.id, kernel }),
        );
        const what = `${architecture.id}, ${kernel}: ${covers}`;
        expect(complete, what).toBe(true);
        expect(verdict, what).toBe(expectation.verdict);
        const properties = violations.map(({ property }) => property);
        expect(
          properties.every((one) => expectation.properties?.includes(one) === true),
          what,
        ).toBe(true);
      }
    }
  });
});

describe('without an interrupt the second look at the entry above', () => {
  test('takes full barriers on both sides where nothing else orders', () => {
    expect(violatedBy(on(w, {}))).toEqual(stale);
    expect(violatedBy(on(s390, { model: 'lkmm' }))).toEqual(stale);
    for (const fix of ['collapse-full-barrier', 'collapse-freeze-references']) {
      expect(violatedBy(on(w, { kernel: `v6.0+${fix}` })), fix).toEqual([]);
    }
  });

  test.each(['acquire', 'relaxed'])('takes more than a reference that is %s', (order) => {
    const kernel = `v6.0+gup-fast-reference-${order}`;
    expect(violatedBy(on(arm64, { kernel }))).toEqual(stale);
    expect(violatedBy(on(powerpcRadix, { kernel }))).toEqual(stale);
    // A locked instruction is a full barrier however it is called.
    expect(violatedBy(on(x86Broadcast, { kernel }))).toEqual([]);
  });

  test('is what keeps the pin from being stale', () => {
    expect(violatedBy(on(arm64, { kernel: 'v6.0+gup-fast-no-recheck' }))).toEqual(stale);
  });

  test('takes the barrier of the flush on powerpc, and none on arm64, whose locks order', () => {
    const radix = 'arch/powerpc/mm/book3s64/radix_tlb.c:__radix__flush_tlb_range';
    const without = (...sites: string[]): OrderingSites =>
      new OrderingSites(sites.map((site) => [site, dropped]));
    const all = [`${radix}:smp_mb`, `${radix}:ptesync:before`, `${radix}:ptesync:after`];
    expect(violatedBy(on(powerpcRadix, { orderingSites: without(...all) }))).toEqual(stale);
    expect(violatedBy(on(powerpcRadix, { orderingSites: without(...all.slice(1)) }))).toEqual([]);
    const flush = 'arch/arm64/include/asm/tlbflush.h:__flush_tlb_range';
    const sites = without(`${flush}:dsb(ish)`, `${flush}:dsb(ishst)`);
    expect(violatedBy(on(arm64, { orderingSites: sites }))).toEqual([]);
    expect(sites.unmet).toEqual([]);
  });

  test('needs no READ_ONCE() to be ordered: what plain loads are is a data race', () => {
    expect(violatedBy(on(w, { kernel: 'v6.1+gup-fast-recheck-plain' }))).toEqual(['data-race']);
    expect(violatedBy(on(arm64, { kernel: 'v6.0+gup-fast-recheck-plain' }))).toEqual(['data-race']);
  });
});

describe('with an interrupt', () => {
  test.each([x86, powerpcHash])(
    'of the flush, on $id, nothing needs to be looked at again',
    (arch) => {
      expect(violatedBy(on(arch, { kernel: 'v5.19+gup-fast-no-recheck' }))).toEqual([]);
    },
  );

  test.each([arm64, s390, powerpcRadix, w])('of khugepaged, on $id, neither', (arch) => {
    expect(violatedBy(on(arch, { kernel: 'v6.1+gup-fast-no-recheck' }))).toEqual([]);
  });

  test('that is sent only where page tables are freed after a grace period', () => {
    expect(violatedBy(on(wNoRcu, { kernel: 'v6.1' }))).toEqual(stale);
    const zap = { scenario: 'gup-fast-collapse-zap', kernel: 'v6.1' };
    expect(violatedBy(on(wNoRcu, zap))).toEqual(['I4a-NoJunkRead']);
  });
});

describe('an interrupt to the CPUs of mm_cpumask()', () => {
  const scenario = 'gup-fast-collapse-switch-mm';

  test('may miss a CPU that has just begun to run the process, where nothing orders', () => {
    expect(violatedBy(on(wIpi, { scenario, kernel: 'v5.19', model: 'sc' }))).toEqual([]);
    expect(violatedBy(on(wIpi, { scenario, kernel: 'v5.19' }))).toEqual(stale);
    expect(violatedBy(on(x86, { scenario, kernel: 'v5.19' }))).toEqual([]);
    expect(violatedBy(on(powerpcHash, { scenario, kernel: 'v5.19' }))).toEqual([]);
  });

  test('takes a barrier on both sides', () => {
    const flush = 'arch/powerpc/mm/book3s64/pgtable.c:serialize_against_pte_lookup:smp_mb';
    const switched = 'kernel/sched/core.c:switch_mm:smp_mb:switch_mm_irqs_off';
    for (const site of [flush, switched]) {
      const orderingSites = new OrderingSites([[site, dropped]]);
      const violated = violatedBy(on(powerpcHash, { scenario, kernel: 'v5.19', orderingSites }));
      expect(orderingSites.unmet).toEqual([]);
      expect(violated, site).toEqual(stale);
    }
  });
});

describe('the page table of a range that is unmapped', () => {
  test('stays under a walk where there is a grace period or an interrupt, and only there', () => {
    const scenario = 'gup-fast-munmap';
    for (const architecture of [x86, x86Broadcast, arm64, s390, powerpcRadix, w, wIpi]) {
      expect(violatedBy(on(architecture, { scenario })), architecture.id).toEqual([]);
    }
    expect(violatedBy(on(wNoRcu, { scenario }))).toEqual(['I4a-NoJunkRead']);
  });
});

describe('a mutant of the reference check', () => {
  const withCheck = (
    check: new () => CollapseReferenceCheck,
    base: typeof v6_1,
    ...others: Patch[]
  ): Choice['kernel'] =>
    applyPatches(
      base,
      [
        definePatch({
          id: 'mutant',
          title: 'A mutant',
          provides: [{ token: COLLAPSE_REFERENCE_CHECK, useClass: check }],
        }),
        ...others,
      ],
      'mutant',
    );

  @injectable()
  class NoCheck implements CollapseReferenceCheck {
    isRefcountSuitable(): boolean {
      return true;
    }
  }

  @injectable()
  class OneReferenceTooMany implements CollapseReferenceCheck {
    isRefcountSuitable(page: Page): boolean {
      return pageCount(page) <= pageMapcount(page) + 1;
    }
  }

  test.each([NoCheck, OneReferenceTooMany])('%o is caught', (check) => {
    const scenario = 'gup-fast-collapse-pinned-first';
    expect(violatedBy(on(x86, { scenario, kernel: withCheck(check, v6_1) }))).toEqual([stale[0]]);
    expect(violatedBy(on(arm64, { kernel: withCheck(check, v6_0) })).join()).toContain(stale[0]);
  });
});

describe('a collapse and a walk', () => {
  test('may give up because of each other, and then nothing has changed', () => {
    const scenario = 'gup-fast-collapse-both-back-off';
    expect(explored(on(arm64, { scenario })).verdict).toBe('verified');
    expect(explored(on(x86, { scenario })).verdict).toBe('vacuous');
  });

  describe('of a table that is back where it was', () => {
    const scenario = 'gup-fast-collapse-split';

    /** The entry is looked at after the one above, also by the hardware. */
    @injectable()
    class OrderedRecheck implements GupFastRecheck {
      isUnchanged(arch: Architecture, { pmdp, pmd, ptep }: PteWalk, pte: Pte): boolean {
        if (arch.pmdpGet(pmdp) !== pmd) return false;
        smpRmb();
        return arch.ptepGet(ptep) === pte;
      }
    }
    const ordered = definePatch({
      id: 'ordered',
      title: 'A barrier between the two loads of the second look',
      provides: [{ token: GUP_FAST_RECHECK, useClass: OrderedRecheck }],
    });

    test.each([s390, x86Kvm, x86Broadcast])(
      'find the page that is there now on $id',
      (architecture) => {
        expect(violatedBy(on(architecture, { scenario }))).toEqual([]);
      },
    );

    test.each([x86Kvm, s390, arm64])(
      'may find the page that was there on $id, if a compiler exchanges the two loads',
      (architecture) => {
        const patched = (kernel: string): Partial<Choice> => ({
          scenario,
          kernel: `${kernel}+gup-fast-recheck-pte-first`,
          model: 'sc',
        });
        expect(violatedBy(on(architecture, patched('v6.0')))).toEqual([stale[1]]);
        expect(violatedBy(on(architecture, patched('v6.1')))).toEqual([]);
        expect(violatedBy(on(x86, patched('v6.0')))).toEqual([]);
      },
    );

    test.each([arm64, powerpcRadix])(
      'may find the page that was there on $id, whose loads of the second look are not ordered',
      (architecture) => {
        expect(violatedBy(on(architecture, { scenario, model: 'sc' }))).toEqual([]);
        expect(violatedBy(on(architecture, { scenario }))).toEqual([stale[1]]);
        const kernel = applyPatches(v6_0, [ordered], 'ordered');
        expect(violatedBy(on(architecture, { scenario, kernel }))).toEqual([]);
        expect(violatedBy(on(architecture, { scenario, kernel: 'v6.1' }))).toEqual([]);
      },
    );
  });

  // GUP-fast that gives its reference back late frees the page, under lru_lock, before or after khugepaged
  // holds that lock in release_pages(), where there is another page to free. One section frees all the others.
  test.each([
    [1, 33],
    [2, 38],
    [3, 38],
  ])('of %i pages take %i executions', (ptes, expected) => {
    const { executions } = explored(on(arm64, { parameters: { ptes } }));
    expect(executions).toBe(expected);
  });
});
