import { HUGE_REUSE_RULE, type HugeReuseRule } from '@pagerace/cow';
import { injectable, type Wiring } from '@pagerace/di';
import { HUGE_MEMORY, type HugeMemory } from '@pagerace/huge-memory';
import {
  auditPageTables,
  auditReferences,
  mmapReadLock,
  mmapReadUnlock,
  Mm,
  type Page,
  pageCount,
  unpinUserPage,
  VM_READ,
  VM_WRITE,
  walkToPmd,
} from '@pagerace/page-model';
import { mapHugePage } from '@pagerace/page-model/testing';
import { describe, expect, test } from 'vitest';
import { prepareChild } from '../src/index.js';
import { explored, once as onceOn, type System } from './system.js';

const huge = { pages: 10, hugePages: 2, hpagePmdNr: 2 };

interface Family {
  readonly head: Page;
  readonly child: Mm;
}

/** A parent with a huge page, and a child that is to be. */
function family({ machine, memory, mm }: System): Family {
  const vma = mm.mmap({ start: 0, pages: 2, vmFlags: VM_READ | VM_WRITE });
  const head = mapHugePage(vma, 0);
  const child = new Mm(memory, 'child', [machine.cpu(1)]);
  prepareChild(mm, child);
  return { head, child };
}

/** Runs something as set-up, and audits what it leaves. @returns what it returns */
function once<T>(
  body: (system: System, family: Family) => T,
  rewire?: (wiring: Wiring) => void,
): T {
  return onceOn(
    (system) => body(system, family(system)),
    ({ memory }) => {
      auditReferences(memory);
      auditPageTables(memory);
    },
    { ...huge, rewire },
  );
}

const isHuge = ({ arch }: System, mm: Mm, address = 0): boolean =>
  arch.pmdTransHuge(walkToPmd(mm, address)!.pmd);

/** Both write to the second page. @returns what each reads there and in the first page */
function bothWrite({ mm, user }: System, child: Mm): readonly number[] {
  user.userWrite(mm, 0x10, 8);
  user.userWrite(child, 0x10, 9);
  return [mm, child].flatMap((one) => [user.userRead(one, 0), user.userRead(one, 0x10)]);
}

describe('fork of a huge page', () => {
  test('shares it as one, and gives each its own small page when it writes', () => {
    const seen = once((system, { child, head }) => {
      const { fork, mm } = system;
      fork.dupMmap(mm, child);
      const shared = [isHuge(system, mm), isHuge(system, child), pageCount(head)];
      return [shared, bothWrite(system, child), isHuge(system, mm), isHuge(system, child)];
    });
    expect(seen).toEqual([[true, true, 2], [1, 8, 1, 9], false, false]);
  });

  // Who splits it has the child's mapping to count with; when that is gone, the page is its own again.
  test('leaves it to the parent, if the child has gone before it writes', () => {
    const seen = once((system, { child, head }) => {
      const { fork, mm, user } = system;
      fork.dupMmap(mm, child);
      fork.exitMmap(child);
      user.userWrite(mm, 0x10, 8);
      return [isHuge(system, mm), user.userRead(mm, 0x10), pageCount(head), child.nrPtes.read()];
    });
    expect(seen).toEqual([true, 8, 1, 0]);
  });

  test('copies a page that may be pinned, and leaves the parent its own', () => {
    const seen = once((system, { child, head }) => {
      const { fork, memory, mm } = system;
      mm.hasPinned.write(1);
      head._refcount.fetchAdd(1);
      head.compoundPincount.fetchAdd(1);
      fork.dupMmap(mm, child);
      const bytes = bothWrite(system, child);
      const pinned = memory.subpages(head)[1]!.contents.load(0);
      unpinUserPage(head);
      return [isHuge(system, mm), bytes, pinned];
    });
    expect(seen).toEqual([false, [1, 8, 1, 9], 8]);
  });

  test('is caught if a write goes on with a page that the other has', () => {
    @injectable()
    class AlwaysReuse implements HugeReuseRule {
      isExclusive(): boolean {
        return false;
      }
      mayReuse(): boolean {
        return true;
      }
    }
    const seen = once(
      (system, { child }) => {
        system.fork.dupMmap(system.mm, child);
        return bothWrite(system, child);
      },
      (wiring) => void wiring.override(HUGE_REUSE_RULE, AlwaysReuse),
    );
    expect(seen).toEqual([1, 9, 1, 9]);
  });
});

describe('the end of a huge page’s mapping', () => {
  test('by exit frees it and its table', () => {
    const seen = once((system, { head }) => {
      const { fork, mm } = system;
      fork.exitMmap(mm);
      return [pageCount(head), mm.nrPtes.read()];
    });
    expect(seen).toEqual([0, 0]);
  });

  test('by munmap() of the range frees it and its table', () => {
    const seen = once((system, { head }) => {
      const { fork, mm } = system;
      fork.unmapRegion(mm, 0);
      return [pageCount(head), mm.nrPtes.read()];
    });
    expect(seen).toEqual([0, 0]);
  });

  test('for one of its pages leaves the other, by a small entry', () => {
    const seen = once((system, { head }) => {
      const { fork, mm, user } = system;
      fork.zapPage(mm, 0);
      return [user.userRead(mm, 0), user.userRead(mm, 0x10), isHuge(system, mm), pageCount(head)];
    });
    expect(seen).toEqual([0, 2, false, 1]);
  });

  test('frees it also if another splits it just before', () => {
    let hugeMemory: HugeMemory | undefined;
    const left = new Set<number>();
    const { verdict, error } = explored(
      ({ fork, machine, mm }) => {
        const vma = mm.mmap({ start: 0, pages: 1, vmFlags: VM_READ | VM_WRITE });
        const head = machine.boot(() => mapHugePage(vma, 0));
        machine.cpu(0).run('zap', () => {
          fork.zapPage(mm, 0);
        });
        machine.cpu(1).run('split', () => {
          mmapReadLock(mm);
          hugeMemory!.splitHugePmd(vma, 0);
          mmapReadUnlock(mm);
        });
        return () => void left.add(pageCount(head));
      },
      {
        ...huge,
        hpagePmdNr: 1,
        rewire: (wiring) => {
          hugeMemory = wiring.get(HUGE_MEMORY);
        },
      },
    );
    expect([verdict, error, ...left]).toEqual(['verified', undefined, 0]);
  });
});
