import { describe, expect, it } from 'vitest';

import { anyCandidates } from '../src/execution/any-candidates.js';
import {
  CutOff,
  ThreadMemory,
  type ThreadProgram,
  type ThreadRun,
} from '../src/execution/thread.js';
import { judge, type LitmusTest, modelNamed, parseLitmus, type Value } from '../src/index.js';

/*
 * The search against one that takes no short cuts: every value of a fixed domain for every read, every write
 * of its value for every read, every order of writes, and the model asked about each.
 */

/** Minimal standard generator (Park and Miller, 1988). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const statements: readonly ((location: string, other: string, register: string) => string)[] = [
  (x, _, r) => `${r} = READ_ONCE(*${x});`,
  (x, _, r) => `${r} = smp_load_acquire(${x});`,
  (x) => `WRITE_ONCE(*${x}, 1);`,
  (x) => `WRITE_ONCE(*${x}, 2);`,
  (x) => `smp_store_release(${x}, 1);`,
  (x, y, r) => `${r} = READ_ONCE(*${x}); WRITE_ONCE(*${y}, ${r});`,
  (x, y, r) => `${r} = READ_ONCE(*${x}); if (${r}) WRITE_ONCE(*${y}, 1);`,
  (x, y, r) => `${r} = 1; if (READ_ONCE(*${x}) == 0) ${r} = 0; WRITE_ONCE(*${y}, ${r});`,
  (x) => `atomic_inc(${x});`,
  (x, _, r) => `${r} = atomic_dec_return(${x});`,
  (x, _, r) => `${r} = cmpxchg_relaxed(${x}, 0, 1);`,
  (x, _, r) => `${r} = xchg(${x}, 2);`,
  () => 'smp_mb();',
];

function program(seed: number): LitmusTest {
  const next = random(seed);
  const threads = Array.from({ length: 2 + next(2) }, (_, thread) => {
    const code = Array.from({ length: 1 + next(2) }, (_, i) => {
      const [x, y] = next(2) === 0 ? (['x', 'y'] as const) : (['y', 'x'] as const);
      return statements[next(statements.length)]!(x, y, `r${String(i)}`);
    });
    return `P${String(thread)}(int *x, int *y) { ${code.join(' ')} }`;
  });
  const registers = threads.flatMap((code, thread) =>
    ['r0', 'r1'].filter((one) => code.includes(one)).map((one) => `${String(thread)}:${one};`),
  );
  return parseLitmus(
    `C seed-${String(seed)}\n{}\n${threads.join('\n')}\nlocations [x; y; ${registers.join(' ')}]\nexists (x=1)`,
  );
}

const noLimit = { check: () => undefined };

const domain: readonly Value[] = [-2, -1, 0, 1, 2, 3, 4];

function everyRun(code: ThreadProgram): ThreadRun[] {
  const runs: ThreadRun[] = [];
  const go = (choices: readonly number[]): void => {
    let depth = 0;
    const memory = new ThreadMemory(
      (options) => {
        const choice = choices[depth++];
        if (choice !== undefined) return options[choice]!;
        options.forEach((_, i) => {
          go([...choices, i]);
        });
        throw new CutOff();
      },
      () => domain,
    );
    try {
      // To ask for a value is to choose it.
      const registers = [...code(memory)].map(([name, { value }]) => [name, value] as const);
      runs.push({ registers: new Map(registers), events: memory.events });
    } catch (error) {
      if (!(error instanceof CutOff)) throw error;
    }
  };
  go([]);
  return runs;
}

const seeds = Array.from({ length: 25 }, (_, i) => i + 1);
/** In these, values justify themselves. */
const selfJustifying = [165];

describe.each(['lkmm', 'tso', 'sc'])('%s', (id) => {
  const model = modelNamed(id);
  it.each([...seeds, ...selfJustifying])('program %i', (seed) => {
    const test = program(seed);
    const runs = test.threads.map(everyRun);
    const count = (wanted: boolean): number => {
      let found = 0;
      const { proposition } = test.condition;
      const sought = wanted ? proposition : ({ kind: 'not', part: proposition } as const);
      anyCandidates(test, runs, sought, noLimit, Infinity, ({ execution }) => {
        if (model.check(execution).consistent) found++;
        return false;
      });
      return found;
    };
    const [positive, negative] = [count(true), count(false)];
    expect(judge(test, model)).toMatchObject({ positive, negative });
    const { observation } = judge(test, model, { verdictOnly: true });
    expect(observation).toBe(positive === 0 ? 'Never' : negative === 0 ? 'Always' : 'Sometimes');
  });
});
