import {
  auditReferences,
  GUP_PIN_COUNTING_BIAS,
  lruAddDrain,
  type Page,
  pageCount,
  PageDirty,
  PageReferenced,
  VM_READ,
  VM_WRITE,
  walkToPmd,
  walkToPte,
} from '@pagerace/page-model';
import { mapHugePage } from '@pagerace/page-model/testing';
import { rawWriteSeqcountBegin, rawWriteSeqcountEnd } from '@pagerace/machine';
import { describe, expect, test } from 'vitest';
import { explored, once, type System } from './system.js';

const vmFlags = VM_READ | VM_WRITE;
const forWriting = { write: true };

const pageAt = ({ memory, arch, mm }: System, address: number): Page =>
  memory.pageAt(arch.ptePfn(walkToPte(mm, address)!.ptep.read()));

/** A page that is mapped clean and writable, as MADV_FREE leaves it. */
function cleanPage(system: System): Page {
  const { arch, mm, user, memory } = system;
  mm.mmap({ start: 0, pages: 2, vmFlags });
  user.userWrite(mm, 0, 7);
  lruAddDrain(memory);
  const { ptep } = walkToPte(mm, 0)!;
  ptep.write(arch.pteMkclean(ptep.read()));
  return pageAt(system, 0);
}

// gup_must_unshare(), include/linux/mm.h: 84209e87c696 (v6.2).
test.each([
  [false, true, false],
  [true, false, true],
])('a long-term pin for reading, unshared %s, is of the zero page: %s', (unshares, zero, keeps) => {
  const seen = once(
    (system) => {
      const { gup, memory, mm, user } = system;
      mm.mmap({ start: 0, pages: 1, vmFlags });
      user.userRead(mm, 0);
      const flags = { pin: true, longterm: true };
      const [page] = gup.getUserPagesFast(mm, 0, 1, flags);
      const isReadOnly = !system.arch.pteWrite(walkToPte(mm, 0)!.ptep.read());
      user.userWrite(mm, 0, 7);
      const isKept = page === pageAt(system, 0);
      gup.release(page!, flags);
      return [page === memory.zeroPage, isReadOnly, isKept];
    },
    undefined,
    { unsharesForLongterm: unshares },
  );
  expect(seen).toEqual([zero, true, keeps]);
});

describe('GUP-fast', () => {
  test('takes a clean page for writing and leaves it clean', () => {
    const seen = once((system) => {
      const page = cleanPage(system);
      const [got] = system.gup.getUserPagesFast(system.mm, 0, 1, { ...forWriting, fastOnly: true });
      return [got === page, pageCount(page), PageDirty(page), PageReferenced(page)];
    });
    expect(seen).toEqual([true, 2, false, true]);
  });

  test('leaves what is read-only, absent or the zero page to the slow path', () => {
    const fast = once((system) => {
      const { arch, gup, mm, user } = system;
      cleanPage(system);
      const only = (address: number, write: boolean): number =>
        gup.getUserPagesFast(mm, address, 1, { write, fastOnly: true }).length;
      const absent = only(0x10, false);
      user.userRead(mm, 0x10);
      const zero = only(0x10, false);
      arch.ptepSetWrprotect(mm, 0, walkToPte(mm, 0)!.ptep);
      return [absent, zero, only(0, true), only(0, false)];
    });
    expect(fast).toEqual([0, 0, 0, 1]);
  });

  test('stops at the first page that it does not get, and the slow path does the rest', () => {
    const seen = once((system) => {
      const page = cleanPage(system);
      const got = system.gup.getUserPagesFast(system.mm, 0, 2, forWriting);
      return [got.length, got[0] === page, got[1] === pageAt(system, 0x10), pageCount(page)];
    });
    expect(seen).toEqual([2, true, true, 2]);
  });

  test('is not there without its configuration', () => {
    const dirty = once((system) => {
      system.config.haveFastGup = false;
      const page = cleanPage(system);
      system.gup.getUserPagesFast(system.mm, 0, 1, forWriting);
      return PageDirty(page);
    });
    expect(dirty).toBe(true);
  });

  test('does not pin while fork write-protects', () => {
    const seen = once((system) => {
      cleanPage(system);
      rawWriteSeqcountBegin(system.mm.writeProtectSeq);
      const only = (pin: boolean): number =>
        system.gup.getUserPagesFast(system.mm, 0, 1, { pin, fastOnly: true }).length;
      return [only(true), only(false), system.mm.hasPinned.read()];
    });
    expect(seen).toEqual([0, 1, 1]);
  });
});

