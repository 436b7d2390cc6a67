import { explore, replay, decodeExecutionId } from '@pagerace/explorer';
import { tso } from '@pagerace/memory-models';
import { expect, test } from 'vitest';
import {
  atomicInc,
  bootable,
  callStack,
  type Cell,
  cell,
  defineKernelFunction,
  dropped,
  type Frame,
  kernelFunction,
  kernelSpelling,
  Machine,
  OrderingSites,
  smpMb,
  standInRelease,
  type TraceAnnotation,
  Violation,
} from '../src/index.js';
import { recorded } from './recording.js';

test.each([
  ['tryToUnmapOne', 'try_to_unmap_one'],
  ['ptepGetAndClear', 'ptep_get_and_clear'],
  ['lruAddDrain', 'lru_add_drain'],
  ['blkdevDirectIO', 'blkdev_direct_io'],
  ['unpinUserPage', 'unpin_user_page'],
])('%s is spelt %s', (name, spelling) => {
  expect(kernelSpelling(name)).toBe(spelling);
});

const inner = defineKernelFunction('lib/inner.c', 'inner', (sink: (frames: string) => void) => {
  sink(
    callStack()
      .map(({ file, name }) => `${file}:${name}`)
      .join(' > '),
  );
});

class Outer {
  @kernelFunction('mm/outer.c')
  callTwice(sink: (frames: string) => void): string {
    inner(sink);
    inner(sink);
    return 'returned';
  }

  @kernelFunction('mm/outer.c', '__renamed')
  renamed(sink: (frames: string) => void): void {
    inner(sink);
  }
}

test('the call stack is that of the kernel functions, however they return', () => {
  const seen: string[] = [];
  const sink = (frames: string): void => void seen.push(frames);
  const setup = bootable(() => {
    // The explorer sets a program up more than once.
    seen.length = 0;
    const machine = new Machine();
    const outer = new Outer();
    machine.boot(() => {
      expect(outer.callTwice(sink)).toBe('returned');
      outer.renamed(sink);
      expect(callStack()).toEqual([]);
    });
    expect(() =>
      machine.boot(() => {
        outer.callTwice(() => {
          throw new Violation('thrown', 'through two calls');
        });
      }),
    ).toThrow('through two calls');
    machine.boot(() => inner(sink));
    machine.cpu(0).run('nobody', () => smpMb());
    return machine.program();
  });
  expect(explore(setup, { model: tso })).toMatchObject({ verdict: 'verified' });
  expect(seen).toEqual([
    'mm/outer.c:call_twice > lib/inner.c:inner',
    'mm/outer.c:call_twice > lib/inner.c:inner',
    'mm/outer.c:__renamed > lib/inner.c:inner',
    'lib/inner.c:inner',
  ]);
});

test('each event of a trace has its own primitive, if any, and the calls that it is made in', () => {
  const setup = () => {
    const machine = new Machine();
    const count = cell(0, 'count');
    const contents = cell(0, 'contents');
    const bump = defineKernelFunction('mm/bump.c', 'bump', () => {
      atomicInc(count);
      contents.write(1);
    });
    const copy = defineKernelFunction('mm/copy.c', 'copy', () => {
      bump();
      contents.read();
    });
    machine.cpu(0).run('one', () => {
      copy();
      contents.write(2);
      // Here the other thread goes first, and this one is run again from its start.
      count.await((now) => now === 2);
      throw new Violation('always', 'to have a witness');
    });
    machine.cpu(1).run('two', () => {
      count.await((now) => now === 1);
      bump();
    });
    return machine.program();
  };
  const { witness } = explore(setup, { model: tso }).violations[0]!;
  const { steps } = replay(setup, decodeExecutionId(witness.id, ''), tso);
  const told = steps.map(({ threadName, cell: on, annotation, place }) => {
    const primitive = (annotation as TraceAnnotation | undefined)?.primitive ?? '-';
    return [threadName, primitive, on, ...(place as Frame[]).map(({ name }) => name)].join(' ');
  });
  expect(told.filter((one) => one.startsWith('one'))).toEqual([
    'one atomic_inc count copy bump',
    'one - contents copy bump',
    'one - contents copy',
    'one - contents',
    'one - count',
  ]);
  expect(told.filter((one) => one.startsWith('two'))).toEqual([
    'two - count',
    'two atomic_inc count bump',
  ]);
});

test('sites of one primitive in one function are told apart by a suffix', () => {
  const sites = new OrderingSites();
  const setup = () => {
    const machine = new Machine({ orderingSites: sites });
    const twice = defineKernelFunction('mm/twice.c', 'twice', () => {
      smpMb('first');
      smpMb('second');
    });
    machine.cpu(0).run('one', () => {
      twice();
      smpMb();
    });
    return machine.program();
  };
  explore(setup, { model: tso });
  expect(sites.met.map(({ name }) => name)).toEqual([
    'mm/twice.c:twice:smp_mb:first',
    'mm/twice.c:twice:smp_mb:second',
    'smp_mb',
  ]);
});

test('what stands for hardware orders, is named, and is not weakened', () => {
  const name = 'drivers/disk.c:end_io:wake_up';
  const sites = new OrderingSites([[name, dropped]]);
  const operations: string[] = [];
  const endIo = defineKernelFunction('drivers/disk.c', 'end_io', (done: Cell<number>) => {
    standInRelease(done, 1, 'wake_up', 'the interrupt');
  });
  const setup = () => {
    const machine = new Machine({ orderingSites: sites });
    const done = cell(0, 'done');
    machine.cpu(0).run('one', () => {
      recorded(operations, () => endIo(done));
    });
    return machine.program();
  };
  explore(setup, { model: tso });
  expect(new Set(operations)).toEqual(new Set(['write release']));
  expect(sites.met).toMatchObject([{ name, standsFor: 'the interrupt' }]);
});
