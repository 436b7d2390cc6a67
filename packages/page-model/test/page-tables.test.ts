import {
  callRcu,
  localIrqRestore,
  localIrqSave,
  spinLock,
  spinUnlock,
  Violation,
} from '@pagerace/machine';
import { describe, expect, test } from 'vitest';
import {
  auditPageTables,
  mmapWriteLock,
  mmapWriteUnlock,
  mustBePmdNone,
  pgtableTransHugeDeposit,
  pgtableTransHugeWithdraw,
  pmdLock,
  pmdPopulate,
  pmdUnlock,
  pteAlloc,
  pteFree,
  type PteMapRule,
  pteOffsetMapLock,
  pteUnmapUnlock,
  tlbRemoveTableSyncOne,
  VM_READ,
  VM_WRITE,
  walkToPte,
  withPteLocked,
} from '../src/index.js';
import { explored, once, type System, violated } from './system.js';

const vmFlags = VM_READ | VM_WRITE;

/** A range of a table's addresses, whose table is linked in. */
function linked({ mm }: System, nth = 0): NonNullable<ReturnType<typeof walkToPte>> {
  pteAlloc(mm, nth * 0x40);
  return walkToPte(mm, nth * 0x40)!;
}

/** Runs with three ranges, as set-up, and audits the tables after. */
function audited(body: (system: System) => void): () => void {
  return () =>
    once((system) => {
      system.mm.mmap({ start: 0, pages: 12, vmFlags });
      body(system);
      auditPageTables(system.memory);
    });
}

describe('the lifetime of a page table', () => {
  test('ends when it is freed, and begins again, empty', () => {
    const seen = once((system) => {
      const { arch, mm } = system;
      mm.mmap({ start: 0, pages: 4, vmFlags });
      const { table, pmdp, ptep } = linked(system);
      const before = table.isStillOf(pmdp);
      ptep.write(7n);
      arch.pmdClear(pmdp);
      pteFree(mm, table);
      const after = table.isStillOf(pmdp);
      const again = linked(system);
      return [before, after, again.table === table, again.ptep.read(), mm.nrPtes.read()];
    });
    expect(seen).toEqual([true, false, true, 0n, 1]);
  });

  test('is over once only', () => {
    expect(() =>
      once((system) => {
        system.mm.mmap({ start: 0, pages: 4, vmFlags });
        const { table } = linked(system);
        table.free();
        table.free();
      }),
    ).toThrow();
  });

  test('goes on under a walk that somebody waits for, where tables are freed after a grace period', () => {
    const seen = (hasRcuTableFree: boolean): readonly string[] => {
      const { violations } = explored((system) => {
        const { arch, machine, mm } = system;
        Object.assign(arch, { hasRcuTableFree });
        mm.mmap({ start: 0, pages: 4, vmFlags });
        const { table, pmdp } = machine.boot(() => linked(system));
        machine.cpu(0).run('walk', () => {
          localIrqSave();
          const walk = walkToPte(mm, 0);
          if (walk?.table.isStillOf(pmdp) === false)
            throw new Violation('junk', 'the table is gone');
          localIrqRestore();
        });
        machine.cpu(1).run('free', () => {
          arch.pmdClear(pmdp);
          tlbRemoveTableSyncOne(mm.memory);
          pteFree(mm, table);
        });
        return undefined;
      });
      return [...new Set(violations.map(({ property }) => property))];
    };
    expect(seen(true)).toEqual([]);
    expect(seen(false)).toEqual(['junk']);
  });
});

describe('the lock of a page table', () => {
  /** Somebody locks an entry, somebody else takes the table out and frees it. */
  const found = (exclude: (mm: System['mm'], body: () => void) => void): readonly string[] =>
    violated((system) => {
      const { arch, machine, mm } = system;
      mm.mmap({ start: 0, pages: 4, vmFlags });
      const { table, pmdp } = machine.boot(() => linked(system));
      machine.cpu(0).run('lock', () => {
        exclude(mm, () => {
          const locked = pteOffsetMapLock(mm, 0);
          if (locked !== undefined) pteUnmapUnlock(locked);
        });
      });
      machine.cpu(1).run('free', () => {
        exclude(mm, () => {
          arch.pmdClear(pmdp);
          pteFree(mm, table);
          // The frame is a page table once more, and whoever has found it before may be late.
          pteAlloc(mm, 0);
        });
      });
      return undefined;
    });

  test('is not to be taken, nor held, when the table is freed', () => {
    expect(found((_, body) => body())).toEqual(['I5-PtlOwner']);
  });

  test('is whole again in a table that is given out again', () => {
    expect(
      found((mm, body) => {
        mmapWriteLock(mm);
        body();
        mmapWriteUnlock(mm);
      }),
    ).toEqual([]);
  });
});

