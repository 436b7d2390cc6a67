import {
  assert,
  assume,
  cell,
  choose,
  cover,
  decodeExecutionId,
  estimate,
  ExecutionIdError,
  explore,
  exploreAsync,
  ExplorationRun,
  Fence,
  fence,
  observe,
  Order,
  replay,
  SpinLock,
  spawn,
  Violation,
  type Setup,
} from '../src/index.js';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { coherent, sc } from './models.js';

const storeBuffering: Setup = () => {
  const x = cell(0, 'x');
  const y = cell(0, 'y');
  return {
    threads: {
      first: () => {
        x.write(1);
        return y.read();
      },
      second: () => {
        y.write(1);
        return x.read();
      },
    },
    finally: ([first, second]) => {
      assert(first === 1 || second === 1, 'both threads read 0');
    },
  };
};

const inverseLocking: Setup = () => {
  const a = new SpinLock('a');
  const b = new SpinLock('b');
  const nested = (outer: SpinLock, inner: SpinLock) => () => {
    outer.lock();
    inner.lock();
    inner.unlock();
    outer.unlock();
  };
  return { threads: { first: nested(a, b), second: nested(b, a) } };
};

/** Enough executions that no test waits for all of them. */
const large: Setup = () => {
  const x = cell(0, 'x');
  return { threads: Array.from({ length: 12 }, () => () => x.fetchAdd(1)) };
};

describe('a verdict', () => {
  it('is verified when every execution is explored and satisfies every property', () => {
    const result = explore(storeBuffering, { model: sc });
    expect(result).toMatchObject({
      verdict: 'verified',
      executions: 3,
      complete: true,
      violations: [],
    });
  });

  it('is violated, and says whether weak memory is needed', () => {
    const result = explore(storeBuffering, { model: coherent });
    expect(result).toMatchObject({
      verdict: 'violated',
      executions: 4,
      violating: 1,
      complete: true,
    });
    expect(result.violations[0]!.witness).toMatchObject({ switches: 1, weakSteps: 1, steps: 4 });
  });

  it('is deadlock, naming who waits for what', () => {
    const result = explore(inverseLocking, { model: sc });
    expect(result).toMatchObject({ verdict: 'deadlock', executions: 2, deadlocks: 1 });
    expect(result.violations[0]!.message).toBe('first waits for b, second waits for a');
  });

  it('is bounded, never verified, when something stopped it', () => {
    expect(explore(large, { model: sc, maximumExecutions: 10 })).toMatchObject({
      verdict: 'bounded',
      complete: false,
      incomplete: 'execution limit',
      executions: 10,
    });
    expect(explore(large, { model: sc, maximumMilliseconds: 20 })).toMatchObject({
      verdict: 'bounded',
      incomplete: 'time limit',
    });
    const spins: Setup = () => {
      const x = cell(0, 'x');
      return {
        threads: [
          () => {
            while (x.read() === 0);
          },
        ],
      };
    };
    expect(explore(spins, { model: sc, maximumThreadLength: 50 })).toMatchObject({
      verdict: 'bounded',
      incomplete: 'thread length',
    });
  });

  it('is vacuous when what it is about never arose', () => {
    const setup: Setup = () => {
      const x = cell(0, 'x');
      return {
        threads: [
          () => {
            if (x.read() === 1) cover('x is 1');
          },
        ],
      };
    };
    expect(explore(setup, { model: sc, mustCover: ['x is 1'] })).toMatchObject({
      verdict: 'vacuous',
      neverCovered: ['x is 1'],
    });
    expect(
      explore(
        () => ({
          threads: [
            () => {
              assume(false);
            },
          ],
        }),
        { model: sc },
      ).verdict,
    ).toBe('vacuous');
  });

  it('tells an outcome that is observed, and does not ask for it in the verdict', () => {
    const setup: Setup = () => {
      const x = cell(0, 'x');
      return {
        threads: { writer: () => x.write(1), reader: () => x.read() },
        finally: ([, read]) => {
          if (read === 0) observe('seen', 'the write came too late');
        },
      };
    };
    const { verdict, violations, observations, covers } = explore(setup, { model: sc });
    expect({ verdict, violations, covers }).toEqual({
      verdict: 'verified',
      violations: [],
      covers: 'all 2 executions satisfy every property that must hold',
    });
    expect(observations).toMatchObject([
      { property: 'seen', message: 'the write came too late', executions: 1 },
    ]);
    const { id } = observations![0]!.witness;
    expect(replay(setup, decodeExecutionId(id, ''), sc).violations).toEqual([]);
  });

  it('is model error for a program that is no ordinary one, or not deterministic', () => {
    // eslint-disable-next-line @typescript-eslint/require-await -- What must not be.
    const later: Setup = () => ({ threads: { later: async () => 1 } });
    expect(explore(later, { model: sc }).error).toContain('later returned a promise');
    let runs = 0;
    const changes: Setup = () => {
      const x = cell(0, 'x');
      const y = cell(0, 'y');
      return {
        threads: [
          () => {
            (runs++ % 2 === 0 ? x : y).read();
            x.read();
          },
          () => {
            x.write(1);
          },
        ],
      };
    };
    expect(explore(changes, { model: sc })).toMatchObject({
      verdict: 'model error',
      complete: false,
    });
    expect(explore(changes, { model: sc }).error).toContain('is not deterministic');
    // Nobody has interrupted it.
    expect(explore(changes, { model: sc })).not.toHaveProperty('incomplete');
  });
});

