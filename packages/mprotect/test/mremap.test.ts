import { auditReferences, type Vma } from '@pagerace/page-model';
import { notified } from '@pagerace/page-model/testing';
import { describe, expect, test } from 'vitest';
import { explored, mapped, once, pageAt, pteAt, swapOut, type System } from './system.js';

/** Another page table. */
const TO = 0x40;

const prepared = (system: System): Vma => {
  const vma = mapped(system);
  return system.mremap.prepare(vma, TO);
};

describe('mremap()', () => {
  test.each([
    ['another page table', TO],
    ['the same page table', 0x20],
  ])('moves a present entry to %s, and makes it soft-dirty', (_, to) => {
    const seen = once((system) => {
      const { arch, clearRefs, mm, mremap, user } = system;
      mremap.prepare(mapped(system), to).willChange();
      const page = pageAt(system, 0);
      clearRefs.clearSoftDirty(mm);
      const told = notified(mm, () => undefined);
      mremap.mremap(mm, 0, to);
      return [
        pteAt(system, 0),
        pageAt(system, to) === page,
        arch.pteSoftDirty(pteAt(system, to)),
        user.userRead(mm, to),
        told.map(([when, start, end]) => [when, start, end]),
      ];
    });
    expect(seen).toEqual([
      0n,
      true,
      true,
      1,
      [
        ['start', 0, 0x20],
        ['end', 0, 0x20],
      ],
    ]);
  });

  test('moves a swap entry with all its bits', () => {
    const seen = once(
      (system) => {
        prepared(system);
        const { mm, mremap, user } = system;
        swapOut(system);
        const entry = pteAt(system, 0);
        mremap.mremap(mm, 0, TO);
        return [
          pteAt(system, TO) === system.arch.pteSwpMksoftDirty(entry),
          system.arch.pteSwpExclusive(entry),
          user.userRead(mm, TO),
        ];
      },
      ({ memory }) => {
        auditReferences(memory);
      },
      'v5.19',
    );
    expect(seen).toEqual([true, true, 1]);
  });

  // A walk that looks at each entry without the lock first, as page_vma_mapped_walk() does, may miss both.
  test('meets reclaim, which unmaps the page before it, behind it, or not at all', () => {
    const unmapped = new Set<boolean>();
    const { verdict, violations } = explored((system) => {
      const { machine, memory, mm, mremap } = system;
      const page = machine.boot(() => {
        prepared(system);
        return pageAt(system, 0);
      });
      machine.cpu(0).run('T1', () => {
        mremap.mremap(mm, 0, TO);
      });
      machine.cpu(1).run('T2', () => {
        swapOut(system, page);
      });
      return () => {
        unmapped.add(system.arch.isSwapPte(pteAt(system, TO)));
        expect(pteAt(system, 0)).toBe(0n);
        auditReferences(memory);
      };
    });
    expect({ verdict, violations }).toEqual({ verdict: 'verified', violations: [] });
    expect([...unmapped].sort()).toEqual([false, true]);
  });
});