describe('a table that is taken out under its lock, and freed after a grace period', () => {
  /** Somebody writes an entry under the lock, which has to be found where the table was linked in. */
  const found = (rule: PteMapRule): readonly string[] =>
    violated(({ arch, machine, memory, mm, page }) => {
      Object.assign(memory, { pteMapRule: rule });
      mm.mmap({ start: 0, pages: 4, vmFlags });
      const { table, pmdp } = machine.boot(() => {
        pteAlloc(mm, 0);
        return walkToPte(mm, 0)!;
      });
      machine.cpu(0).run('map', () =>
        withPteLocked(mm, 0, (ptep) => {
          ptep.write(arch.mkPte(page, 1n));
          if (arch.pmdNone(arch.pmdpGet(pmdp))) throw new Violation('lost', 'nobody will find it');
        }),
      );
      machine.cpu(1).run('take out', () => {
        pmdLock(mm);
        spinLock(table.ptl);
        arch.pmdClear(pmdp);
        spinUnlock(table.ptl);
        pmdUnlock(mm);
        callRcu(() => {
          pteFree(mm, table);
        });
      });
      return undefined;
    });

  test.each<[readonly string[], PteMapRule]>([
    [['I5-PtlOwner', 'lost'], { looksAgain: false, inRcuSection: false }],
    [['I5-PtlOwner'], { looksAgain: true, inRcuSection: false }],
    [['lost'], { looksAgain: false, inRcuSection: true }],
    [[], { looksAgain: true, inRcuSection: true }],
  ])('shows %j to who has it mapped by %j', (properties, rule) => {
    expect(found(rule)).toEqual(properties);
  });
});

describe('an address space', () => {
  test('has its tables where they belong', () => {
    expect(audited((system) => void linked(system))).not.toThrow();
    expect(
      audited((system) => {
        const { table, pmdp } = linked(system);
        system.arch.pmdClear(pmdp);
        pgtableTransHugeDeposit(system.mm, pmdp, table);
      }),
    ).not.toThrow();
  });

  test.each<[string, (system: System) => void]>([
    [
      'is nowhere',
      (system) => {
        system.arch.pmdClear(linked(system).pmdp);
      },
    ],
    [
      'is free, and linked in',
      (system) => {
        pteFree(system.mm, linked(system).table);
      },
    ],
    [
      'is in two places',
      (system) => {
        const { table, pmdp } = linked(system);
        pgtableTransHugeDeposit(system.mm, pmdp, table);
      },
    ],
    [
      'is not counted',
      (system) => {
        linked(system);
        system.mm.nrPtes.write(0);
      },
    ],
  ])('is caught with a table that %s', (_, body) => {
    expect(audited(body)).toThrow(/linked in or deposited|nr_ptes/);
  });

  test('must not have an entry filled twice', () => {
    const filled = violated((system) => {
      const { machine, mm } = system;
      mm.mmap({ start: 0, pages: 4, vmFlags });
      const { pmdp } = machine.boot(() => linked(system));
      machine.cpu(0).run('populate', () => {
        mustBePmdNone(mm, pmdp);
      });
      return undefined;
    });
    expect(filled).toEqual(['BUG_ON']);
  });
});

describe('deposited tables', () => {
  const withdrawn = (rule: string): readonly (string | undefined)[] =>
    once((system) => {
      const { arch, mm } = system;
      Object.assign(arch, { depositRule: rule });
      mm.mmap({ start: 0, pages: 12, vmFlags });
      const walks = [0, 1, 2].map((nth) => linked(system, nth));
      pmdLock(mm);
      for (const { pmdp, table } of walks) {
        arch.pmdClear(pmdp);
        pgtableTransHugeDeposit(mm, pmdp, table);
      }
      const tables = walks.map(({ pmdp }) => {
        const table = pgtableTransHugeWithdraw(mm, pmdp);
        pmdPopulate(mm, 0, pmdp, table);
        return `${String(walks.findIndex((walk) => walk.table === table))} ${String(table.isStillOf(pmdp))}`;
      });
      pmdUnlock(mm);
      return tables;
    });

  test('are taken the newest first, and then round the ring, by whoever comes', () => {
    expect(withdrawn('list')).toEqual(['2 true', '0 true', '1 true']);
  });

  test('are taken by those that they are for, on powerpc with the hash MMU', () => {
    expect(withdrawn('per pmd')).toEqual(['0 true', '1 true', '2 true']);
  });

  test('have something else than entries in them where the list goes through them', () => {
    const seen = once((system) => {
      const { arch, mm } = system;
      Object.assign(arch, { depositRule: 'list in table' });
      mm.mmap({ start: 0, pages: 4, vmFlags });
      const { pmdp, table } = linked(system);
      const entries = (): readonly bigint[] => [...table.entries].map((ptep) => ptep.read());
      pgtableTransHugeDeposit(mm, pmdp, table);
      const deposited = [table.isStillOf(pmdp), ...entries().map((one) => one === 0n)];
      pgtableTransHugeWithdraw(mm, pmdp);
      return [deposited, [table.isStillOf(pmdp), ...entries()]];
    });
    expect(seen).toEqual([
      [false, false, false, true, true],
      [true, 0n, 0n, 0n, 0n],
    ]);
  });
});
