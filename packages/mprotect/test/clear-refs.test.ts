import type { Release } from '@pagerace/history';
import { pageRefAdd, GUP_PIN_COUNTING_BIAS, VM_SOFTDIRTY } from '@pagerace/page-model';
import { notified } from '@pagerace/page-model/testing';
import { describe, expect, test } from 'vitest';
import { mapped, once, pageAt, pteAt, swapOut } from './system.js';

describe('clear_refs 4', () => {
  test('takes the write and the soft-dirty bit, and the next store sets both', () => {
    const seen = once((system) => {
      const vma = mapped(system);
      const { arch, clearRefs, mm, user } = system;
      const bits = (): boolean[] => {
        const pte = pteAt(system, 0);
        return [arch.pteWrite(pte), arch.pteSoftDirty(pte), arch.pteDirty(pte)];
      };
      const told = notified(mm, bits);
      clearRefs.clearSoftDirty(mm);
      const between = bits();
      user.userWrite(mm, 0, 2);
      return [between, bits(), vma.has(VM_SOFTDIRTY), told.map(([when]) => when)];
    });
    expect(seen).toEqual([[false, false, true], [true, true, true], false, ['start', 'end']]);
  });

  test('takes the soft-dirty bit alone from a swap entry, and the page comes in without it', () => {
    const seen = once(
      (system) => {
        mapped(system);
        const { arch, clearRefs, mm, user } = system;
        swapOut(system);
        const before = pteAt(system, 0);
        clearRefs.clearSoftDirty(mm);
        const between = pteAt(system, 0);
        user.userRead(mm, 0);
        return [
          arch.pteSwpSoftDirty(before),
          between === arch.pteSwpClearSoftDirty(before),
          arch.pteSwpExclusive(between),
          arch.pteSoftDirty(pteAt(system, 0)),
        ];
      },
      undefined,
      'v5.19',
    );
    expect(seen).toEqual([true, true, true, false]);
  });

  test('a page that was soft-dirty comes in from swap as such', () => {
    const seen = once((system) => {
      mapped(system);
      swapOut(system);
      system.user.userRead(system.mm, 0);
      return system.arch.pteSoftDirty(pteAt(system, 0));
    });
    expect(seen).toBe(true);
  });

  // pte_is_pinned(): absent from v4.12, present in v5.14-rc5.
  test.each<[Release, boolean]>([
    ['v5.10', false],
    ['v5.11', true],
  ])('in %s leaves a page that may be pinned writable: %s', (release, writable) => {
    const seen = once(
      (system) => {
        mapped(system);
        const { arch, clearRefs, mm } = system;
        const page = pageAt(system, 0);
        mm.hasPinned.write(1);
        pageRefAdd(page, GUP_PIN_COUNTING_BIAS);
        clearRefs.clearSoftDirty(mm);
        pageRefAdd(page, -GUP_PIN_COUNTING_BIAS);
        return arch.pteWrite(pteAt(system, 0));
      },
      undefined,
      release,
    );
    expect(seen).toBe(writable);
  });
});
