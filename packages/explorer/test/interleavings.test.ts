import { contextBounded, enumerate, InterleavingMachine, sample } from '../src/index.js';
import { expect, test } from 'vitest';
import { onRandomPrograms } from './random-programs.js';

const numRuns = Number(process.env.RUNS ?? 100);
const seed = Number(process.env.SEED ?? 20_240_502);

test.each(['sc', 'tso'] as const)(
  'under %s a bounded search with a large bound misses nothing',
  (memory) => {
    let violated = 0;
    onRandomPrograms({ numRuns, seed }, (setup) => {
      const all = enumerate(setup, { memory });
      const bounded = contextBounded(setup, { memory, bound: 100 });
      if (all.violations.length === 0) {
        expect(bounded.outcome).toBe('complete');
        expect(bounded.executions).toBe(all.executions.size);
        expect(bounded.deadlocks).toBe(all.deadlocks.size);
        return;
      }
      violated++;
      expect(bounded.outcome).toBe('violated');
      const { preemptions, schedule, message } = bounded.violation!;
      const machine = new InterleavingMachine(setup, memory);
      machine.follow(schedule);
      expect(machine.violations[0]?.message).toBe(message);
      if (preemptions > 0) {
        expect(contextBounded(setup, { memory, bound: preemptions - 1 }).outcome).toBe('bounded');
      }
    });
    expect(violated).toBeGreaterThan(numRuns / 50);
  },
);

test('a bounded search finds the same with and without memory of states', () => {
  onRandomPrograms({ numRuns, seed }, (setup) => {
    const remembering = contextBounded(setup, { memory: 'sc', bound: 1 });
    const forgetting = contextBounded(setup, { memory: 'sc', bound: 1, remember: false });
    // Without it nobody can tell that what is left out has been seen.
    if (forgetting.outcome === 'complete') expect(remembering.outcome).toBe('complete');
    expect(forgetting.violation?.preemptions).toBe(remembering.violation?.preemptions);
    expect(forgetting.deadlocks > 0).toBe(remembering.deadlocks > 0);
  });
});

test.each(['sc', 'tso'] as const)(
  'under %s a random run is one of the executions, and a found violation is one',
  (memory) => {
    onRandomPrograms({ numRuns, seed }, (setup) => {
      const all = enumerate(setup, { memory });
      const result = sample(setup, { memory, seed, samples: 20, depth: 3, stopAtViolation: false });
      expect(result.violated === 0 || all.violations.length > 0).toBe(true);
      expect(result.deadlocks === 0 || all.deadlocks.size > 0).toBe(true);
      expect(result.executions + result.deadlocks + result.excluded).toBe(20);
    });
  },
);
