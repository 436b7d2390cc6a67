import { IpiTlbFlush, x86, X86 } from '@pagerace/arch-x86';
import { type Bio, BIO_PAGES, BioPages, gupFlagsOf } from '@pagerace/block';
import { injectable } from '@pagerace/di';
import { GUP_FAST_TOUCH, type GupFastTouch, type GupFlags } from '@pagerace/gup';
import {
  type Constructor,
  defineArchitecture,
  applyPatches,
  kernelOf,
  definePatch,
  type Kernel,
} from '@pagerace/kernel';
import {
  currentFunction,
  dropped,
  isInTask,
  OrderingSites,
  readOnce,
  smpMb,
  smpRmb,
  TaskLocal,
  writeOnce,
} from '@pagerace/machine';
import {
  type Architecture,
  ARCHITECTURE,
  type Mm,
  type Page,
  pageCount,
  PageDirty,
  pageMapcount,
  type Pte,
  type Ptep,
  setPageDirty,
  setPageDirtyLock,
  TLB_FLUSH,
  type VirtualAddress,
  type Vma,
} from '@pagerace/page-model';
import {
  DroppableDiscard,
  LAZY_FREE_RULE,
  type LazyFreeFate,
  type LazyFreeRule,
} from '@pagerace/rmap';
import { describe, expect, test } from 'vitest';
import { explored, violatedBy } from './support/exploring.js';

const v5_17_rc2 = kernelOf('v5.17-rc2');
const v5_18 = kernelOf('v5.18');
const v6_11 = kernelOf('v6.11');
const v6_15 = kernelOf('v6.15');

/** A kernel with another rule by which lazyfree pages are discarded. */
function withRule(rule: Constructor<LazyFreeRule>, base: Kernel = v5_18): Kernel {
  const mutant = definePatch({
    id: 'mutant-rule',
    title: 'A mutant of the rule',
    provides: [{ token: LAZY_FREE_RULE, useClass: rule }],
  });
  return applyPatches(base, [mutant], 'mutant');
}

/** A kernel whose requests treat their pages in another way. */
function kernelWith(pages: Constructor<BioPages>, base: Kernel): Kernel {
  const provides = [{ token: BIO_PAGES, useClass: pages }] as const;
  const mutant = definePatch({ id: 'mutant-bio', title: 'A mutant of block/bio.c', provides });
  return applyPatches(base, [mutant], 'mutant');
}
/** Makes pages dirty under no lock. */
@injectable()
class DirtyWithoutLock extends BioPages {
  override bioReleasePages(bio: Bio, markDirty: boolean): void {
    for (const { page } of bio.ioVec.read()) {
      if (markDirty) setPageDirty(page);
      this.gup.release(page, gupFlagsOf(bio));
    }
  }
}

abstract class Mutant implements LazyFreeRule {
  abstract fateOf(page: Page): LazyFreeFate;

  isDroppable(): boolean {
    return false;
  }
}

@injectable()
class NoReferenceCheck extends Mutant {
  fateOf(page: Page): LazyFreeFate {
    smpMb();
    pageCount(page);
    pageMapcount(page);
    smpRmb();
    return PageDirty(page) ? 'remap' : 'discard';
  }
}

@injectable()
class InvertedReferenceCheck extends Mutant {
  fateOf(page: Page): LazyFreeFate {
    smpMb();
    const known = 1 + pageMapcount(page);
    const referenced = pageCount(page) !== known;
    smpRmb();
    return referenced && !PageDirty(page) ? 'discard' : 'remap';
  }
}

@injectable()
class NoDirtyCheck extends Mutant {
  fateOf(page: Page): LazyFreeFate {
    smpMb();
    const references = pageCount(page);
    const mappings = pageMapcount(page);
    smpRmb();
    return references === 1 + mappings ? 'discard' : 'remap';
  }
}

@injectable()
class InvertedDirtyCheck extends Mutant {
  fateOf(page: Page): LazyFreeFate {
    smpMb();
    const references = pageCount(page);
    const mappings = pageMapcount(page);
    smpRmb();
    return references === 1 + mappings && PageDirty(page) ? 'discard' : 'remap';
  }
}

