import { ok, strictEqual } from 'node:assert';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  assert,
  cell,
  contextBounded,
  decodeExecutionId,
  enumerate,
  explore,
  exploreAsync,
  ExplorationRun,
  InterleavingMachine,
  replay,
  sample,
  type Setup,
  type Violation,
} from '../src/index.js';
import { sc } from './models.js';

const here = relative('.', fileURLToPath(import.meta.url));

/** The reader fails where it comes between the two writes; the other executions are in order. */
const reading =
  (look: (now: { readonly v: number } | null) => unknown): Setup =>
  () => {
    const x = cell<{ readonly v: number } | null>({ v: 1 }, 'x');
    return {
      threads: {
        writer: () => {
          x.write(null);
          x.write({ v: 2 });
        },
        reader: () => look(x.read()),
      },
    };
  };

const dereferencing = reading((now) => now!.v);

describe('a program that throws in one execution', () => {
  it('violates, and the search goes on', () => {
    const result = explore(dereferencing, { model: sc });
    expect(result).toMatchObject({
      verdict: 'violated',
      complete: true,
      executions: 3,
      violating: 1,
    });
    const [violation] = result.violations;
    expect(violation).toMatchObject({ property: 'exception', executions: 1 });
    expect(violation!.message).toMatch(/^reader threw TypeError: Cannot read properties of null/);
    expect(violation!.message.replace(/\d+\)$/, 'LINE)')).toContain(`(${here}:LINE)`);
  });

  it('does so in slices, too', async () => {
    expect(await exploreAsync(dereferencing, { model: sc })).toMatchObject({ violating: 1 });
  });

  it('is shown again by its execution id', () => {
    const { message, witness } = explore(dereferencing, { model: sc }).violations[0]!;
    const trace = replay(dereferencing, decodeExecutionId(witness.id, ''), sc);
    expect(trace.steps.map(({ threadName, operation }) => [threadName, operation])).toEqual([
      ['writer', 'write'],
      ['reader', 'read'],
    ]);
    expect(trace.violations.map((one) => [one.property, one.message])).toEqual([
      ['exception', message],
    ]);
    expect(trace.violations[0]!.cause).toBeInstanceOf(TypeError);
  });

  it.each<[string, Setup]>([
    ['expect() of vitest', reading((now) => expect(now).not.toBeNull())],
    ['node:assert', reading((now) => ok(now !== null))],
    [
      'a message of several lines',
      reading((now) => {
        if (now === null) strictEqual({ v: 1 }, now);
      }),
    ],
    [
      'what is no error',
      reading((now) => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- What must not be.
        if (now === null) throw 'a word';
      }),
    ],
  ])('may do so by %s', (_, setup) => {
    const { verdict, violations } = explore(setup, { model: sc });
    expect([verdict, violations.length]).toEqual(['violated', 1]);
    expect(violations[0]!.message).toMatch(/^reader threw /);
    expect(violations[0]!.message).not.toContain('\n');
  });

  it('may overflow the stack, wherever that happens', () => {
    const endless = (depth: number): number =>
      depth % 2 === 0 ? endless(depth + 1) : deeper(depth);
    const deeper = (depth: number): number => 1 + endless(depth + 1);
    const { verdict, violations } = explore(
      reading((now) => (now === null ? endless(0) : 0)),
      { model: sc },
    );
    expect([verdict, violations[0]?.property]).toEqual(['violated', 'exception']);
  });

  it('may do so in finally, or in a property that it checks there', () => {
    const setup: Setup = () => {
      const x = cell<{ readonly v: number } | null>(null, 'x');
      return {
        threads: [() => x.write({ v: 1 }), () => x.write(null)],
        finally: () => assert(x.read()!.v === 1),
      };
    };
    const { executions, violations } = explore(setup, { model: sc });
    expect([executions, violations.length]).toEqual([2, 1]);
    expect(violations[0]).toMatchObject({
      property: 'exception',
      message: expect.stringMatching(/^finally threw TypeError: .*\)$/) as string,
    });
    const trace = replay(setup, decodeExecutionId(violations[0]!.witness.id, ''), sc);
    expect(trace.violations[0]?.message).toBe(violations[0]!.message);
    expect(enumerate(setup, { memory: 'sc' }).violations).toHaveLength(1);
  });

  it('may do so in a condition or a change, on some values', () => {
    const waits =
      (body: (x: ReturnType<typeof cell<{ v: number } | null>>) => unknown): Setup =>
      () => {
        const x = cell<{ v: number } | null>({ v: 0 }, 'x');
        return {
          threads: {
            writer: () => {
              x.write(null);
              x.write({ v: 1 });
            },
            reader: () => body(x),
          },
        };
      };
    for (const setup of [
      waits((x) => x.await((value) => value!.v === 1)),
      waits((x) => x.update((old) => ({ v: old!.v + 1 }))),
      waits((x) =>
        x.awaitUpdate(
          (value) => value!.v < 5,
          (value) => value,
        ),
      ),
    ]) {
      const { verdict, violations } = explore(setup, { model: sc });
      expect([verdict, violations.map(({ property }) => property)]).toEqual([
        'violated',
        ['exception'],
      ]);
      const trace = replay(setup, decodeExecutionId(violations[0]!.witness.id, ''), sc);
      expect(trace.violations[0]?.message).toBe(violations[0]!.message);
      expect(enumerate(setup, { memory: 'sc' }).violations[0]?.message).toBe(
        violations[0]!.message,
      );
    }
  });

  it('is found by the searches over interleavings', () => {
    const violation = {
      property: 'exception',
      message: explore(dereferencing, { model: sc }).violations[0]!.message,
    };
    expect(contextBounded(dereferencing, { memory: 'sc', bound: 2 })).toMatchObject({
      outcome: 'violated',
      violation,
    });
    expect(sample(dereferencing, { memory: 'tso', seed: 1, samples: 100, depth: 3 })).toMatchObject(
      { outcome: 'violated', violation },
    );
    const { violations, executions } = enumerate(dereferencing, { memory: 'sc' });
    expect([violations.length, executions.size]).toEqual([1, 3]);
    expect(violations[0]).toMatchObject(violation);
  });
});

