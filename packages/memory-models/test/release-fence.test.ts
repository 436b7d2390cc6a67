import { assert, cell, explore, Fence, fence, Order, type Setup } from '@pagerace/explorer';
import { expect, test } from 'vitest';
import { lkmm, memoryModels, power, rc11, riscv } from '../src/index.js';

/** Message passing by a release fence. */
const messagePassing: Setup = () => {
  const [message, flag] = [cell(0, 'message'), cell(0, 'flag')];
  return {
    threads: [
      () => {
        message.write(1);
        fence(Fence.release);
        flag.write(1);
      },
      () => {
        if (flag.read(Order.acquire) === 1) assert(message.read() === 1);
      },
    ],
  };
};

/** Store buffering with release fences, which do not order a write before a later read. */
const storeBuffering: Setup = () => {
  const [x, y] = [cell(0, 'x'), cell(0, 'y')];
  return {
    threads: [
      () => {
        x.write(1);
        fence(Fence.release);
        return y.read();
      },
      () => {
        y.write(1);
        fence(Fence.release);
        return x.read();
      },
    ],
    finally: (seen) => {
      assert(seen[0] === 1 || seen[1] === 1);
    },
  };
};

test.each(memoryModels)('$id: a release fence orders writes', (model) => {
  expect(explore(messagePassing, { model }).verdict).toBe('verified');
});

test.each([power, riscv, lkmm, rc11])(
  '$id: a release fence is no full one; the kernel model allows what an architecture does',
  (model) => {
    expect(explore(storeBuffering, { model }).verdict).toBe('violated');
  },
);
