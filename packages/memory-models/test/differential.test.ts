import { enumerate, exploreGraphs } from '@pagerace/explorer';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { sc, tso } from '../src/index.js';
import { randomProgram, toSetup, toSource, type RandomProgram } from './random-programs.js';

/**
 * The same executions, each exactly once, as running every interleaving (and every drain of a store
 * buffer) gives. For a longer run than the usual one, set RUNS and SEED.
 */
const numRuns = Number(process.env.RUNS ?? 500);
const seed = Number(process.env.SEED ?? 20_240_501);

function differences(found: readonly string[], expected: ReadonlyMap<string, number>): string[] {
  const set = new Set(found);
  return [
    ...[...expected.keys()].filter((text) => !set.has(text)).map((text) => `missing:  ${text}`),
    ...[...set].filter((text) => !expected.has(text)).map((text) => `wrong:    ${text}`),
    ...found.filter((text, at) => found.indexOf(text) !== at).map((text) => `repeated: ${text}`),
  ];
}

test.each([sc, tso] as const)(
  'random programs have the executions that their interleavings have, under $id',
  (model) => {
    let executions = 0;
    let deadlocks = 0;
    const agree = (program: RandomProgram): void => {
      const setup = toSetup(program);
      const expected = enumerate(setup, { memory: model.id as 'sc' | 'tso' });
      const found = exploreGraphs(setup, model);
      executions += expected.executions.size;
      deadlocks += expected.deadlocks.size;
      const problems = [
        ...differences(found.texts, expected.executions),
        ...differences(found.deadlocks, expected.deadlocks).map((line) => `deadlock ${line}`),
      ];
      if (problems.length > 0) throw new Error([toSource(program), ...problems].join('\n'));
    };
    fc.assert(fc.property(randomProgram, agree), { numRuns, seed });
    // The programs are worth the trouble: they interact, and some get stuck.
    expect(executions).toBeGreaterThan(5 * numRuns);
    expect(deadlocks).toBeGreaterThan(numRuns / 10);
  },
);