describe('a data race', () => {
  const messagePassing =
    (publish: Order, subscribe: Order): Setup =>
    () => {
      const data = cell(0, 'data');
      const flag = cell(0, 'flag');
      return {
        threads: {
          writer: () => {
            data.write(1, Order.plain);
            flag.write(1, publish);
          },
          reader: () => {
            if (flag.read(subscribe) === 1) data.read(Order.plain);
          },
        },
      };
    };

  it('is found between plain accesses that nothing orders', () => {
    const { violations } = explore(messagePassing(Order.relaxed, Order.acquire), { model: sc });
    expect(violations.map(({ property, message }) => [property, message])).toEqual([
      [
        'data-race',
        'nothing orders the plain write by writer and the plain read by reader of data',
      ],
    ]);
  });

  it('is none where a release is acquired, where fences order, or under a lock', () => {
    expect(explore(messagePassing(Order.release, Order.acquire), { model: sc }).verdict).toBe(
      'verified',
    );
    const fences: Setup = () => {
      const data = cell(0, 'data');
      const flag = cell(0, 'flag');
      return {
        threads: [
          () => {
            data.write(1, Order.plain);
            fence(Fence.write);
            flag.write(1);
          },
          () => {
            const seen = flag.read();
            fence(Fence.read);
            if (seen === 1) data.read(Order.plain);
          },
        ],
      };
    };
    expect(explore(fences, { model: sc }).verdict).toBe('verified');
    const locked: Setup = () => {
      const data = cell(0, 'data');
      const lock = new SpinLock();
      const increment = (): void => {
        lock.lock();
        data.write(data.read(Order.plain) + 1, Order.plain);
        lock.unlock();
      };
      return { threads: [increment, increment, increment] };
    };
    expect(explore(locked, { model: sc })).toMatchObject({
      verdict: 'verified',
      executions: 6,
    });
  });

  it("is none where another thread's read-modify-write continues the release sequence", () => {
    const setup: Setup = () => {
      const data = cell(0, 'data');
      const flag = cell(0, 'flag');
      return {
        threads: [
          () => {
            data.write(1, Order.plain);
            flag.write(1, Order.release);
          },
          () => flag.fetchAdd(2),
          () => {
            if (flag.read(Order.acquire) === 3) data.read(Order.plain);
          },
        ],
      };
    };
    expect(explore(setup, { model: sc }).verdict).toBe('verified');
  });

  it('is replayed', () => {
    const setup = messagePassing(Order.relaxed, Order.relaxed);
    const { id } = explore(setup, { model: sc }).violations[0]!.witness;
    expect(replay(setup, decodeExecutionId(id, ''), sc).violations[0]?.property).toBe('data-race');
  });
});

