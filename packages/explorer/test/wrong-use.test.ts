import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  assert,
  assume,
  cell,
  type Cell,
  choose,
  contextBounded,
  estimate,
  explore,
  exploreGraphs,
  fence,
  replay,
  sample,
  spawn,
  type ExploreOptions,
  type Program,
  type Setup,
} from '../src/index.js';
import { describe, expect, it } from 'vitest';
import { sc } from './models.js';

/** What plain JavaScript can write, and TypeScript would refuse. */
const anything = <T>(value: unknown): T => value as T;

const racing: Setup = () => {
  const x = cell(0, 'x');
  return { threads: [() => x.write(1), () => x.read()] };
};

const errorOf = (program: unknown): string => {
  const { verdict, error } = explore(() => anything<Program>(program), { model: sc });
  expect(verdict).toBe('model error');
  return error!;
};

/** At the end of a message: a line of this file, which is named from the working directory on. */
const at = new RegExp(`\\(${relative('.', fileURLToPath(import.meta.url))}:\\d+\\)$`);

describe('a program that is none', () => {
  const generator = function* () {
    yield 1;
  };
  const asynchronous = async () => {
    await Promise.resolve();
  };

  it('has threads that would not be run to their end', () => {
    expect(errorOf({ threads: { generator } })).toMatch(/^generator returned a generator: .*yield/);
    expect(errorOf({ threads: { asynchronous } })).toMatch(/^asynchronous returned a promise/);
    expect(errorOf({ threads: [async function* () {}] })).toMatch(/^thread 0 returned a generator/);
    expect(errorOf({ threads: [() => spawn(generator, 'child').join()] })).toMatch(
      /^child returned a generator/,
    );
    expect(errorOf({ threads: [() => choose(2)], finally: asynchronous })).toMatch(
      /^finally returned a promise/,
    );
  });

  it('has threads that are no functions', () => {
    expect(errorOf({ threads: { first: 1 } })).toBe('first is 1, and not a function');
    expect(errorOf({ threads: [() => spawn(anything(undefined))] })).toContain(
      'what spawn() is to start is undefined, and not a function',
    );
    expect(errorOf({ threads: [() => 1], finally: 'x' })).toBe(
      'finally is "x", and not a function',
    );
  });

  it('is not what a set-up returns', () => {
    expect(errorOf(undefined)).toMatch(/^the set-up returned undefined, and not \{ threads \}/);
    expect(errorOf({ threads: undefined })).toMatch(/^the set-up returned an object, and not/);
    expect(errorOf(Promise.resolve())).toMatch(/^the set-up returned a promise/);
    expect(errorOf({ threads: [], finaly: () => undefined })).toMatch(
      /^the set-up returned finaly:/,
    );
    expect(explore(anything({ threads: [] }), { model: sc }).error).toMatch(
      /^the set-up is an object, and no function/,
    );
  });

  it('is refused by the searches over interleavings, too', () => {
    const setup = () => anything<Program>({ threads: { generator } });
    expect(() => sample(setup, { memory: 'sc', seed: 1, samples: 1, depth: 1 })).toThrow(
      'generator returned a generator',
    );
    expect(() => contextBounded(setup, { memory: 'sc', bound: 1 })).toThrow(
      'generator returned a generator',
    );
  });
});

describe('a program that breaks the rules', () => {
  const counting = (body: (x: Cell<number>, next: number) => unknown): string => {
    let count = 0;
    const { verdict, error } = explore(
      () => {
        const x = cell(0, 'x');
        return { threads: { first: () => body(x, count++), second: () => x.read() } };
      },
      { model: sc },
    );
    expect(verdict).toBe('model error');
    return error!;
  };

  it('is told so where each execution has other values, though the search never resumes the thread', () => {
    expect(counting((x, next) => x.write(next))).toMatch(
      /^first is not deterministic: its operation 1 was a write of 0 to x before, and is a write of 1 to x now/,
    );
    expect(counting((x, next) => x.fetchAdd(next))).toContain('a read-modify-write of x');
    expect(counting((x, next) => x.compareExchange(0, next))).toContain('a read-modify-write of x');
    expect(counting((_, next) => next)).toMatch(
      /was its end, returning 0 before.* returning 1 now/,
    );
    expect(counting((x, next) => (next === 0 ? 0 : x.read()))).toMatch(
      /was its end, returning 0 before, and is a read of x now/,
    );
    expect(
      counting((_, next) => {
        assert(next > 0, 'odd');
      }),
    ).toMatch(/was its end by a violation: odd before/);
  });

  it('may make objects and functions anew in each execution', () => {
    const setup: Setup = () => {
      const x = cell({ page: 0 }, 'x');
      return {
        threads: [
          () => {
            x.write({ page: 1 });
            x.update(() => ({ page: 2 }));
            return () => x;
          },
          () => [x.read()],
        ],
      };
    };
    expect(explore(setup, { model: sc }).verdict).toBe('verified');
  });

  const caught = /^first caught the signal that stops it/;
  const catching = (catcher: (x: Cell<number>) => unknown): string => {
    const x = (): Setup => () => {
      const y = cell(0, 'y');
      const first = () => {
        try {
          y.await((value) => value === 1);
        } catch {
          catcher(y);
        }
      };
      return { threads: { first, second: () => y.write(1) } };
    };
    const { verdict, error } = explore(x(), { model: sc });
    expect(verdict).toBe('model error');
    expect(() => contextBounded(x(), { memory: 'sc', bound: 1 })).toThrow(caught);
    return error!;
  };

  it('is told so where it catches what stops a thread that waits', () => {
    expect(catching(() => undefined)).toMatch(caught);
    expect(catching((y) => y.write(2))).toMatch(caught);
    expect(
      catching(() => {
        assert(false);
      }),
    ).toMatch(caught);
    expect(
      catching(() => {
        throw new Error('timed out');
      }),
    ).toMatch(caught);
  });

  it('is told so where it catches a failed assumption', () => {
    const setup: Setup = () => ({
      threads: {
        first: () => {
          try {
            assume(false);
          } catch {
            return 1;
          }
          return 0;
        },
      },
    });
    expect(explore(setup, { model: sc }).error).toMatch(caught);
    expect(() => sample(setup, { memory: 'sc', seed: 1, samples: 1, depth: 1 })).toThrow(caught);
  });

  it('uses orders, fences and choices that there are', () => {
    const none = (body: (x: Cell<number>) => unknown): string => {
      const setup: Setup = () => {
        const x = cell(0, 'x');
        return { threads: [() => body(x)] };
      };
      const error = explore(setup, { model: sc }).error!;
      expect(error).toMatch(at);
      expect(() => sample(setup, { memory: 'tso', seed: 1, samples: 1, depth: 1 })).toThrow(error);
      return error;
    };
    expect(none((x) => x.read(anything('acquire')))).toMatch(
      /^"acquire" is no Order: it must be Order\.plain, .*Order\.full/,
    );
    expect(none((x) => x.write(1, anything(6)))).toMatch(/^6 is no Order/);
    expect(none((x) => x.fetchAdd(1, anything(null)))).toMatch(/^null is no Order/);
    expect(none((x) => x.await(() => true, anything(-1)))).toMatch(/^-1 is no Order/);
    expect(none(() => fence(anything('full')))).toMatch(/^"full" is no Fence: .*Fence\.full/);
    expect(none(() => fence(anything(7)))).toMatch(/^7 is no Fence/);
    expect(none(() => choose(anything('2')))).toMatch(/^choose\("2"\): it must be a whole number/);
    expect(none(() => choose(1.5))).toMatch(/^choose\(1\.5\)/);
  });
});

