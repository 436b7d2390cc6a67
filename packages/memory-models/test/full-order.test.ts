import { assert, cell, explore, Fence, fence, Order, type Setup } from '@pagerace/explorer';
import { describe, expect, test } from 'vitest';
import { memoryModels } from '../src/index.js';

/** Message passing: what is written before the flag must be read once the flag is seen. */
function messagePassing(store: Order, load: Order, data: Order, after?: Fence): Setup {
  return () => {
    const [message, flag] = [cell(0, 'message'), cell(0, 'flag')];
    return {
      threads: [
        () => {
          message.write(1, data);
          flag.write(1, store);
          if (after !== undefined) fence(after);
        },
        () => {
          if (flag.read(load) === 1) assert(message.read(data) === 1);
        },
      ],
    };
  };
}

describe.each(memoryModels)('$id', (model) => {
  test('a full store releases and a full load acquires', () => {
    for (const data of [Order.plain, Order.relaxed]) {
      const { violations } = explore(messagePassing(Order.full, Order.full, data), { model });
      expect(violations).toEqual([]);
    }
  });

  test('smp_store_mb(), a relaxed store and a full fence, does not release', () => {
    const setup = messagePassing(Order.relaxed, Order.acquire, Order.plain, Fence.full);
    expect(explore(setup, { model }).verdict).toBe('violated');
  });
});