describe('the slow path', () => {
  // __get_user_pages_locked(): fork must look for pins that come this way, too.
  test('gives a pin back if fork write-protects during the walk', () => {
    const seen = once((system) => {
      const page = cleanPage(system);
      const { arch, gup, mm } = system;
      const ptepGetLockless = arch.ptepGetLockless.bind(arch);
      arch.ptepGetLockless = (ptep) => {
        rawWriteSeqcountBegin(mm.writeProtectSeq);
        rawWriteSeqcountEnd(mm.writeProtectSeq);
        return ptepGetLockless(ptep);
      };
      const got = gup.getUserPagesFast(mm, 0, 1, { ...forWriting, pin: true, fastOnly: true });
      return [got.length, pageCount(page)];
    });
    expect(seen).toEqual([0, 1]);
  });

  test('gives a reference back if the entry changes during the walk', () => {
    const seen = once((system) => {
      const page = cleanPage(system);
      const { arch, gup, mm } = system;
      const ptepGetLockless = arch.ptepGetLockless.bind(arch);
      arch.ptepGetLockless = (ptep) => {
        const pte = ptepGetLockless(ptep);
        arch.ptepSetWrprotect(mm, 0, ptep);
        return pte;
      };
      const got = gup.getUserPagesFast(mm, 0, 1, { ...forWriting, fastOnly: true });
      return [got.length, pageCount(page)];
    });
    expect(seen).toEqual([0, 1]);
  });

  test('says that the process has pinned a page', () => {
    const seen = once((system) => {
      cleanPage(system);
      const { gup, mm } = system;
      const had = [{}, { pin: true }].map((flags) => {
        gup.getUserPagesUnlocked(mm, 0, 1, flags);
        return mm.hasPinned.read();
      });
      return had;
    });
    expect(seen).toEqual([0, 1]);
  });

  test('makes a page dirty that will be written to, and no other', () => {
    const dirty = once((system) => {
      const page = cleanPage(system);
      system.gup.getUserPagesUnlocked(system.mm, 0, 1, {});
      const afterRead = PageDirty(page);
      system.gup.getUserPagesUnlocked(system.mm, 0, 1, forWriting);
      return [afterRead, PageDirty(page), pageCount(page)];
    });
    expect(dirty).toEqual([false, true, 3]);
  });

  test('faults in what is absent, and what is read-only for a write', () => {
    const seen = once((system) => {
      const { gup, mm, user } = system;
      mm.mmap({ start: 0, pages: 2, vmFlags });
      const [absent] = gup.getUserPagesUnlocked(mm, 0, 1, forWriting);
      user.userRead(mm, 0x10);
      const [zero] = gup.getUserPagesUnlocked(mm, 0x10, 1, {});
      const [written] = gup.getUserPagesUnlocked(mm, 0x10, 1, forWriting);
      return [
        absent === pageAt(system, 0),
        zero?.isZeroPage,
        written?.isZeroPage,
        written === pageAt(system, 0x10),
      ];
    });
    expect(seen).toEqual([true, true, false, true]);
  });

  test('finds nothing where nothing is mapped', () => {
    const { violations } = explored(({ machine, gup, mm }) => {
      machine.cpu(0).run('user', () => gup.getUserPagesUnlocked(mm, 0x500, 1, {}));
      return undefined;
    });
    expect(violations[0]?.property).toBe('EFAULT');
  });
});

describe.each(['getUserPagesFast', 'getUserPagesUnlocked'] as const)('%s', (how) => {
  test('pins with the bias, and takes it back', () => {
    const counts = once((system) => {
      const page = cleanPage(system);
      const flags = { write: true, pin: true };
      system.gup[how](system.mm, 0, 1, flags);
      const pinned = pageCount(page);
      system.gup.release(page, flags);
      return [pinned, pageCount(page)];
    });
    expect(counts).toEqual([1 + GUP_PIN_COUNTING_BIAS, 1]);
  });
});