describe('an error of the program', () => {
  const fails = (): never => {
    throw new TypeError('no such page');
  };
  it('in its set-up is told with its file and line, and without a private path', () => {
    const inSetUp = explore(fails, { model: sc }).error;
    expect(inSetUp).toMatch(/^the set-up threw: TypeError: no such page \(/);
    expect(inSetUp).toMatch(at);
  });

  it('is told with the place in the program where the explorer refuses something', () => {
    const writes = () => {
      cell(0, 'x').write(1);
      return { threads: [] };
    };
    const writing = explore(writes, { model: sc }).error;
    expect(writing).toMatch(/^a write during set-up: /);
    expect(writing).toMatch(at);
  });

  it('has no place where it is in none of its lines', () => {
    expect(errorOf({ threads: { asynchronous: async () => Promise.resolve() } })).not.toMatch(at);
    expect(errorOf(undefined)).not.toMatch(at);
  });
});

describe('options', () => {
  it('must hold a memory model', () => {
    const needs = /^(\w+)\(\) needs a memory model: .*such as \{ model: sc \}$/;
    expect(() => explore(racing, anything(undefined))).toThrow(needs);
    expect(() => explore(racing, anything({}))).toThrow(needs);
    expect(() => estimate(racing, anything(undefined))).toThrow(needs);
    expect(() => exploreGraphs(racing, anything(undefined))).toThrow(needs);
    expect(() => replay(racing, { threads: [], deviations: [] }, anything(undefined))).toThrow(
      needs,
    );
    expect(() => explore(racing, anything({ model: 'sc' }))).toThrow(
      'explore() takes a memory model, not "sc"',
    );
  });

  it.each<[keyof ExploreOptions, unknown, string]>([
    ['strategy', 'first', 'strategy is "first": it must be exhaustive or first violation'],
    ['maximumExecutions', NaN, 'maximumExecutions is NaN: it must be a number from 0 up'],
    ['maximumExecutions', '5', 'maximumExecutions is "5"'],
    ['maximumMilliseconds', -1, 'maximumMilliseconds is -1'],
    ['maximumThreadLength', 0, 'maximumThreadLength is 0: it must be a number from 1 up'],
    ['mustCover', 'x is read', 'mustCover is "x is read": it must be an array'],
    ['progressInterval', null, 'progressInterval is null'],
  ])('must not hold %s: %s', (name, value, message) => {
    expect(() => explore(racing, anything({ model: sc, [name]: value }))).toThrow(message);
  });

  it('may hold no limit at all', () => {
    const maximumExecutions = Infinity;
    expect(explore(racing, { model: sc, maximumExecutions }).verdict).toBe('verified');
  });

  it('of the searches over interleavings name a memory with store buffers or less', () => {
    const message = /^memory is .*: it must be sc or tso$/;
    expect(() => contextBounded(racing, { memory: anything('power'), bound: 1 })).toThrow(message);
    expect(() => contextBounded(racing, { memory: anything(sc), bound: 1 })).toThrow(message);
    const samples = { seed: 1, samples: 1, depth: 1 };
    expect(() => sample(racing, { memory: anything('power'), ...samples })).toThrow(message);
  });

  it.each([-1, NaN, undefined])('of a bounded search have a bound: %s is none', (bound) => {
    expect(() => contextBounded(racing, { memory: 'sc', bound: anything(bound) })).toThrow(
      /^bound is .*from 0 up$/,
    );
  });

  it.each([0, NaN, -1])('ask for samples: %s is none', (samples) => {
    expect(() => estimate(racing, { model: sc, samples })).toThrow(/^samples is /);
    expect(() => sample(racing, { memory: 'sc', seed: 1, samples, depth: 1 })).toThrow(
      /^samples is /,
    );
  });
});