describe('an execution id', () => {
  const violating = explore(storeBuffering, { model: coherent, fingerprint: 'store buffering' });
  const { id } = violating.violations[0]!.witness;

  it('replays the execution exactly, with the write that a stale read missed', () => {
    const trace = replay(storeBuffering, decodeExecutionId(id, 'store buffering'), coherent);
    expect(trace.violations).toEqual([new Violation('assertion', 'both threads read 0')]);
    expect(
      trace.steps.map(({ threadName, operation, cell: name, after, missed }) => [
        threadName,
        operation,
        name,
        after,
        missed,
      ]),
    ).toEqual([
      ['first', 'write', 'x', 1, []],
      ['first', 'read', 'y', 0, []],
      ['second', 'write', 'y', 1, []],
      ['second', 'read', 'x', 0, [0]],
    ]);
  });

  it('is refused when damaged, truncated, of another program, or under a stronger model', () => {
    const replaced = `${id.slice(0, -3)}${id.at(-3) === 'a' ? 'b' : 'a'}${id.slice(-2)}`;
    expect(() => decodeExecutionId(replaced, 'store buffering')).toThrow(/damaged|another program/);
    expect(() => decodeExecutionId(id.slice(0, -4), 'store buffering')).toThrow(ExecutionIdError);
    expect(() => decodeExecutionId(`${id}0`, 'store buffering')).toThrow('damaged');
    expect(() => decodeExecutionId('u!', 'store buffering')).toThrow('contains "u"');
    expect(() => decodeExecutionId('0'.repeat(9999), '')).toThrow(/^the execution id "0{100}…" is/);
    expect(() => decodeExecutionId(undefined as unknown as string, '')).toThrow(
      'undefined is not an execution id',
    );
    expect(() => decodeExecutionId(id, 'load buffering')).toThrow(
      'is of another program than load buffering',
    );
    expect(() => replay(storeBuffering, decodeExecutionId(id, 'store buffering'), sc)).toThrow(
      'does not fit the program',
    );
  });

  it('replays what started threads and choices did', () => {
    const setup: Setup = () => {
      const x = cell(0, 'x');
      return {
        threads: [
          () => {
            const child = spawn(() => {
              x.write(1 + choose(3));
              return 'done';
            }, 'child');
            assert(child.join() === 'done');
            assert(x.read() !== 3, 'x is 3');
          },
        ],
      };
    };
    const result = explore(setup, { model: sc });
    expect(result).toMatchObject({ executions: 3, violating: 1 });
    const trace = replay(setup, decodeExecutionId(result.violations[0]!.witness.id, ''), sc);
    expect(trace.violations[0]?.message).toBe('x is 3');
    expect(trace.steps.map(({ operation }) => operation)).toEqual([
      'spawn',
      'choice',
      'write',
      'join',
      'read',
    ]);
  });
});