/** The dirty bit is read first: he who writes makes the page dirty and lets go of it in between. */
@injectable()
class DirtyCheckFirst extends Mutant {
  fateOf(page: Page): LazyFreeFate {
    smpMb();
    const dirty = PageDirty(page);
    smpRmb();
    const references = pageCount(page);
    const mappings = pageMapcount(page);
    return references === 1 + mappings && !dirty ? 'discard' : 'remap';
  }
}

/** One reference too many passes for one of the isolation. */
@injectable()
class OneReferenceTooMany extends Mutant {
  fateOf(page: Page): LazyFreeFate {
    smpMb();
    const references = pageCount(page);
    const mappings = pageMapcount(page);
    smpRmb();
    return references <= 2 + mappings && !PageDirty(page) ? 'discard' : 'remap';
  }
}

describe.each(['sc', 'tso'])('under %s a mutant of the fix', (model) => {
  const scenario = 'madv-free-dio';

  test.each([
    ['without the check of references', NoReferenceCheck],
    ['with the check of references inverted', InvertedReferenceCheck],
    ['without the check of the dirty bit', NoDirtyCheck],
    ['with the check of the dirty bit inverted', InvertedDirtyCheck],
    ['that lets one reference too many pass', OneReferenceTooMany],
  ])('%s is caught', (_, rule) => {
    const violated = violatedBy({ scenario, kernel: withRule(rule), model });
    expect(violated.join()).toContain('I-DIO');
  });

  // set_page_dirty_lock() waits for the page lock, which reclaim has all the time: whoever lets go of
  // the page meanwhile has made it dirty before.
  test('that reads the dirty bit first is harmless, for the page lock', () => {
    expect(violatedBy({ scenario, kernel: withRule(DirtyCheckFirst), model })).toEqual([]);
  });

  test('that reads the dirty bit first is caught where dirtying takes no page lock', () => {
    const unlocked = kernelWith(DirtyWithoutLock, v5_18);
    expect(violatedBy({ scenario, kernel: unlocked, model })).toEqual([]);
    const violated = violatedBy({ scenario, kernel: withRule(DirtyCheckFirst, unlocked), model });
    expect(violated.join()).toContain('I-DIO');
  });

  // Loads are not reordered, and the locked exchange that clears the entry is a full barrier already.
  test.each(['smp_mb', 'smp_rmb'])('without its %s() is harmless', (barrier) => {
    const site = `mm/rmap.c:try_to_unmap_one:${barrier}`;
    const orderingSites = new OrderingSites([[site, dropped]]);
    const { verdict } = explored({ scenario, kernel: v5_18, model, orderingSites });
    expect(verdict).toBe('verified');
    expect(orderingSites.unmet).toEqual([]);
  });
});

describe('the rule of v6.15', () => {
  /** What is dirty stays lazyfree as well: it is discarded by the next attempt. */
  @injectable()
  class NeverRemapsForGood extends Mutant {
    fateOf(page: Page): LazyFreeFate {
      smpMb();
      const references = pageCount(page);
      const mappings = pageMapcount(page);
      smpRmb();
      return references === 1 + mappings ? 'discard' : 'remap, still lazyfree';
    }
  }

  test('is caught without its check of the dirty bit', () => {
    const kernel = withRule(NeverRemapsForGood, v6_15);
    expect(violatedBy({ scenario: 'madv-free-dio', kernel }).join()).toContain('I-DIO');
    expect(violatedBy({ scenario: 'madv-free-dio-reclaim-last', kernel }).join()).toContain(
      'I-DIO',
    );
  });
});