test('whoever removes an entry and looks at the references finds that of GUP-fast, or GUP-fast backs off', () => {
  const { verdict, executions } = explored((system) => {
    const { arch, machine, memory, mm, gup } = system;
    const page = machine.boot(() => cleanPage(system));
    const { ptep } = walkToPte(mm, 0)!;
    machine.cpu(0).run('gup', () => {
      const got = gup.getUserPagesFast(mm, 0, 1, { write: true, fastOnly: true });
      return got.length;
    });
    machine.cpu(1).run('unmap', () => {
      const pte = arch.ptepGetAndClear(mm, 0, ptep);
      const references = pageCount(page);
      arch.setPteAt(mm, 0, ptep, pte);
      return references;
    });
    return ({ gup: got, unmap: references }) => {
      // One reference is that of the mapping.
      if (got === 1 && pageCount(page) === 1) throw new Error('the reference is lost');
      auditReferences(memory, new Map(got === 1 ? [[page, 1]] : []));
      expect(references).toBeLessThanOrEqual(2);
    };
  });
  expect(verdict).toBe('verified');
  expect(executions).toBeGreaterThan(3);
});

describe('a pin of a huge page', () => {
  const hugePage = ({ mm }: System): Page =>
    mapHugePage(mm.mmap({ start: 0, pages: 1, vmFlags }), 0);
  /** References and pins. */
  const counts = (head: Page): readonly number[] => [pageCount(head), head.compoundPincount.read()];
  const options = { hugePages: 1 };
  const forPinning = { write: true, pin: true };

  // try_grab_compound_head() and put_compound_head(), mm/gup.c: compound_pincount, v5.7 (47e29d32afba).
  test.each(['getUserPagesFast', 'getUserPagesUnlocked'] as const)(
    'is counted beside its reference by %s, until it is released',
    (how) => {
      const seen = once(
        (system) => {
          const head = hugePage(system);
          const [page] = system.gup[how](system.mm, 0, 1, forPinning);
          const pinned = counts(head);
          system.gup.release(page!, forPinning);
          return [page === head, pinned, counts(head)];
        },
        undefined,
        options,
      );
      expect(seen).toEqual([true, [2, 1], [1, 0]]);
    },
  );

  // 088b8aa537c2, v6.1: the barrier of try_grab_folio() is between the pin and the second look.
  test('comes before what orders it, and the second look after that', () => {
    const seen = once(
      (system) => {
        const events: unknown[] = [];
        const { arch, gup, mm } = system;
        const head = hugePage(system);
        const pmdpGet = arch.pmdpGet.bind(arch);
        arch.pmdpGet = (pmdp) => {
          events.push('look');
          return pmdpGet(pmdp);
        };
        system.pinOrdering.afterPin = () => void events.push(counts(head));
        gup.getUserPagesFast(mm, 0, 1, { ...forPinning, fastOnly: true });
        return events;
      },
      undefined,
      options,
    );
    expect(seen).toEqual(['look', [2, 1], 'look']);
  });

  test('is given back with its reference if the entry changes during the walk', () => {
    const seen = once(
      (system) => {
        const { arch, gup, mm, pinOrdering } = system;
        const head = hugePage(system);
        const { pmdp } = walkToPmd(mm, 0)!;
        pinOrdering.afterPin = () => arch.pmdpSetWrprotect(mm, 0, pmdp);
        const got = gup.getUserPagesFast(mm, 0, 1, { ...forPinning, fastOnly: true });
        return [got.length, counts(head)];
      },
      undefined,
      options,
    );
    expect(seen).toEqual([0, [1, 0]]);
  });
});

// gup_huge_pmd(), mm/gup.c: "if (unlikely(pmd_val(orig) != pmd_val(*pmdp)))".
test('whoever removes the entry of a huge page finds the reference of GUP-fast, or GUP-fast backs off', () => {
  const seen = new Set<string>();
  const { verdict, error } = explored(
    ({ arch, gup, machine, mm }) => {
      const vma = mm.mmap({ start: 0, pages: 1, vmFlags });
      const head = machine.boot(() => mapHugePage(vma, 0));
      const { pmdp } = walkToPmd(mm, 0)!;
      machine.cpu(0).run('gup', () => {
        return gup.getUserPagesFast(mm, 0, 1, { write: true, fastOnly: true }).length;
      });
      machine.cpu(1).run('unmap', () => {
        arch.pmdpHugeGetAndClear(mm, 0, pmdp);
        return pageCount(head);
      });
      return ({ gup: got, unmap: references }) =>
        void seen.add(`${String(got)} of ${String(references)}`);
    },
    { hugePages: 1 },
  );
  // The reference of the mapping, and that of GUP-fast: which may be one that it gives back.
  expect([verdict, error, [...seen].sort()]).toEqual([
    'verified',
    undefined,
    ['0 of 1', '0 of 2', '1 of 2'],
  ]);
});
