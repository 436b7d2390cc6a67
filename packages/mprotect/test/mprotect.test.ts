import { assert } from '@pagerace/explorer';
import type { Release } from '@pagerace/history';
import {
  ClearPageAnonExclusive,
  getPage,
  lockPage,
  makeReadableExclusiveMigrationEntry,
  makeReadableMigrationEntry,
  makeWritableMigrationEntry,
  unlockPage,
  VM_READ,
} from '@pagerace/page-model';
import { notified } from '@pagerace/page-model/testing';
import { describe, expect, test } from 'vitest';
import { explored, mapped, once, pageAt, pteAt, ptepAt, swapOut, type System } from './system.js';

describe('mprotect()', () => {
  test('takes the write bit, and leaves what was noted of use', () => {
    const seen = once((system) => {
      mapped(system);
      const { arch, mm, mprotect } = system;
      mprotect.mprotect(mm, 0, false);
      const pte = pteAt(system, 0);
      return [arch.pteWrite(pte), arch.pteDirty(pte), arch.pteYoung(pte), arch.pteSoftDirty(pte)];
    });
    expect(seen).toEqual([false, true, true, true]);
  });

  // can_change_pte_writable(): absent from v5.19, of dirty entries in v6.0 and v6.1, of clean ones in v6.3.8.
  test.each<[Release, boolean, boolean]>([
    ['v5.19', false, false],
    ['v6.0', true, false],
    ['v6.1', true, false],
    ['v6.3', true, true],
  ])('in %s gives the write bit back to what is dirty: %s, clean: %s', (release, dirty, clean) => {
    const writable = (prepare: (system: System) => void): boolean =>
      once(
        (system) => {
          const vma = mapped(system);
          const { arch, mm, mprotect } = system;
          mprotect.mprotect(mm, 0, false);
          prepare(system);
          mprotect.mprotect(mm, 0, true);
          expect(vma.vmFlags & VM_READ).toBe(VM_READ);
          return arch.pteWrite(pteAt(system, 0));
        },
        undefined,
        release,
      );
    expect(writable(() => undefined)).toBe(dirty);
    const makeClean = (system: System): void => {
      const { arch, mm } = system;
      arch.setPteAt(mm, 0, ptepAt(system), arch.pteMkclean(pteAt(system, 0)));
    };
    expect(writable(makeClean)).toBe(clean);
  });

  test.each([
    [
      'is not exclusive',
      (system: System) => {
        ClearPageAnonExclusive(pageAt(system, 0));
      },
    ],
    [
      'is tracked, and is not soft-dirty',
      ({ clearRefs, mm }: System) => {
        clearRefs.clearSoftDirty(mm);
      },
    ],
  ])('leaves the write fault where the page %s', (_, prepare) => {
    const seen = once(
      (system) => {
        mapped(system);
        const { arch, mm, mprotect } = system;
        prepare(system);
        mprotect.mprotect(mm, 0, false);
        mprotect.mprotect(mm, 0, true);
        return arch.pteWrite(pteAt(system, 0));
      },
      undefined,
      'v6.3',
    );
    expect(seen).toBe(false);
  });

  test('changes nothing of a swap entry', () => {
    const seen = once(
      (system) => {
        mapped(system);
        swapOut(system);
        const before = pteAt(system, 0);
        system.mprotect.mprotect(system.mm, 0, false);
        return [system.arch.pteSwpExclusive(before), pteAt(system, 0) === before];
      },
      undefined,
      'v5.19',
    );
    expect(seen).toEqual([true, true]);
  });

  test('changes the uffd-wp bit of a swap entry, and no other', () => {
    const seen = once(
      (system) => {
        const vma = mapped(system);
        const { arch, mprotect } = system;
        swapOut(system);
        const before = pteAt(system, 0);
        mprotect.changeProtection(vma, 0, vma.end, { uffdWp: true });
        const between = pteAt(system, 0);
        mprotect.changeProtection(vma, 0, vma.end, { uffdWpResolve: true });
        return [
          between === arch.pteSwpMkuffdWp(before),
          arch.pteSwpSoftDirty(between),
          pteAt(system, 0) === before,
        ];
      },
      undefined,
      'v5.19',
    );
    expect(seen).toEqual([true, true, true]);
  });

  // change_pte_range(): a writable migration entry becomes readable, and stays exclusive since v5.19.
  test.each([
    ['v5.18', makeReadableMigrationEntry],
    ['v5.19', makeReadableExclusiveMigrationEntry],
  ] as const)('makes a writable migration entry readable, in %s', (release, readable) => {
    const seen = once(
      (system) => {
        const vma = mapped(system);
        const { arch, mprotect, rmap } = system;
        const page = pageAt(system, 0);
        getPage(page);
        lockPage(page);
        rmap.tryToMigrate(page);
        const before = pteAt(system, 0);
        mprotect.changeProtection(vma, 0, vma.end, { uffdWp: true });
        const after = pteAt(system, 0);
        unlockPage(page);
        return [
          arch.pteToSwpEntry(before) === makeWritableMigrationEntry(page.pfn),
          arch.pteToSwpEntry(after) === readable(page.pfn),
          arch.pteSwpUffdWp(after),
          arch.pteSwpSoftDirty(after),
        ];
      },
      undefined,
      release,
    );
    expect(seen).toEqual([true, true, true, true]);
  });

  test('tells the notifiers, and flushes what reclaim has deferred before it looks', () => {
    const seen = once((system) => {
      mapped(system);
      const { arch, mm, mprotect, rmap } = system;
      const events: string[] = [];
      const told = notified(mm, () => arch.pteWrite(pteAt(system, 0)));
      rmap.flushTlbBatchedPending = () => void events.push('flushes');
      const ptepGet = arch.ptepGet.bind(arch);
      const first = ptepAt(system);
      arch.ptepGet = (ptep) => {
        if (ptep === first) events.push('looks');
        return ptepGet(ptep);
      };
      mprotect.mprotect(mm, 0, false);
      return [told, events.slice(0, 2)];
    });
    expect(seen).toEqual([
      [
        ['start', 0, 0x20, true],
        ['end', 0, 0x20, false],
      ],
      ['flushes', 'looks'],
    ]);
  });

  test('refuses a part of a mapping, and one that set-up has not announced', () => {
    const refused = (start: number): string => {
      let message = '';
      once((system) => {
        const { mm, mprotect } = system;
        mm.mmap({ start: 0, pages: 2, vmFlags: VM_READ });
        try {
          mprotect.mprotect(mm, start, true);
        } catch (thrown) {
          message = (thrown as Error).message;
        }
      });
      return message;
    };
    expect(refused(0x10)).toMatch('only of whole private mappings');
    expect(refused(0)).toBe('the flags of mm:0-20 change: set-up must call willChange()');
  });

  test('another thread reads on', () => {
    const { verdict } = explored((system) => {
      const { machine, mm, mprotect, user } = system;
      machine.boot(() => mapped(system));
      machine.cpu(0).run('T1', () => {
        mprotect.mprotect(mm, 0, false);
        mprotect.mprotect(mm, 0, true);
      });
      machine.cpu(1).run('T2', () => user.userRead(mm, 0));
      return ({ T2 }) => {
        assert(T2 === 1, 'the byte was lost');
      };
    });
    expect(verdict).toBe('verified');
  });
});
