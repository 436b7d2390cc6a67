import { describe, expect, test } from 'vitest';
import { assert, cell, choose, spawn, type Setup } from '../../src/index.js';
import { InterleavingMachine } from '../../src/interleavings/machine.js';
import { sample } from '../../src/interleavings/sample.js';

/** A bug of depth 2: one thread must be preempted between two given steps, among many others. */
const depthTwo: Setup = () => {
  const x = cell(0);
  const scratch = cell(0);
  return {
    threads: [
      () => {
        for (let i = 0; i < 5; i++) scratch.read();
        const before = x.read();
        assert(x.read() === before, 'changed in between');
        for (let i = 0; i < 5; i++) scratch.read();
      },
      () => {
        for (let i = 0; i < 2; i++) scratch.read();
        x.write(1);
      },
      () => {
        for (let i = 0; i < 3; i++) scratch.read();
      },
    ],
  };
};

const storeBuffering: Setup = () => {
  const x = cell(0);
  const y = cell(0);
  return {
    threads: [
      () => {
        x.write(1);
        return y.read();
      },
      () => {
        y.write(1);
        return x.read();
      },
    ],
    finally: ([first, second]) => assert(first === 1 || second === 1, 'both read zero'),
  };
};

test('equal seeds give equal results, different ones different runs', () => {
  const options = { memory: 'tso', samples: 300, depth: 3, stopAtViolation: false } as const;
  const first = sample(depthTwo, { ...options, seed: 7 });
  expect(sample(depthTwo, { ...options, seed: 7 })).toEqual(first);
  const counts = new Set(
    [1, 2, 3, 4, 5].map((seed) => sample(depthTwo, { ...options, seed }).violated),
  );
  expect(counts.size).toBeGreaterThan(1);
});

describe('the guarantee', () => {
  const samples = 4000;
  const result = sample(depthTwo, {
    memory: 'sc',
    seed: 1,
    samples,
    depth: 2,
    stopAtViolation: false,
  });

  test('is the one of the paper', () => {
    expect(result.threads).toBe(3);
    expect(result.steps).toBe(18);
    expect(result.probabilityPerRun).toBe(1 / (3 * 18));
    expect(result.guaranteedSamples).toBeGreaterThan(samples - 20);
    expect(result.probability).toBeCloseTo(1 - (1 - 1 / 54) ** result.guaranteedSamples, 12);
  });

  test('is kept: a bug of depth 2 is hit at least so often', () => {
    expect(result.violated / samples).toBeGreaterThan(result.probabilityPerRun);
  });

  test('is not given for a bug that needs more', () => {
    const shallow = sample(depthTwo, { memory: 'sc', seed: 1, samples: 500, depth: 1 });
    expect(shallow.outcome).toBe('sampled');
    expect(shallow.probabilityPerRun).toBe(1 / 3);
  });

  test('counts a store buffer as a thread', () => {
    const buffered = sample(storeBuffering, {
      memory: 'tso',
      seed: 3,
      samples: 2000,
      depth: 1,
      stopAtViolation: false,
    });
    expect(buffered.threads).toBe(4);
    expect(buffered.steps).toBe(6);
    expect(buffered.violated / 2000).toBeGreaterThan(1 / 4);
    const sequential = sample(storeBuffering, { memory: 'sc', seed: 3, samples: 2000, depth: 3 });
    expect(sequential.violated).toBe(0);
  });

  test('counts threads that are started', () => {
    const { threads } = sample(
      () => ({ threads: [() => [1, 2, 3].forEach(() => spawn(() => undefined))] }),
      { memory: 'sc', seed: 0, samples: 10, depth: 2 },
    );
    expect(threads).toBe(4);
  });
});

test('it stops at the first violation, with the schedule that reproduces it', () => {
  const { outcome, samples, violated, violation } = sample(depthTwo, {
    memory: 'tso',
    seed: 11,
    samples: 5000,
    depth: 2,
  });
  expect(outcome).toBe('violated');
  expect(violated).toBe(1);
  expect(violation?.sample).toBe(samples - 1);
  const machine = new InterleavingMachine(depthTwo, 'tso');
  machine.follow(violation!.schedule);
  expect(machine.violations[0]?.message).toBe('changed in between');
});

test('choices are made at random, and replayed', () => {
  const setup: Setup = () => ({
    threads: [
      () => {
        const code = [choose(3), choose(3), choose(3)].join('');
        assert(code !== '120', 'unlocked');
      },
    ],
  });
  const { violation } = sample(setup, { memory: 'sc', seed: 5, samples: 1000, depth: 1 });
  expect(violation?.schedule).toEqual([{ kind: 'run', thread: 0, steps: 3, choices: [1, 2, 0] }]);
  const machine = new InterleavingMachine(setup, 'sc');
  machine.follow(violation!.schedule);
  expect(machine.violations[0]?.message).toBe('unlocked');
});

test('it reports deadlocks with their schedule', () => {
  const setup: Setup = () => {
    const x = cell(0);
    return { threads: [() => x.await((value) => value === 1), () => x.write(2)] };
  };
  const { deadlocks, deadlock } = sample(setup, { memory: 'tso', seed: 5, samples: 3, depth: 2 });
  expect(deadlocks).toBe(3);
  const machine = new InterleavingMachine(setup, 'tso');
  machine.follow(deadlock!);
  expect(machine.outcome()).toBe('deadlock');
});

test('it stops when it is told to', () => {
  const result = sample(storeBuffering, {
    memory: 'sc',
    seed: 5,
    samples: 100_000,
    depth: 2,
    shouldStop: () => true,
  });
  expect(result.outcome).toBe('interrupted');
  expect(result.samples).toBeLessThan(2000);
});

test('a depth is a whole number of at least 1', () => {
  expect(() => sample(storeBuffering, { memory: 'sc', seed: 0, samples: 1, depth: 0 })).toThrow(
    /depth/,
  );
});
