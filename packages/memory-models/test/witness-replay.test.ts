import { decodeExecutionId, explore, replay } from '@pagerace/explorer';
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { memoryModels } from '../src/index.js';
import { randomProgram, toSetup, toSource } from './random-programs.js';

/** For a longer run than the usual one, set RUNS and SEED. */
const numRuns = Number(process.env.RUNS ?? 60);
const seed = Number(process.env.SEED ?? 20_250_421);

it.each(memoryModels)('a witness shows its violation again, under $id', (model) => {
  const shown = new Map<string, number>();
  fc.assert(
    fc.property(randomProgram, (program) => {
      const setup = toSetup(program);
      const { violations } = explore(setup, { model, maximumExecutions: 2000 });
      for (const { property, message, witness } of violations) {
        const source = `${property} ${message} ${witness.id}\n${toSource(program)}`;
        const trace = replay(setup, decodeExecutionId(witness.id, ''), model);
        expect(trace.steps.length, source).toBe(witness.steps);
        if (property === 'deadlock') {
          expect(trace.violations, source).toEqual([]);
          expect(trace.waiting.length, source).toBeGreaterThan(0);
        } else {
          expect(
            trace.violations.map((each) => each.property),
            source,
          ).toContain(property);
          expect(
            trace.violations.map((each) => each.message),
            source,
          ).toContain(message);
        }
        shown.set(property, (shown.get(property) ?? 0) + 1);
      }
    }),
    { numRuns, seed, endOnFailure: process.env.SHRINK === undefined },
  );
  for (const property of ['deadlock', 'data-race', 'assertion'])
    expect(shown.get(property), property).toBeGreaterThan(numRuns / 30);
});
