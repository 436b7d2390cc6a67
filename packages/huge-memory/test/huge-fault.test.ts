import { HUGE_REUSE_RULE, type HugeReuseRule } from '@pagerace/cow';
import { injectable, type Wiring } from '@pagerace/di';
import { atomicInc } from '@pagerace/machine';
import {
  auditReferences,
  FAULT_FLAG_UNSHARE,
  FAULT_FLAG_WRITE,
  getPage,
  lockPage,
  mmapReadLock,
  mmapReadUnlock,
  type Page,
  PageLocked,
  type PmdWalk,
  type Pte,
  unlockPage,
  walkToPmd,
  walkToPte,
} from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { explored, once, type System } from './system.js';

/** Maps a huge page and makes its entry what is given. @returns the entry as a fault reads it */
function mappedAs({ arch, mapHuge, mm }: System, change: (pte: Pte) => Pte): PmdWalk {
  mapHuge();
  const { pmdp, pmd } = walkToPmd(mm, 0)!;
  arch.setPmdAt(mm, 0, pmdp, arch.pteHugePmd(change(arch.pmdPte(pmd))));
  return walkToPmd(mm, 0)!;
}

const protectedEntry = (system: System): PmdWalk => mappedAs(system, system.arch.pteWrprotect);

/** A second process that maps the huge page, as far as its counts go. */
function shared({ mapped }: System): ReadonlyMap<Page, number> {
  const head = mapped(0)!.head;
  getPage(head);
  atomicInc(head.compoundMapcount);
  return new Map([[head, 1]]);
}

/** What may be done through the entry of the huge page, or undefined if there is none. */
function permitted({ arch, mm }: System): readonly boolean[] | undefined {
  const { pmd } = walkToPmd(mm, 0)!;
  if (!arch.pmdTransHuge(pmd)) return undefined;
  const pte = arch.pmdPte(pmd);
  return [arch.pteYoung(pte), arch.pteWrite(pte), arch.pteDirty(pte)];
}

describe('a write to a huge page that is mapped read-only', () => {
  test('goes on with the page if nobody else has it mapped', () => {
    const seen = once((system) => {
      const above = protectedEntry(system);
      return [
        system.fault.doHugePmdWpPage(system.vma, 0x10, above, FAULT_FLAG_WRITE),
        permitted(system),
      ];
    });
    expect(seen).toEqual([true, [true, true, true]]);
  });

  test('leaves an unshared page read-only, as nobody has written to it', () => {
    const seen = once((system) => {
      const above = mappedAs(system, (pte) =>
        system.arch.pteMkclean(system.arch.pteWrprotect(pte)),
      );
      return [
        system.fault.doHugePmdWpPage(system.vma, 0, above, FAULT_FLAG_UNSHARE),
        permitted(system),
      ];
    });
    expect(seen).toEqual([true, [false, false, false]]);
  });

  test('is one to a small page if somebody else has it mapped', () => {
    let seen: unknown;
    const { violations } = explored((system) => {
      const { arch, fault, mapped, mm, vma } = system;
      seen = system.machine.boot(() => {
        const above = protectedEntry(system);
        shared(system);
        return [
          fault.doHugePmdWpPage(vma, 0x10, above, FAULT_FLAG_WRITE),
          permitted(system),
          [0, 0x10].map((address) => arch.pteWrite(walkToPte(mm, address)!.ptep.read())),
          mapped(0x10)!.name,
        ];
      });
      return undefined;
    });
    expect(violations).toEqual([]);
    expect(seen).toEqual([false, undefined, [false, false], 'huge16[1]']);
  });

  test('faults again if somebody has changed the entry', () => {
    const seen = once((system) => {
      const above = protectedEntry(system);
      const { arch, mm, fault, vma } = system;
      const clean = arch.pteMkclean(arch.pmdPte(above.pmd));
      arch.setPmdAt(mm, 0, above.pmdp, arch.pteHugePmd(clean));
      return [fault.doHugePmdWpPage(vma, 0, above, FAULT_FLAG_WRITE), permitted(system)];
    });
    expect(seen).toEqual([true, [false, false, false]]);
  });

  test('looks again at the entry if it had to wait for the page lock', () => {
    const { verdict, executions } = explored((system) => {
      const { fault, huge, machine, memory, mm, mapped, vma } = system;
      const { above, head } = machine.boot(() => {
        const entry = protectedEntry(system);
        return { above: entry, head: mapped(0)!.head };
      });
      machine.cpu(0).run('fault', () => {
        mmapReadLock(mm);
        fault.doHugePmdWpPage(vma, 0, above, FAULT_FLAG_WRITE);
        mmapReadUnlock(mm);
      });
      machine.cpu(1).run('zap', () => {
        mmapReadLock(mm);
        getPage(head);
        lockPage(head);
        huge.zapHugePmd(vma, 0);
        unlockPage(head);
        mmapReadUnlock(mm);
      });
      return () => {
        auditReferences(memory, new Map([[head, 1]]));
        expect(mapped(0)).toBeUndefined();
      };
    });
    expect(verdict).toBe('verified');
    expect(executions).toBeGreaterThan(2);
  });

  test('asks its rule first without and then with the page lock', () => {
    const asked: unknown[] = [];
    @injectable()
    class Recorded implements HugeReuseRule {
      isExclusive(head: Page): boolean {
        asked.push(['exclusive', PageLocked(head)]);
        return false;
      }
      mayReuse(head: Page): boolean {
        asked.push(['reuse', PageLocked(head)]);
        return false;
      }
    }
    const rewire = (wiring: Wiring): void => void wiring.override(HUGE_REUSE_RULE, Recorded);
    let isOver: unknown;
    explored((system) => {
      isOver = system.machine.boot(() => {
        const above = protectedEntry(system);
        return system.fault.doHugePmdWpPage(system.vma, 0, above, FAULT_FLAG_WRITE);
      });
      return () => {
        expect(PageLocked(system.mapped(0)!)).toBe(false);
      };
    }, rewire);
    expect(isOver).toBe(false);
    expect(asked.slice(0, 2)).toEqual([
      ['exclusive', false],
      ['reuse', true],
    ]);
  });
});

describe('a fault on a huge page that may be used as it is', () => {
  test('makes it young, and dirty if it is a write', () => {
    const seen = once((system) => {
      const { arch, fault, vma } = system;
      const above = mappedAs(system, (pte) => arch.pteMkold(arch.pteMkclean(pte)));
      fault.hugePmdSetAccessed(vma, 0x10, above, FAULT_FLAG_WRITE);
      return permitted(system);
    });
    expect(seen).toEqual([true, true, true]);
  });

  test('does not make it dirty if it is a read', () => {
    const seen = once((system) => {
      const above = mappedAs(system, system.arch.pteMkclean);
      system.fault.hugePmdSetAccessed(system.vma, 0, above, 0);
      return permitted(system)?.at(-1);
    });
    expect(seen).toBe(false);
  });

  test('does nothing if somebody has changed the entry', () => {
    const seen = once((system) => {
      const { arch, fault, mm, vma } = system;
      const above = mappedAs(system, arch.pteMkclean);
      arch.setPmdAt(mm, 0, above.pmdp, arch.pteHugePmd(arch.pteWrprotect(arch.pmdPte(above.pmd))));
      fault.hugePmdSetAccessed(vma, 0, above, FAULT_FLAG_WRITE);
      return permitted(system);
    });
    expect(seen).toEqual([false, false, false]);
  });
});