describe('the full barrier of the fix', () => {
  /** x86 that clears an entry by an ordinary load and store, and flushes without a locked increment. */
  @injectable()
  class PlainClear extends X86 {
    override ptepGetAndClear(_mm: Mm, _address: VirtualAddress, ptep: Ptep): Pte {
      const pte = readOnce(ptep);
      writeOnce(ptep, this.none);
      return pte;
    }
  }
  /** A TLB that never needs a flush, and so none that orders anything. */
  @injectable()
  class NoFlush extends IpiTlbFlush {
    override flushTlbPage(): void {
      // Nothing to do.
    }

    override shouldDefer(): boolean {
      return false;
    }
  }
  const withFlush = (useClass: typeof IpiTlbFlush) =>
    defineArchitecture({
      id: `x86-plain-clear-${useClass.name}`,
      title: 'x86 with an ordinary store in ptep_get_and_clear()',
      model: 'tso',
      provides: [
        { token: ARCHITECTURE, useClass: PlainClear },
        { token: TLB_FLUSH, useClass },
      ],
      histories: x86.histories,
    });
  const generation = 'arch/x86/include/asm/tlbflush.h:arch_tlbbatch_add_mm:atomic64_inc_return';
  const barrier = 'mm/rmap.c:try_to_unmap_one:smp_mb';
  const run = (flush: typeof IpiTlbFlush, model: string, ...sites: string[]): string => {
    const orderingSites = new OrderingSites(sites.map((site) => [site, dropped]));
    const architecture = withFlush(flush);
    const choice = { scenario: 'madv-free-dio', kernel: v5_18, architecture, model };
    const { verdict } = explored({ ...choice, orderingSites });
    expect(orderingSites.unmet).toEqual([]);
    return verdict;
  };

  test('is needed under tso where nothing else orders the cleared entry', () => {
    expect(run(NoFlush, 'tso')).toBe('verified');
    expect(run(NoFlush, 'tso', barrier)).toBe('violated');
    expect(run(NoFlush, 'sc', barrier)).toBe('verified');
  });

  test('is not needed where a flush is deferred: noting that is a locked increment', () => {
    expect(run(IpiTlbFlush, 'tso', barrier)).toBe('verified');
    expect(run(IpiTlbFlush, 'tso', generation, barrier)).toBe('verified');
  });
});

describe('GUP-fast', () => {
  /** gup_pte_range() finds the entry unchanged whenever it looks again. */
  @injectable()
  class NoSecondLook extends X86 {
    readonly #first = new TaskLocal<Pte | undefined>(() => undefined);

    override ptepGetLockless(ptep: Ptep): Pte {
      const pte = super.ptepGetLockless(ptep);
      this.#first.set(pte);
      return pte;
    }

    override ptepGet(ptep: Ptep): Pte {
      const first = isInTask() ? this.#first.get() : undefined;
      if (first === undefined || currentFunction().name !== 'gup_pte_range')
        return super.ptepGet(ptep);
      this.#first.set(undefined);
      return first;
    }
  }
  const architecture = defineArchitecture({
    id: 'x86-no-second-look',
    title: 'x86 with a GUP-fast that does not look again',
    model: 'tso',
    provides: [
      { token: ARCHITECTURE, useClass: NoSecondLook },
      { token: TLB_FLUSH, useClass: IpiTlbFlush },
    ],
    histories: x86.histories,
  });

  test.each(['sc', 'tso'])('is caught under %s if it does not look at the entry again', (model) => {
    const violated = violatedBy({ scenario: 'madv-free-dio', kernel: v5_18, architecture, model });
    expect(violated.join()).toContain('I-DIO');
  });
});

