import { assert, type Cell, cell, explore, type MemoryModel, Order } from '@pagerace/explorer';
import { describe, expect, test } from 'vitest';
import { lkmm, rc11, rc11Cpp20, sc } from '../src/index.js';

/** A plain write is released, and a plain read follows a compare-exchange that fails because it has seen so. */
function raceAfterFailure(model: MemoryModel, order: Order, failure?: Order): string {
  const setup = () => {
    const [message, flag] = [cell(0, 'message'), cell(0, 'flag')];
    return {
      threads: [
        () => {
          message.write(1, Order.plain);
          flag.write(1, Order.release);
        },
        () => {
          if (flag.compareExchange(7, 8, order, failure) === 1)
            assert(message.read(Order.plain) === 1);
        },
      ],
    };
  };
  const { verdict, violations } = explore(setup, { model });
  return violations[0]?.property ?? verdict;
}

describe('a compare-exchange that fails', () => {
  test.each([
    ['full', Order.full, undefined, 'verified'],
    ['acquireRelease', Order.acquireRelease, undefined, 'verified'],
    ['acquire', Order.acquire, undefined, 'verified'],
    ['release', Order.release, undefined, 'data-race'],
    ['relaxed', Order.relaxed, undefined, 'data-race'],
    ['acquireRelease, relaxed', Order.acquireRelease, Order.relaxed, 'data-race'],
    ['release, acquire', Order.release, Order.acquire, 'verified'],
    ['relaxed, full', Order.relaxed, Order.full, 'verified'],
  ] as const)('acquires in C++ by its failure order: %s', (_name, order, failure, verdict) => {
    expect(raceAfterFailure(rc11, order, failure)).toBe(verdict);
    expect(raceAfterFailure(rc11Cpp20, order, failure)).toBe(verdict);
    expect(raceAfterFailure(lkmm, order, failure)).toBe('data-race');
    expect(raceAfterFailure(sc, order, failure)).toBe('data-race');
  });

  test.each([
    [undefined, 'verified'],
    [Order.full, 'verified'],
    [Order.acquire, 'violated'],
  ] as const)('is sequentially consistent in C++ if failure %s is', (failure, verdict) => {
    const setup = () => {
      const [x, y] = [cell(0, 'x'), cell(0, 'y')];
      const thread = (mine: Cell<number>, other: Cell<number>) => () => {
        mine.write(1, Order.full);
        return other.compareExchange(7, 8, Order.full, failure);
      };
      return {
        threads: [thread(x, y), thread(y, x)],
        finally: ([first, second]: readonly unknown[]) => {
          assert(first !== 0 || second !== 0);
        },
      };
    };
    expect(explore(setup, { model: rc11 }).verdict).toBe(verdict);
  });

  test.each([Order.acquireRelease, Order.full])(
    "gives a Treiber stack's pop what it goes on with (order %i)",
    (order) => {
      const setup = () => {
        const nodes = [1, 2].map((value) => ({
          value: cell(0, `value ${String(value)}`),
          next: cell<number>(-1, `next ${String(value)}`),
        }));
        const top = cell(-1, 'top');
        const push = (node: number) => () => {
          nodes[node]!.value.write(node + 1, Order.plain);
          for (let old = top.read(), seen: number; ; old = seen) {
            nodes[node]!.next.write(old, Order.plain);
            seen = top.compareExchange(old, node, order);
            if (seen === old) return;
          }
        };
        const pop = () => {
          for (let old = top.read(Order.acquire), seen: number; old !== -1; old = seen) {
            seen = top.compareExchange(old, nodes[old]!.next.read(Order.plain), order);
            if (seen === old) return nodes[old]!.value.read(Order.plain);
          }
          return 0;
        };
        return { threads: [push(0), push(1), pop] };
      };
      expect(explore(setup, { model: rc11 })).toMatchObject({ verdict: 'verified' });
      expect(explore(setup, { model: lkmm }).verdict).toBe('violated');
    },
  );

  test.each([Order.plain, Order.release, Order.acquireRelease])(
    'cannot have order %i: it writes nothing',
    (failure) => {
      const result = explore(
        () => {
          const x = cell(0, 'x');
          return { threads: [() => x.compareExchange(0, 1, Order.full, failure)] };
        },
        { model: rc11 },
      );
      expect(result.verdict).toBe('model error');
      expect(result.error).toContain('is no order of a compare-exchange that fails');
    },
  );
});
