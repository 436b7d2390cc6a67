import { explore, type Result } from '@pagerace/explorer';
import { tso } from '@pagerace/memory-models';
import { describe, expect, test } from 'vitest';
import {
  barrierInstruction,
  bootable,
  cell,
  type Cell,
  dropped,
  Fence,
  kernelFunction,
  Machine,
  Order,
  OrderingSites,
  readOnce,
  updateInstruction,
  Violation,
  writeOnce,
} from '../src/index.js';

class Example {
  @kernelFunction('arch/example/mm/tlb.c')
  flush(): void {
    barrierInstruction('sync', Fence.full, 'before');
  }

  @kernelFunction('arch/example/mm/pgtable.c')
  setBit(word: Cell<number>): number {
    return updateInstruction('set', word, (old) => old | 1, Order.full);
  }
}

/** Two CPUs each store and then load what the other stores, with one of the instructions in between. */
function storeBuffering(store: (word: Cell<number>) => void, orderingSites: OrderingSites): Result {
  const setup = bootable(() => {
    const machine = new Machine({ orderingSites });
    const words = [cell(0, 'x'), cell(0, 'y')] as const;
    machine.cpu(0).run('left', () => {
      store(words[0]);
      return readOnce(words[1]);
    });
    machine.cpu(1).run('right', () => {
      store(words[1]);
      return readOnce(words[0]);
    });
    return machine.program(({ left, right }) => {
      if (left === 0 && right === 0) throw new Violation('SB', 'both loads missed the other store');
    });
  });
  return explore(setup, { model: tso });
}

const example = new Example();

describe.each([
  [
    'a barrier instruction',
    'arch/example/mm/tlb.c:flush:sync:before',
    (word: Cell<number>) => {
      writeOnce(word, 1);
      example.flush();
    },
  ],
  [
    'a read-modify-write instruction',
    'arch/example/mm/pgtable.c:set_bit:set',
    (word: Cell<number>) => void example.setBit(word),
  ],
])('%s', (_what, name, store) => {
  test('orders, and is an ordering site by its name', () => {
    const sites = new OrderingSites();
    expect(storeBuffering(store, sites).verdict).toBe('verified');
    expect(sites.met.map((site) => site.name)).toEqual([name]);
  });
});

test('a barrier instruction can be dropped', () => {
  const sites = new OrderingSites([['arch/example/mm/tlb.c:flush:sync:before', dropped]]);
  const store = (word: Cell<number>): void => {
    writeOnce(word, 1);
    example.flush();
  };
  expect(storeBuffering(store, sites).verdict).toBe('violated');
});

test('a read-modify-write gives the value before, and writes nothing for undefined', () => {
  const setup = bootable(() => {
    const machine = new Machine();
    const word = cell(6, 'word');
    machine
      .cpu(0)
      .run('cpu', () => [
        example.setBit(word),
        updateInstruction('test', word, () => undefined, Order.relaxed),
        readOnce(word),
      ]);
    return machine.program(({ cpu }) => {
      if (String(cpu) !== '6,7,7') throw new Violation('values', String(cpu));
    });
  });
  expect(explore(setup, { model: tso }).verdict).toBe('verified');
});