describe('what a function of the caller throws', () => {
  const mine = new RangeError('a bug in my progress bar');
  const throwing = (): never => {
    throw mine;
  };
  const threads: Setup = () => {
    const x = cell(0, 'x');
    return { threads: Array.from({ length: 6 }, () => () => x.fetchAdd(1)) };
  };
  /** A program that catches whatever comes. */
  const catching: Setup = () => {
    const { threads: all } = threads();
    const swallow = (body: () => unknown) => () => {
      try {
        return body();
      } catch (thrown) {
        if (thrown === mine) return 0;
        throw thrown;
      }
    };
    return { threads: (all as (() => unknown)[]).map(swallow) };
  };

  it('comes to the caller as it is', async () => {
    const options = { model: sc, progressInterval: 0, onProgress: throwing };
    expect(() => explore(threads, options)).toThrow(mine);
    await expect(exploreAsync(threads, options)).rejects.toBe(mine);
    for (const setup of [threads, catching]) {
      const told = [{ onProgress: throwing }, { shouldStop: throwing }];
      for (const one of told) {
        expect(() => contextBounded(setup, { memory: 'sc', bound: 3, ...one })).toThrow(mine);
        expect(() => enumerate(setup, { memory: 'sc', ...one })).toThrow(mine);
        expect(() =>
          sample(setup, { memory: 'sc', seed: 1, samples: 9999, depth: 3, ...one }),
        ).toThrow(mine);
      }
      expect(() => new InterleavingMachine(setup, 'sc').run(0, throwing)).toThrow(mine);
    }
  });

  it('leaves the exploration where it was', () => {
    let calls = 0;
    const run = new ExplorationRun(threads, {
      model: sc,
      progressInterval: 0,
      onProgress: () => {
        if (calls++ === 0) throwing();
      },
    });
    expect(() => run.advance()).toThrow(mine);
    run.advance();
    expect(run.result()).toMatchObject({ verdict: 'verified', executions: 720 });
  });
});

describe('a program with nothing to explore', () => {
  const idle: Setup = () => ({ threads: { first: () => 1, second: () => undefined } });

  it('is refused where it has no threads', () => {
    const none: Setup = () => ({ threads: [] });
    expect(explore(none, { model: sc })).toMatchObject({
      verdict: 'model error',
      error: 'the set-up returned no threads: nothing would be explored',
    });
    expect(() => contextBounded(none, { memory: 'sc', bound: 1 })).toThrow('no threads');
    expect(() => sample(none, { memory: 'sc', seed: 1, samples: 1, depth: 1 })).toThrow(
      'no threads',
    );
  });

  it('is vacuous where its threads do nothing', () => {
    expect(explore(idle, { model: sc })).toMatchObject({
      verdict: 'vacuous',
      covers: 'no thread performs an operation: there is nothing to explore',
    });
    expect(contextBounded(idle, { memory: 'sc', bound: 1 }).acted).toBe(false);
    expect(sample(idle, { memory: 'sc', seed: 1, samples: 9, depth: 1 }).acted).toBe(false);
  });

  it('is not idle because a thread does nothing in some executions', () => {
    const some: Setup = () => {
      const x = cell(0, 'x');
      return { threads: [() => x.read(), () => 1] };
    };
    expect(explore(some, { model: sc }).verdict).toBe('verified');
    expect(contextBounded(some, { memory: 'sc', bound: 1 }).acted).toBe(true);
  });
});

describe('a thread that does not end', () => {
  const polling: Setup = () => {
    const x = cell(0, 'x');
    return {
      threads: {
        poller: () => {
          while (x.read() === 0);
        },
      },
    };
  };

  it('is cut off by the searches over interleavings as well', () => {
    expect(sample(polling, { memory: 'sc', seed: 1, samples: 2, depth: 1 })).toMatchObject({
      cutOff: 'poller',
      excluded: 2,
    });
    expect(contextBounded(polling, { memory: 'sc', bound: 1 })).toMatchObject({
      outcome: 'bounded',
      cutOff: 'poller',
    });
  });
});

it('a violation keeps what was thrown', () => {
  const found: Violation[] = [];
  const { witness } = explore(dereferencing, { model: sc }).violations[0]!;
  found.push(...replay(dereferencing, decodeExecutionId(witness.id, ''), sc).violations);
  expect((found[0]!.cause as Error).stack).toContain('throwing.test.ts');
});
