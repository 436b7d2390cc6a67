import { lockPage, Mm, type SwapEntry } from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { Mmlist } from '../src/mmlist.js';
import { explored, once, type System } from './system.js';

/** A slot that one page-table entry uses, whose page is in the swap cache. */
function usedSlot({ memory, swap }: System): SwapEntry {
  swap.swapon({ pages: 2, kind: 'zram' });
  const page = memory.allocator.allocZeroedPage();
  lockPage(page);
  swap.addToSwap(page);
  swap.swapDuplicate(page.private.read());
  return page.private.read();
}

describe('swapoff()', () => {
  test('lets no page have a slot, unless it fails', () => {
    const added = once((system) => {
      const { memory, swap } = system;
      usedSlot(system);
      const page = memory.allocator.allocZeroedPage();
      lockPage(page);
      swap.beginSwapoff();
      const meanwhile = swap.addToSwap(page);
      swap.reinsertSwapInfo();
      return [meanwhile, swap.addToSwap(page)];
    });
    expect(added).toEqual([false, true]);
  });

  test('finds a slot used until neither an entry nor the swap cache has it', () => {
    const used = once((system) => {
      const { swap } = system;
      const entry = usedSlot(system);
      const page = swap.lookupSwapCache(entry)!;
      const seen = [swap.isInUse()];
      swap.swapFree(entry);
      seen.push(swap.isInUse());
      swap.tryToFreeSwap(page);
      return [...seen, swap.isInUse()];
    });
    expect(used).toEqual([true, true, false]);
  });

  // do_swap_page(), mm/memory.c: 2799e77529c2 (v5.14).
  test.each([
    ['v5.13', true],
    ['v5.14', false],
  ] as const)('a fault gets the device after it, on %s: %s', (release, expected) => {
    const gets = once(
      (system) => {
        const entry = usedSlot(system);
        system.swap.endSwapoff();
        return system.swap.getSwapDevice(entry);
      },
      undefined,
      release,
    );
    expect(gets).toBe(expected);
  });

  // lookup_swap_cache(), mm/swap_state.c: eb085574a752 (v5.3).
  test.each([
    ['v5.2', 'lookupSwapCache', 'violated'],
    ['v5.3', 'lookupSwapCache', 'verified'],
    ['v5.14', 'lookupSwapCache', 'verified'],
    ['v5.2', 'skipsSwapCache', 'violated'],
    ['v5.3', 'skipsSwapCache', 'verified'],
    ['v5.2', 'swapinReadahead', 'violated'],
    ['v5.13', 'swapinSkippingCache', 'violated'],
    ['v5.14', 'swapinSkippingCache', 'verified'],
  ] as const)('%s: %s() of a fault against the end of swapoff: %s', (release, look, expected) => {
    const { verdict, error } = explored((system) => {
      const { machine, swap } = system;
      const entry = machine.boot(() => usedSlot(system));
      machine.cpu(0).run('fault', () => {
        if (!swap.getSwapDevice(entry)) return;
        swap[look](entry);
        swap.putSwapDevice(entry);
      });
      machine.cpu(1).run('swapoff', () => swap.endSwapoff());
      return undefined;
    }, release);
    expect([verdict, error]).toEqual([expected, undefined]);
  });
});

test('the list of those that may have swap entries has each once, a child behind its parent', () => {
  const names = once(({ memory, machine }) => {
    const list = new Mmlist();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => new Mm(memory, name, [machine.cpu(0)]));
    list.add(a!);
    list.add(b!);
    list.add(c!, b);
    list.add(a!);
    const seen: string[] = [];
    for (let mm = list.next(); mm !== undefined; mm = list.next(mm)) seen.push(mm.name);
    return seen;
  });
  expect(names).toEqual(['b', 'c', 'a']);
});
