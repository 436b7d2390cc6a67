import {
  mmapReadLock,
  mmapReadUnlock,
  pageCount,
  pmdOffset,
  walkToPte,
} from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { once, type System } from './system.js';

function split({ huge, mm, vma }: System, start = 0): void {
  mmapReadLock(mm);
  huge.splitHugePmd(vma, start);
  mmapReadUnlock(mm);
}

function zap({ huge, mm, vma }: System, start = 0): void {
  mmapReadLock(mm);
  huge.zapHugePmd(vma, start);
  mmapReadUnlock(mm);
}

describe('split', () => {
  test('maps the pages of the huge page one by one, as it was mapped', () => {
    const seen = once((system) => {
      const head = system.mapHuge();
      split(system);
      const { arch, mapped, mm, user } = system;
      const pte = walkToPte(mm, 0x10)!.ptep.read();
      return [
        [mapped(0) === head, mapped(0x10)!.name],
        [arch.pteWrite(pte), arch.pteDirty(pte)],
        [pageCount(head), head._mapcount.read(), head.compoundMapcount.read()],
        [user.userRead(mm, 0), user.userRead(mm, 0x10)],
      ];
    });
    expect(seen).toEqual([
      [true, 'huge16[1]'],
      [true, true],
      [2, 0, -1],
      [1, 2],
    ]);
  });

  test('takes the table that was deposited last', () => {
    const seen = once((system) => {
      const { mm } = system;
      system.mapHuge();
      const [own] = mm.pmdHugePte.read();
      system.mapHuge(0x40);
      split(system);
      const taken = walkToPte(mm, 0)!.table;
      return [taken === own!.table, taken.isStillOf(pmdOffset(mm, 0)!)];
    });
    expect(seen).toEqual([false, true]);
  });

  test('does nothing where no huge page is mapped', () => {
    const seen = once((system) => {
      system.user.userWrite(system.mm, 0, 1);
      const before = system.mapped(0);
      split(system);
      return system.mapped(0) === before;
    });
    expect(seen).toBe(true);
  });
});

describe('the end of a mapping', () => {
  test('frees the huge page and the table, and leaves room for another', () => {
    const seen = once((system) => {
      const head = system.mapHuge();
      const [deposit] = system.mm.pmdHugePte.read();
      zap(system);
      const { table, pmdp } = deposit!;
      const gone = [system.mapped(0), pageCount(head), table.isStillOf(pmdp)];
      system.user.userWrite(system.mm, 0, 5);
      return [...gone, system.user.userRead(system.mm, 0), system.mapped(0)!.isHuge];
    });
    expect(seen).toEqual([undefined, 0, false, 5, false]);
  });
});

// change_huge_pmd(), mm/huge_memory.c: pmdp_invalidate() first.
test('the entry of a huge page is changed while the hardware cannot use it', () => {
  const seen = once((system) => {
    const { arch, huge, mm, vma } = system;
    system.mapHuge();
    const pmdp = pmdOffset(mm, 0)!;
    const before = arch.pmdPte(pmdp.read());
    let meanwhile = false;
    const changed = huge.changeHugePmd(vma, 0, (pte) => {
      meanwhile = arch.walkerPermits(pmdp.read(), false);
      return arch.pteWrprotect(pte);
    });
    const nothing = huge.changeHugePmd(vma, 0x40, (pte) => pte);
    return [changed, meanwhile, arch.pmdPte(pmdp.read()) === arch.pteWrprotect(before), nothing];
  });
  expect(seen).toEqual([true, false, true, false]);
});
