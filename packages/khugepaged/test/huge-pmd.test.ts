import {
  lruAddDrain,
  mmapReadLock,
  mmapReadUnlock,
  pageCount,
  pageMapcount,
  walkToPte,
} from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { once, type System } from './system.js';

function collapsed({ khugepaged, memory, mm, user }: System, start = 0): void {
  user.userWrite(mm, start, 1);
  user.userWrite(mm, start + 0x10, 2);
  lruAddDrain(memory);
  khugepaged.collapseHugePage(mm, start);
  lruAddDrain(memory);
}

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
      collapsed(system);
      split(system);
      const { arch, mapped, mm, user } = system;
      const head = mapped(0)!;
      const pte = walkToPte(mm, 0x10)!.ptep.read();
      return [
        [head.name, mapped(0x10)!.name],
        [arch.pteWrite(pte), arch.pteDirty(pte)],
        [pageCount(head), pageMapcount(head), head.compoundMapcount.read()],
        [user.userRead(mm, 0), user.userRead(mm, 0x10)],
      ];
    });
    expect(seen).toEqual([
      ['huge16', 'huge16[1]'],
      [true, true],
      [2, 1, -1],
      [1, 2],
    ]);
  });

  test('takes the table that was deposited last', () => {
    const seen = once((system) => {
      const own = walkToPte(system.mm, 0)!.table;
      collapsed(system);
      collapsed(system, 0x40);
      split(system);
      const taken = walkToPte(system.mm, 0)!.table;
      return [taken === own, taken.isStillOf(walkToPte(system.mm, 0)!.pmdp)];
    });
    expect(seen).toEqual([false, true]);
  });

  test('does nothing where no huge page is mapped', () => {
    const seen = once((system) => {
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
      const { table, pmdp } = walkToPte(system.mm, 0)!;
      collapsed(system);
      const head = system.mapped(0)!;
      zap(system);
      const gone = [system.mapped(0), pageCount(head), table.isStillOf(pmdp)];
      system.user.userWrite(system.mm, 0, 5);
      return [...gone, system.user.userRead(system.mm, 0), system.mapped(0)!.isHuge];
    });
    expect(seen).toEqual([undefined, 0, false, 5, false]);
  });
});
