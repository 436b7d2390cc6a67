import { injectable } from '@pagerace/di';
import { explore, type Result } from '@pagerace/explorer';
import type { Constructor } from '@pagerace/kernel';
import {
  atomicAddNegative,
  cell,
  localIrqRestore,
  localIrqSave,
  readOnce,
  spinLock,
  spinUnlock,
  Violation,
  writeOnce,
} from '@pagerace/machine';
import { tso } from '@pagerace/memory-models';
import {
  auditReferences,
  putPage,
  type TlbFlush,
  walkToPte,
  withPteLocked,
} from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { BroadcastTlbFlush, IpiTlbFlush, UndeferredTlbFlush } from '../src/index.js';
import { address, type OnePage, withOnePage } from './process.js';

function propertiesOf({ violations }: Result): readonly string[] {
  return violations.map(({ property }) => property);
}

/** CPU 0 reads an entry with interrupts off, as GUP-fast does; CPU 1 clears it and flushes. */
function flushDuringSection(flush: Constructor<TlbFlush>): Result {
  const setup = withOnePage(flush, ({ machine, arch, mm, vma }) => {
    const flushed = cell(false, 'flushed');
    machine.cpu(0).run('gup', () => {
      localIrqSave();
      const { ptep } = walkToPte(mm, address)!;
      const mapped = arch.ptePresent(arch.ptepGetLockless(ptep));
      const gone = readOnce(flushed);
      localIrqRestore();
      if (mapped && gone) throw new Violation('overtaken', 'the flush did not wait');
    });
    machine.cpu(1).run('kswapd', () => {
      withPteLocked(mm, address, (ptep) => arch.ptepClearFlush(vma, address, ptep));
      writeOnce(flushed, true);
    });
    return undefined;
  });
  return explore(setup, { model: tso });
}

describe('a flush and a section with interrupts off', () => {
  test('by IPI the flush waits for the section', () => {
    expect(flushDuringSection(UndeferredTlbFlush).verdict).toBe('verified');
  });

  test('by broadcast it does not', () => {
    expect(propertiesOf(flushDuringSection(BroadcastTlbFlush))).toEqual(['overtaken']);
  });

  test('a lock that is held over a flush must not be waited for with interrupts off', () => {
    const setup = withOnePage(UndeferredTlbFlush, ({ machine, arch, mm, vma }) => {
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
    });
    const result = explore(setup, { model: tso });
    expect(propertiesOf(result)).toEqual(['deadlock']);
  });
});

/** CPU 0 uses the page while CPU 1 unmaps and frees it; it may fault, and then gets a page of zeros. */
function unmapUnderUser(
  flush: Constructor<TlbFlush>,
  use: (process: OnePage) => unknown,
  unmap: (process: OnePage) => void,
): Result {
  const setup = withOnePage(flush, (process) => {
    const { machine, memory, mm, arch } = process;
    const page = memory.pageAt(1);
    machine.cpu(0).run('user', () => use(process));
    machine.cpu(1).run('kswapd', () => {
      unmap(process);
      atomicAddNegative(page._mapcount, -1);
      putPage(page);
    });
    return () => {
      const { ptep } = walkToPte(mm, address)!;
      if (arch.pteNone(ptep.read()) !== (memory.allocator.free.length === 4)) {
        throw new Violation('lost', 'a page is neither mapped nor free');
      }
      auditReferences(memory);
    };
  });
  return explore(setup, { model: tso });
}

function clearFlush({ arch, mm, vma }: OnePage): void {
  withPteLocked(mm, address, (ptep) => arch.ptepClearFlush(vma, address, ptep));
}

function clearDeferred({ arch, mm, tlb }: OnePage): void {
  withPteLocked(mm, address, (ptep) => {
    arch.ptepGetAndClear(mm, address, ptep);
    if (!tlb.shouldDefer(mm)) throw new Violation('deferral', 'another CPU runs the process');
    tlb.addToBatch(mm);
  });
  tlb.flushBatch();
}

const load = ({ user, mm }: OnePage): unknown => {
  const byte = user.userRead(mm, address);
  if (byte !== 0x79 && byte !== 0) throw new Violation('byte', String(byte));
  return byte;
};
const store = ({ user, mm }: OnePage): void => {
  user.userWrite(mm, address, 0x41);
};

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
    ['load', 'deferred IPI', IpiTlbFlush, load, clearDeferred],
    ['store', 'deferred IPI', IpiTlbFlush, store, clearDeferred],
    ['store', 'deferred broadcast', BroadcastTlbFlush, store, clearDeferred],
  ] as const)(
    'a %s with a flush by %s comes before or after',
    (_access, _by, flush, use, unmap) => {
      expect(unmapUnderUser(flush, use, unmap)).toMatchObject({ verdict: 'verified' });
    },
  );

  test('a store without a flush is a use after free', () => {
    expect(propertiesOf(unmapUnderUser(NoTlbFlush, store, clearFlush))).toContain('use-after-free');
  });
});

test('reclaim on the only CPU that runs a process does not defer its flush', () => {
  const setup = withOnePage(IpiTlbFlush, ({ machine, tlb, mm }) => {
    machine.cpu(0).run('here', () => {
      if (tlb.shouldDefer(mm)) throw new Violation('deferral', 'nobody else would be interrupted');
    });
    return undefined;
  });
  expect(explore(setup, { model: tso }).verdict).toBe('verified');
});