describe('direct I/O', () => {
  /** Gives the reference back first. */
  @injectable()
  class ReleaseFirst extends BioPages {
    override bioReleasePages(bio: Bio, markDirty: boolean): void {
      for (const { page } of bio.ioVec.read()) {
        this.gup.release(page, gupFlagsOf(bio));
        if (markDirty) setPageDirtyLock(page);
      }
    }
  }

  /** Never says that the device has written. */
  @injectable()
  class NeverDirty extends BioPages {
    override bioReleasePages(bio: Bio): void {
      super.bioReleasePages(bio, false);
    }
  }

  test.each([v5_18, v6_15])(
    'is caught on $id if it gives a page back before it is dirty',
    (kernel) => {
      const violated = violatedBy({
        scenario: 'madv-free-dio',
        kernel: kernelWith(ReleaseFirst, kernel),
      });
      expect(violated.join()).toContain('I-DIO');
    },
  );

  test.each([v5_18, v6_15])('is caught on $id if it makes no page dirty', (kernel) => {
    const violated = violatedBy({
      scenario: 'madv-free-dio',
      kernel: kernelWith(NeverDirty, kernel),
    });
    expect(violated.join()).toContain('I-DIRTY');
  });

  test('that dirties before the submission is no fix of reclaim', () => {
    const kernel = 'v5.17-rc2+dirty-before-submit';
    expect(violatedBy({ scenario: 'madv-free-dio', kernel })).toEqual(['I-COH & I-DIO']);
  });

  test('that dirties before the submission does no harm to the fix', () => {
    const kernel = 'v5.17-rc2+madv-free-refcount-check+dirty-before-submit';
    expect(explored({ scenario: 'madv-free-dio', kernel }).verdict).toBe('verified');
  });
});

describe('pins', () => {
  test('are no fix: reclaim looks for them when the mapping is gone', () => {
    const kernel = 'v5.17-rc2+keep-pinned+bio-pin-pages';
    expect(violatedBy({ scenario: 'madv-free-dio', kernel })).toEqual(['I-COH & I-DIO']);
  });
});

describe('FOLL_TOUCH in GUP-fast', () => {
  test('is a fix of its own', () => {
    const kernel = 'v5.17-rc2+gup-fast-touch';
    expect(explored({ scenario: 'madv-free-dio', kernel }).verdict).toBe('verified');
  });

  test.each([
    [
      'is none if it makes read-only references dirty instead',
      (write: boolean | undefined) => write !== true,
    ],
    ['is none if it does nothing', () => false],
  ])('%s', (_, touches) => {
    @injectable()
    class MutantTouch implements GupFastTouch {
      touch(_arch: Architecture, page: Page, _pte: Pte, { write }: GupFlags): void {
        if (touches(write)) setPageDirty(page);
      }
    }
    const mutant = definePatch({
      id: 'mutant',
      title: 'A mutant of FOLL_TOUCH',
      provides: [{ token: GUP_FAST_TOUCH, useClass: MutantTouch }],
    });
    const kernel = applyPatches(v5_17_rc2, [mutant], 'mutant');
    expect(violatedBy({ scenario: 'madv-free-dio', kernel })).toEqual(['I-COH & I-DIO']);
  });
});

describe('the rule for droppable mappings', () => {
  @injectable()
  class DropsWhatIsHeld extends DroppableDiscard {
    override fateOf(page: Page, vma: Vma): LazyFreeFate {
      return super.fateOf(page, vma) === 'remap' ? 'remap' : 'discard';
    }
  }
  @injectable()
  class DropsEveryDirtyPage extends DroppableDiscard {
    override fateOf(page: Page): LazyFreeFate {
      smpMb();
      const references = pageCount(page);
      const mappings = pageMapcount(page);
      smpRmb();
      return references === 1 + mappings ? 'discard' : 'remap';
    }
  }
  @injectable()
  class KnowsNoDroppable extends DroppableDiscard {
    override isDroppable(): boolean {
      return false;
    }
  }

  test('is caught if it drops dirty pages of other mappings', () => {
    const kernel = withRule(DropsEveryDirtyPage, v6_11);
    expect(violatedBy({ scenario: 'madv-free-dio-reclaim-last', kernel }).join()).toContain(
      'I-DIO',
    );
  });

  test('never applies if it takes no mapping for droppable', () => {
    const kernel = withRule(KnowsNoDroppable, v6_11);
    const { verdict, neverCovered } = explored({ scenario: 'madv-free-droppable', kernel });
    expect([verdict, ...neverCovered]).toEqual(['vacuous', 'I-DISC']);
  });

  test('is, for a mapping that is not droppable, the fix and nothing else', () => {
    // In other mappings it never answers "still lazyfree", which alone this mutant changes.
    const kernel = withRule(DropsWhatIsHeld, v6_11);
    expect(explored({ scenario: 'madv-free-dio', kernel }).verdict).toBe('verified');
  });
});