describe('an exploration', () => {
  it('runs a started thread as it was started in the execution that it is of', () => {
    const setup: Setup = () => {
      const [x, y] = [cell(0, 'x'), cell(0, 'y')];
      const cells = [cell(0, 'z0'), cell(0, 'z1')] as const;
      return {
        threads: {
          starter: () => {
            const seen = x.read() as 0 | 1;
            // What the started thread does depends on what this one has read.
            spawn(() => cells[seen].write(y.read() + 1), 'child');
            return seen;
          },
          // The second choice is tried when the starter has seen the write in the first.
          writer: () => {
            choose(2);
            y.write(1);
            x.write(1);
          },
        },
        finally: ([seen]) => {
          const written = cells.map((one) => one.read() > 0);
          assert(written[seen as 0 | 1] === true && written.filter(Boolean).length === 1);
        },
      };
    };
    const { verdict, executions, error } = explore(setup, { model: coherent });
    expect({ verdict, error }).toEqual({ verdict: 'verified', error: undefined });
    // Two choices, and two values of each read.
    expect(executions).toBe(8);
  });

  it('stops at the first violation when asked to', () => {
    const result = explore(storeBuffering, { model: coherent, strategy: 'first violation' });
    expect(result).toMatchObject({
      verdict: 'violated',
      complete: false,
      incomplete: 'first violation',
    });
  });

  it('is interrupted between slices, and says so with what it learned', async () => {
    const controller = new AbortController();
    setTimeout(() => {
      controller.abort();
    }, 30);
    const result = await exploreAsync(large, { model: sc, signal: controller.signal });
    expect(result).toMatchObject({ verdict: 'bounded', incomplete: 'interrupted' });
    expect(result.executions).toBeGreaterThan(0);
  });

  it('gives the same result in slices as in one go', () => {
    const run = new ExplorationRun(storeBuffering, { model: coherent });
    while (!run.advance(0));
    expect({ ...run.result(), milliseconds: 0 }).toEqual({
      ...explore(storeBuffering, { model: coherent }),
      milliseconds: 0,
    });
  });

  it('tells how far it is; its estimate brackets the truth and becomes exact', () => {
    const seven: Setup = () => {
      const x = cell(0, 'x');
      return { threads: Array.from({ length: 7 }, () => () => x.fetchAdd(1)) };
    };
    const shares: number[] = [];
    const intervals: [low: number, high: number][] = [];
    // A clock that stands still: the estimate takes all of its samples, however busy the machine is.
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const run = new ExplorationRun(seven, {
      model: coherent,
      progressInterval: 0,
      onProgress: ({ explored, estimate: { low, high } }) => {
        shares.push(explored);
        intervals.push([low, high]);
      },
    });
    run.advance();
    expect(shares.length).toBeGreaterThan(3);
    // A factor of two on the way is what an estimate from 200 samples is good for.
    for (const [low, high] of intervals) {
      expect(low).toBeLessThan(2 * 5040);
      expect(high).toBeGreaterThan(5040 / 2);
    }
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(run.progress().estimate.mean).toBeCloseTo(5040, 0);
    expect(run.progress().explored).toBeCloseTo(1, 6);
  });

  it('tells an interval, however slow the machine is', () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
    onTestFinished(() => void vi.restoreAllMocks());
    const { estimate } = new ExplorationRun(storeBuffering, { model: coherent }).progress();
    expect(estimate.samples).toBe(5);
    expect(estimate.high).toBeLessThan(Infinity);
  });

  it('is estimated beforehand without bias', () => {
    const found = estimate(storeBuffering, { model: coherent, samples: 400 });
    expect(found.low).toBeLessThanOrEqual(4);
    expect(found.high).toBeGreaterThanOrEqual(4);
  });
});

describe('a thread that waits', () => {
  it('costs no execution of its own', () => {
    const result = explore(
      () => {
        const flag = cell(0, 'flag');
        return {
          threads: [
            () => flag.await((value) => value === 1),
            () => {
              flag.write(1);
            },
          ],
        };
      },
      { model: sc },
    );
    expect(result).toMatchObject({ verdict: 'verified', executions: 1, blocked: 0, deadlocks: 0 });
  });

  it('may miss a value that does not stay', () => {
    const result = explore(
      () => {
        const flag = cell(0, 'flag');
        return {
          threads: [
            () => flag.await((value) => value === 1),
            () => {
              flag.write(1);
              flag.write(2);
            },
          ],
        };
      },
      { model: sc },
    );
    expect(result).toMatchObject({ verdict: 'deadlock', executions: 1, deadlocks: 1 });
  });
});
