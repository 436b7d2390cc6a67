import {
  assert,
  canonicalText,
  cell,
  choose,
  fence,
  Fence,
  InterleavingMachine,
  type MemoryKind,
  replay,
  type Setup,
  spawn,
  SpinLock,
} from '@pagerace/explorer';
import { sc, tso } from '@pagerace/memory-models';
import { fc, it } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { planOf } from '../src/schedule-plan.js';
import { pagerace, startEndless } from './support/pagerace.js';

/** A bit of everything that can be stale, late, chosen or waited for. */
const mixture: Setup = () => {
  const x = cell(0, 'x');
  const y = cell(0, 'y; T0[R1=init]');
  const lock = new SpinLock('lock');
  return {
    threads: [
      () => {
        x.write(1);
        x.write(choose(2) + 2);
        const child = spawn(() => y.exchange(7));
        y.read();
        child.join();
      },
      () => {
        y.write(1);
        lock.lock();
        x.addUnless(1, 2);
        lock.unlock();
        x.compareExchange(9, 10);
      },
      () => {
        lock.lock();
        y.fetchAdd(1);
        x.read();
        lock.unlock();
        fence(Fence.full);
        assert(x.read() !== 3, 'x is 3');
      },
    ],
  };
};

describe.each([sc, tso])('a schedule of the interleaving machine under $id', (model) => {
  it.prop([fc.array(fc.nat(), { minLength: 1, maxLength: 60 })], { numRuns: 300 })(
    'is the execution that its plan replays',
    (choices) => {
      const memory = model.id as MemoryKind;
      const machine = new InterleavingMachine(mixture, memory);
      const actions = [];
      for (const choice of choices) {
        const possible = machine.actions();
        if (possible.length === 0 || machine.violations.length > 0) break;
        const action = possible[choice % possible.length]!;
        machine.perform(action);
        actions.push(action);
      }
      const schedule = actions.map((action) =>
        action.kind === 'drain'
          ? ({ kind: 'drain', thread: action.thread, writes: 1 } as const)
          : ({
              kind: 'run',
              thread: action.thread,
              steps: 1,
              choices: [Math.max(action.alternative, 0)],
            } as const),
      );
      for (let thread = 0; thread < machine.threadCount; thread++) {
        while (machine.canDrain(thread)) machine.perform({ kind: 'drain', thread });
      }
      const { graph, violations } = replay(mixture, planOf(mixture, memory, schedule), model);
      expect(canonicalText(graph)).toBe(machine.text());
      expect(violations.map(({ message }) => message)).toEqual(
        machine.violations.map(({ message }) => message),
      );
    },
  );
});

describe('bounded and random search', () => {
  const id = /^execution (\S+)$/m;

  it.each(['--bound 1', '--seed 1'])(
    '%s finds the same execution that exhaustive search shows',
    async (options) => {
      const every = await pagerace('run store-buffering --kernel plain');
      const some = await pagerace(`run store-buffering --kernel plain ${options}`);
      expect(some.code).toBe(1);
      expect(id.exec(some.out)![1]).toBe(id.exec(every.out)![1]);
      expect(some.out).toContain('stopped at the first');
    },
  );

  it('says up to which bound nothing was found, which is no pass', async () => {
    const { code, out } = await pagerace(
      'run store-buffering --kernel plain+fence-added --bound 0',
    );
    expect(code).toBe(4);
    expect(out).toContain('bounded: nothing was found with at most 0 preemptions');
    expect(out).not.toContain('verified:');
  });

  it('says that all is verified if no bound cut anything off', async () => {
    const { code, out } = await pagerace('run store-buffering --kernel plain --model sc --bound 9');
    expect(code).toBe(0);
    expect(out).toContain('no bound cut any off');
    const alone = await pagerace('run madv-free-dio-reclaim-first --bound 0');
    expect(alone.out).toContain('verified: the one interleaving satisfies every property');
  });

  it('states the probability with which random search would have found something', async () => {
    const { code, out } = await pagerace('run endless --seed 5 --samples 50 --depth 2');
    expect(code).toBe(4);
    expect(out.replace(/\s+/g, ' ')).toMatch(
      /50 random runs \(seed 5\), which would find a bug of depth 2 with a probability of at least [\d.]+ %/,
    );
  });

  it('tells programs, too, how far it went', async () => {
    const { out } = await pagerace('run endless --seed 5 --samples 50 --depth 2 --json -q');
    const { search } = JSON.parse(out) as { search: Record<string, number> };
    expect(search).toMatchObject({ kind: 'random', seed: 5, samples: 50, depth: 2 });
    expect(search.probability).toBeLessThan(1);
    const some = await pagerace(
      'run store-buffering --kernel plain+fence-added --bound 0 --json -q',
    );
    expect(JSON.parse(some.out)).toMatchObject({
      search: { kind: 'bounded', bound: 0, explored: 0 },
    });
  });

  it('finds deadlocks, exceptions, and programs without an operation', async () => {
    expect(await pagerace('run deadlock --bound 2')).toMatchObject({
      code: 1,
      out: expect.stringContaining('first waits for b') as string,
    });
    expect(await pagerace('run deadlock --seed 2')).toMatchObject({ code: 1 });
    expect(await pagerace('run throwing --bound 1')).toMatchObject({
      code: 1,
      out: expect.stringContaining('boom') as string,
    });
    for (const strategy of ['--bound 1', '--seed 1'])
      expect(await pagerace(`run idle ${strategy}`)).toMatchObject({
        code: 4,
        out: expect.stringContaining('no thread performs an operation') as string,
      });
    expect(await pagerace('run no-threads --bound 1')).toMatchObject({ code: 3 });
    expect(await pagerace('run vacuous --bound 9')).toMatchObject({
      code: 4,
      out: expect.stringContaining('never happened') as string,
    });
  });

  it('ends at a limit, and at Ctrl-C', async () => {
    expect((await pagerace('run endless --bound 9 --timeout 0.5')).out).toContain('(time limit)');
    const { child, ended, underWay } = startEndless('run endless --bound 9');
    await underWay;
    child.kill('SIGINT');
    const { code, out } = await ended;
    expect(code).toBe(4);
    expect(out).toContain('(interrupted)');
  });
});
