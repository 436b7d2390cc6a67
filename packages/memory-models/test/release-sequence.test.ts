import { assert, cell, explore, type MemoryModel, Order } from '@pagerace/explorer';
import { expect, test } from 'vitest';
import { lkmm, rc11, rc11Cpp20, sc } from '../src/index.js';

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

/** The flag's value 2 is read by an acquire, and then a plain message: is it a race? */
function racing(model: MemoryModel, between: readonly Order[]): string {
  const setup = () => {
    const [message, flag] = [cell(0, 'message'), cell(0, 'flag')];
    return {
      threads: [
        () => {
          message.write(1, Order.plain);
          flag.write(1, Order.release);
          between.forEach((order, i) => {
            flag.write(i + 2, order);
          });
        },
        () => {
          if (flag.read(Order.acquire) === between.length + 1) message.read(Order.plain);
        },
      ],
    };
  };
  return explore(setup, { model }).verdict;
}

test.each([
  [rc11, 'verified'],
  [rc11Cpp20, 'violated'],
  [lkmm, 'violated'],
  [sc, 'violated'],
] as const)(
  'model %#: the race detector has the release sequences of the model',
  (model, verdict) => {
    expect(racing(model, [])).toBe('verified');
    expect(racing(model, [Order.relaxed])).toBe(verdict);
  },
);

test("a plain write is no end of RC11's release sequence", () => {
  const setup = () => {
    const [message, flag] = [cell(0, 'message'), cell(0, 'flag')];
    return {
      threads: [
        () => {
          message.write(1);
          flag.write(1, Order.release);
          flag.write(2, Order.plain);
          flag.write(3);
        },
        () => {
          if (flag.read(Order.acquire) === 3) assert(message.read() === 1);
        },
      ],
    };
  };
  // The plain write races with the read, but no execution fails the assertion.
  const { violations } = explore(setup, { model: rc11 });
  expect(violations.map(({ property }) => property)).toEqual(['data-race']);
});
