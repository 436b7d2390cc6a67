import {
  decodeExecutionId,
  explore,
  type MemoryModel,
  replay,
  type Trace,
} from '@pagerace/explorer';
import { judge, modelNamed, parseLitmus } from '@pagerace/litmus';
import {
  bootable,
  type Cell,
  cell,
  kernelFunction,
  Machine,
  OrderingSites,
  readOnce,
  smpLoadAcquire,
  smpMb,
  smpRmb,
  smpStoreRelease,
  smpWmb,
  spinLock,
  Spinlock,
  spinUnlock,
  testAndSetBit,
  Violation,
  writeOnce,
} from '@pagerace/machine';
import { lkmm, tso } from '@pagerace/memory-models';
import { describe, expect, test } from 'vitest';
import { type LitmusWriter, raceLitmus } from '../src/index.js';

type Word = Cell<number>;

class Kernel {
  @kernelFunction('kernel/publish.c')
  publish(data: Word, flag: Word): void {
    writeOnce(data, 1);
    smpWmb();
    writeOnce(flag, 1);
  }

  @kernelFunction('kernel/publish.c')
  consume(data: Word, flag: Word): boolean {
    const isSet = readOnce(flag) === 1;
    smpRmb();
    return isSet && readOnce(data) === 0;
  }

  @kernelFunction('kernel/turnstile.c')
  mayPass(mine: Word, other: Word): boolean {
    writeOnce(mine, 1);
    smpMb();
    return readOnce(other) === 0;
  }

  @kernelFunction('kernel/turnstile.c')
  mayPassBy(mine: Word, own: Word, other: Word): boolean {
    writeOnce(mine, 1);
    testAndSetBit(own);
    return readOnce(other) === 0;
  }

  @kernelFunction('mm/discard.c')
  discard(pte: Word, count: Word, checks: boolean): boolean {
    writeOnce(pte, 1);
    if (!checks) return true;
    smpMb();
    return readOnce(count) === 0;
  }

  @kernelFunction('kernel/relay.c')
  relay(from: Word, to: Word): boolean {
    const isSet = smpLoadAcquire(from) === 1;
    smpStoreRelease(to, isSet ? 1 : 2);
    return isSet;
  }
}

type Build = (machine: Machine, kernel: Kernel) => void;

/** The first violation of a program in which it is one that every thread returns true. */
function traceOf(build: Build, model: MemoryModel, weaken: readonly string[]): Trace {
  const setup = bootable(() => {
    const orderingSites = new OrderingSites(weaken.map((name) => [name, { kind: 'dropped' }]));
    const machine = new Machine({ cpus: 3, orderingSites });
    build(machine, new Kernel());
    return machine.program((results) => {
      if (Object.values(results).every(Boolean)) throw new Violation('race', 'all of them saw it');
    });
  });
  const [violation] = explore(setup, { model, strategy: 'first violation' }).violations;
  return replay(setup, decodeExecutionId(violation!.witness.id, ''), model);
}

function verdictOf(writer: LitmusWriter | undefined): { text: string; observation: string } {
  const text = writer!({ name: 'test', about: [] });
  const parsed = parseLitmus(text);
  const { observation } = judge(parsed, modelNamed('lkmm'));
  expect(text).toContain(`Result: ${observation}`);
  return { text, observation };
}

const storeBuffering: Build = (machine, kernel) => {
  const x = cell(0, 'page1._refcount');
  const y = cell(0, 'app.pte(7f7c10400000)[24]');
  const z = cell(0, 'of no importance');
  machine.cpu(0).run('left', () => {
    writeOnce(z, 3);
    return kernel.mayPass(x, y);
  });
  machine.cpu(1).run('right', () => kernel.mayPass(y, x));
};

const messagePassing: Build = (machine, kernel) => {
  const data = cell(0, 'data');
  const flag = cell(0, 'flag');
  machine.cpu(0).run('writer', () => {
    kernel.publish(data, flag);
    return true;
  });
  machine.cpu(1).run('reader', () => kernel.consume(data, flag));
};

