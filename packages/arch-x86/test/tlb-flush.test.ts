import { injectable, type Wiring } from '@pagerace/di';
import { choose, explore, type Result } from '@pagerace/explorer';
import type { Constructor } from '@pagerace/kernel';
import { localIrqRestore, localIrqSave, spinLock, spinUnlock, Violation } from '@pagerace/machine';
import { tso } from '@pagerace/memory-models';
import {
  ARCHITECTURE,
  TLB_FLUSH,
  type TlbFlush,
  walkToPte,
  withPteLocked,
} from '@pagerace/page-model';
import { TRANSLATIONS, Translations, PTE_SWP_EXCLUSIVE } from '@pagerace/pgtable-generic';
import {
  type ArchitectureProvisions,
  clearDeferred,
  clearFlush,
  flushAgainstSection,
  load,
  type OnePage,
  store,
  unmapUnderUser,
  withOnePage,
} from '@pagerace/pgtable-generic/testing';
import { describe, expect, test } from 'vitest';
import {
  BroadcastTlbFlush,
  IpiTlbFlush,
  KvmTlbFlush,
  UndeferredTlbFlush,
  X86,
} from '../src/index.js';

/** x86 with some way to flush. */
function withFlush(flush: Constructor<TlbFlush>): ArchitectureProvisions {
  const bind = (wiring: Wiring): void => {
    wiring
      .bind(ARCHITECTURE, X86)
      .bindValue(PTE_SWP_EXCLUSIVE, { hasBit: true })
      .bind(TRANSLATIONS, Translations)
      .bind(TLB_FLUSH, flush);
  };
  return { provides: [{ bind }] };
}

function propertiesOf({ violations }: Result): readonly string[] {
  return violations.map(({ property }) => property);
}

function flushDuringSection(flush: Constructor<TlbFlush>): Result {
  return explore(flushAgainstSection(withFlush(flush)), { model: tso });
}

describe('a flush and a section with interrupts off', () => {
  test('by IPI the flush waits for the section', () => {
    expect(flushDuringSection(UndeferredTlbFlush).verdict).toBe('verified');
  });

  test.each([BroadcastTlbFlush, KvmTlbFlush])('by %o it does not', (flush) => {
    expect(propertiesOf(flushDuringSection(flush))).toEqual(['overtaken']);
  });

  test('a lock that is held over a flush must not be waited for with interrupts off', () => {
    const setup = withOnePage(
      withFlush(UndeferredTlbFlush),
      ({ machine, arch, mm, vma, address }) => {
        machine.cpu(0).run('careless', () => {
          localIrqSave();
          const { table } = walkToPte(mm, address)!;
          spinLock(table.ptl);
          spinUnlock(table.ptl);
          localIrqRestore();
        });
        machine.cpu(1).run('kswapd', () => {
          withPteLocked(mm, address, (ptep) => arch.ptepClearFlush(vma, address, ptep));
        });
        return undefined;
      },
    );
    const result = explore(setup, { model: tso });
    expect(propertiesOf(result)).toEqual(['deadlock']);
  });
});

function unmapped(
  flush: Constructor<TlbFlush>,
  use: (process: OnePage) => void,
  unmap: (process: OnePage) => void,
): Result {
  return explore(unmapUnderUser(withFlush(flush), use, unmap), { model: tso });
}

/** Flushes nothing, as no kernel may. */
@injectable()
class NoTlbFlush extends UndeferredTlbFlush {
  override flushTlbPage(): void {}
}

describe('a user access while its page is unmapped and freed', () => {
  test.each([
    ['load', 'IPI', IpiTlbFlush, load, clearFlush],
    ['store', 'IPI', IpiTlbFlush, store, clearFlush],
    ['load', 'broadcast', BroadcastTlbFlush, load, clearFlush],
    ['store', 'broadcast', BroadcastTlbFlush, store, clearFlush],
    ['load', 'a hypervisor', KvmTlbFlush, load, clearFlush],
    ['store', 'a hypervisor', KvmTlbFlush, store, clearFlush],
    ['store', 'a hypervisor, deferred', KvmTlbFlush, store, clearDeferred],
    ['load', 'deferred IPI', IpiTlbFlush, load, clearDeferred],
    ['store', 'deferred IPI', IpiTlbFlush, store, clearDeferred],
    ['store', 'deferred broadcast', BroadcastTlbFlush, store, clearDeferred],
  ] as const)(
    'a %s with a flush by %s comes before or after',
    (_access, _by, flush, use, unmap) => {
      expect(unmapped(flush, use, unmap)).toMatchObject({ verdict: 'verified' });
    },
  );

  test('a store without a flush is a use after free', () => {
    expect(propertiesOf(unmapped(NoTlbFlush, store, clearFlush))).toContain('use-after-free');
  });
});

test('reclaim on the only CPU that runs a process does not defer its flush', () => {
  const setup = withOnePage(withFlush(IpiTlbFlush), ({ machine, tlb, mm }) => {
    machine.cpu(0).run('here', () => {
      // A program without an operation of a thread would be vacuous.
      choose(1);
      if (tlb.shouldDefer(mm)) throw new Violation('deferral', 'nobody else would be interrupted');
    });
    return undefined;
  });
  expect(explore(setup, { model: tso }).verdict).toBe('verified');
});
