import { assert, cell, explore, type MemoryModel, Order } from '@pagerace/explorer';
import { expect, test } from 'vitest';
import { rc11, rc11Cpp20 } from '../src/index.js';

/** A release, another access of the flag, and a reader that acquires what that access wrote. */
function passing(model: MemoryModel, next: 'write' | 'update'): string {
  const setup = () => {
    const [message, flag] = [cell(0, 'message'), cell(0, 'flag')];
    return {
      threads: [
        () => {
          message.write(1);
          flag.write(1, Order.release);
          if (next === 'write') flag.write(2);
          else flag.fetchAdd(1);
        },
        () => {
          if (flag.read(Order.acquire) === 2) assert(message.read() === 1);
        },
      ],
    };
  };
  return explore(setup, { model }).verdict;
}

test.each([
  [rc11, 'write', 'verified'],
  [rc11Cpp20, 'write', 'violated'],
  [rc11, 'update', 'verified'],
  [rc11Cpp20, 'update', 'verified'],
] as const)(
  'model %#: a release, then another access of the same thread',
  (model, next, verdict) => {
    expect(passing(model, next)).toBe(verdict);
  },
);