describe('the litmus test behind a race', () => {
  test('is the smallest cycle, named after functions and cells', () => {
    const site = 'kernel/turnstile.c:may_pass:smp_mb';
    const race = raceLitmus(traceOf(storeBuffering, tso, [site]));
    const weakened = verdictOf(race!.weakened);
    expect(weakened.observation).toBe('Sometimes');
    expect(weakened.text).toBe(`C test

(*
 * Result: Sometimes
 *
 * P0: left, P1: right
 *)

{}

P0(int *page1_refcount, int *app_pte_24)
{
\tint r0;

\tWRITE_ONCE(*page1_refcount, 1); // kernel/turnstile.c:may_pass() WRITE_ONCE: 0 -> 1
\tr0 = READ_ONCE(*app_pte_24); // kernel/turnstile.c:may_pass() READ_ONCE: 0
}

P1(int *app_pte_24, int *page1_refcount)
{
\tint r0;

\tWRITE_ONCE(*app_pte_24, 1); // kernel/turnstile.c:may_pass() WRITE_ONCE: 0 -> 1
\tr0 = READ_ONCE(*page1_refcount); // kernel/turnstile.c:may_pass() READ_ONCE: 0
}

exists (0:r0=0 /\\ 1:r0=0)
`);
    const asWritten = verdictOf(race!.asWritten);
    expect(asWritten.observation).toBe('Never');
    expect(
      asWritten.text.match(/smp_mb\(\); \/\/ kernel\/turnstile.c:may_pass:smp_mb/g),
    ).toHaveLength(2);
  });

  test.each(['kernel/publish.c:publish:smp_wmb', 'kernel/publish.c:consume:smp_rmb'])(
    'keeps the fences that there are: without %s',
    (site) => {
      const race = raceLitmus(traceOf(messagePassing, lkmm, [site]));
      const { text } = verdictOf(race!.weakened);
      expect(text).not.toContain(site.split(':').at(-1));
      expect(text).toContain(site.endsWith('wmb') ? 'smp_rmb()' : 'smp_wmb()');
      expect(verdictOf(race!.asWritten).observation).toBe('Never');
    },
  );

  test('has the access that orders, where that is none of the cycle', () => {
    const build: Build = (machine, kernel) => {
      const [x, y, z] = ['x', 'y', 'z'].map((name) => cell(0, name)) as [Word, Word, Word];
      machine.cpu(0).run('left', () => kernel.mayPassBy(x, z, y));
      machine.cpu(1).run('right', () => kernel.mayPass(y, x));
    };
    const race = raceLitmus(
      traceOf(build, lkmm, ['kernel/turnstile.c:may_pass_by:test_and_set_bit']),
    );
    expect(verdictOf(race!.weakened).text).toContain('xchg_relaxed(z, 1)');
    expect(verdictOf(race!.asWritten).text).toContain('xchg(z, 1)');
  });

  test('goes through three threads where the cycle does', () => {
    const build: Build = (machine, kernel) => {
      const [x, y, z] = ['x', 'y', 'z'].map((name) => cell(0, name)) as [Word, Word, Word];
      machine.cpu(0).run('first', () => {
        writeOnce(x, 1);
        smpStoreRelease(y, 1);
        return true;
      });
      machine.cpu(1).run('second', () => kernel.relay(y, z));
      machine.cpu(2).run('third', () => kernel.consume(x, z));
    };
    const site = 'kernel/relay.c:relay:smp_store_release';
    const race = raceLitmus(traceOf(build, lkmm, [site]));
    const { text } = verdictOf(race!.weakened);
    expect(text.match(/^P\d/gm)).toEqual(['P0', 'P1', 'P2']);
    expect(verdictOf(race!.asWritten).observation).toBe('Never');
  });

  test('leaves out locks that order nothing in the cycle', () => {
    const build: Build = (machine, kernel) => {
      const [x, y] = ['x', 'y'].map((name) => cell(0, name)) as [Word, Word];
      const lock = new Spinlock('lock');
      machine.cpu(0).run('left', () => {
        spinLock(lock);
        spinUnlock(lock);
        return kernel.mayPass(x, y);
      });
      machine.cpu(1).run('right', () => {
        const passes = kernel.mayPass(y, x);
        spinLock(lock);
        spinUnlock(lock);
        return passes;
      });
    };
    const { text } = verdictOf(
      raceLitmus(traceOf(build, tso, ['kernel/turnstile.c:may_pass:smp_mb']))!.weakened,
    );
    expect(text).not.toContain('lock');
  });

  test('has the locks that order the other side of it', () => {
    const build: Build = (machine, kernel) => {
      const data = cell(0, 'data');
      const flag = cell(0, 'flag');
      const other = cell(0, 'other');
      const lock = new Spinlock('page1.ptl');
      // Two critical sections of one thread are in order for those who take the lock as well.
      machine.cpu(0).run('writer', () => {
        spinLock(lock);
        writeOnce(data, 1);
        spinUnlock(lock);
        spinLock(lock);
        writeOnce(flag, 1);
        spinUnlock(lock);
        writeOnce(other, 1);
        return true;
      });
      machine.cpu(1).run('reader', () => kernel.consume(data, flag));
    };
    const race = raceLitmus(traceOf(build, lkmm, ['kernel/publish.c:consume:smp_rmb']));
    const { text } = verdictOf(race!.weakened);
    expect(text).toMatch(/P\d\(.*spinlock_t \*page1_ptl/);
    expect(text.match(/spin_lock\(page1_ptl\)/g)!.length).toBe(
      text.match(/spin_unlock\(page1_ptl\)/g)!.length,
    );
    expect(text).not.toContain('other');
    expect(verdictOf(race!.asWritten).observation).toBe('Never');
  });

  test('is none where an interleaving explains the race', () => {
    const build: Build = (machine) => {
      const x = cell(0, 'x');
      machine.cpu(0).run('writer', () => {
        writeOnce(x, 1);
        return true;
      });
      machine.cpu(1).run('reader', () => readOnce(x) === 1);
    };
    expect(raceLitmus(traceOf(build, tso, []))).toBeUndefined();
  });

  test('of a kernel before its fix has only what that kernel has', () => {
    const pinAndDiscard =
      (checks: boolean): Build =>
      (machine, kernel) => {
        const count = cell(0, 'count');
        const pte = cell(0, 'pte');
        machine.cpu(0).run('pin', () => kernel.mayPass(count, pte));
        machine.cpu(1).run('discard', () => kernel.discard(pte, count, checks));
      };
    const site = 'mm/discard.c:discard:smp_mb';
    const before = traceOf(pinAndDiscard(false), lkmm, []);
    const race = raceLitmus(traceOf(pinAndDiscard(true), lkmm, [site]), { before });
    const { text, observation } = verdictOf(race!.before);
    expect(observation).toBe('Sometimes');
    expect(text).toContain('WRITE_ONCE(*pte, 1)');
    expect(text).not.toContain('READ_ONCE(*count)');
    expect(verdictOf(race!.asWritten).text).toContain('READ_ONCE(*count)');
  });
});
