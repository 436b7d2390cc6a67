import { Order, type Step, Violation } from '@pagerace/explorer';
import {
  Allocation,
  bootable,
  cell,
  defineKernelFunction,
  Machine,
  readOnce,
  Spinlock,
  spinLock,
  spinUnlock,
  write,
  writeOnce,
} from '@pagerace/machine';
import { sc } from '@pagerace/memory-models';
import { describe, expect, it } from 'vitest';
import { timeline } from '../src/timeline/index.js';
import { folded } from '../src/timeline/folding.js';
import { significant } from '../src/timeline/significance.js';
import { found } from './support/found.js';

/** Steps from a short script: thread, operation, cell, before, after. */
function steps(
  ...script: [
    thread: number,
    operation: Step['operation'],
    cell: string,
    before: unknown,
    after?: unknown,
  ][]
): Step[] {
  return script.map(([thread, operation, name, before, after = before], step) => ({
    step,
    event: step,
    thread,
    threadName: `CPU ${String(thread)}`,
    operation,
    cell: name,
    order: Order.relaxed,
    before,
    after,
    missed: [],
    under: 0,
    annotation: undefined,
    place: undefined,
    detail: 0,
  }));
}

const nowhere = { primitive: undefined, stack: [] };

/** The numbers of the shown steps; each thread is given a last step that shows nothing else. */
function shown(script: Step[], primitives: readonly (string | undefined)[] = []): number[] {
  const threads = [...new Set(script.map(({ thread }) => thread))];
  const ends = steps(
    ...threads.map(
      (thread) => [thread, 'fence', '', undefined] as [number, 'fence', string, undefined],
    ),
  );
  const all = [...script, ...ends.map((end, nth) => ({ ...end, step: script.length + nth }))];
  const at = all.map((_, nth) => ({ ...nowhere, primitive: primitives[nth] }));
  return significant(all, at).flatMap((isShown, nth) =>
    isShown && nth < script.length ? [nth] : [],
  );
}

describe('shown is', () => {
  it('what another thread wrote, once', () => {
    expect(shown(steps([0, 'write', 'x', 0, 1], [1, 'read', 'x', 1], [1, 'read', 'x', 1]))).toEqual(
      [0, 1],
    );
  });

  it('what another thread is to change, first and last', () => {
    const script = steps(
      [0, 'read', 'x', 0],
      [0, 'read', 'x', 0],
      [0, 'read', 'x', 0],
      [1, 'write', 'x', 0, 1],
    );
    expect(shown(script, ['READ_ONCE', 'READ_ONCE', 'READ_ONCE'])).toEqual([0, 2, 3]);
  });

  it('a stale read, whatever it read', () => {
    const [write0, read] = steps([0, 'write', 'x', 0, 1], [1, 'read', 'x', 0]);
    expect(shown([write0!, { ...read!, missed: [0] }])).toEqual([0, 1]);
  });

  it('an attempt that failed', () => {
    const script = steps([0, 'update', 'x', 0, 1], [0, 'read', 'x', 1], [1, 'update', 'x', 1, 2]);
    expect(shown(script, ['atomic_inc', 'atomic_cmpxchg', 'atomic_inc'])).toEqual([0, 1, 2]);
  });
});

describe('not shown is', () => {
  it('a read of what only the own thread changes', () => {
    expect(shown(steps([0, 'write', 'x', 0, 1], [0, 'read', 'x', 1], [1, 'read', 'y', 0]))).toEqual(
      [0],
    );
  });

  it('a write that changes nothing', () => {
    expect(shown(steps([0, 'write', 'x', 1, 1], [1, 'write', 'x', 1, 2]))).toEqual([1]);
  });

  it('a value that the same thread changes next, and so tells again', () => {
    const script = steps([0, 'write', 'x', 0, 1], [1, 'read', 'x', 1], [1, 'write', 'x', 1, 2]);
    expect(shown(script)).toEqual([0, 2]);
  });

  it('a lock that nobody else takes, or that guards nothing that is shown', () => {
    const section = (thread: number, lock: string) =>
      [
        [thread, 'update', lock, 0, 1],
        [thread, 'read', 'private', 0],
        [thread, 'write', lock, 1, 0],
      ] as Parameters<typeof steps>[number][];
    const primitives = ['spin_lock', 'read', 'spin_unlock'];
    expect(shown(steps(...section(0, 'own')), primitives)).toEqual([]);
    expect(
      shown(steps(...section(0, 'shared'), ...section(1, 'shared')), [
        ...primitives,
        ...primitives,
      ]),
    ).toEqual([]);
  });
});

it('a lock section shows with what it guards, and so do the sections around it', () => {
  const script = steps(
    [0, 'update', 'outer', 0, 1],
    [0, 'update', 'inner', 0, 1],
    [0, 'write', 'x', 0, 1],
    [0, 'write', 'inner', 1, 0],
    [0, 'write', 'outer', 1, 0],
    [1, 'update', 'outer', 0, 1],
    [1, 'read', 'inner', 0],
    [1, 'write', 'outer', 1, 0],
    [1, 'read', 'x', 1],
  );
  const primitives = [
    'spin_lock',
    'spin_lock',
    'write',
    'spin_unlock',
    'spin_unlock',
    'spin_lock',
    'spin_trylock',
    'spin_unlock',
    'read',
  ];
  expect(shown(script, primitives)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

describe('folding', () => {
  const put = { name: 'put_page', file: 'include/linux/mm.h' };
  const test = { name: 'put_page_testzero', file: 'include/linux/mm.h' };
  const free = { name: '__put_page', file: 'mm/swap.c' };
  const unlock = { name: 'unlock_page', file: 'mm/filemap.c' };
  const caller = { name: 'shrink_page_list', file: 'mm/vmscan.c' };
  const at = (primitive: string, ...stack: (typeof put)[]) => ({ primitive, stack });

  it('gives an operation the name of the small function around it', () => {
    const [place] = folded([at('atomic_dec_and_test', caller, put, test)], [false]);
    expect(place).toEqual({ name: 'put_page', stack: [caller] });
  });

  it('stops where something else of the function is shown', () => {
    const places = [
      at('atomic_dec_and_test', caller, put, test),
      at('clear_bit', caller, put, free),
    ];
    expect(folded(places, [false, false])).toEqual([
      { name: 'put_page_testzero', stack: [caller, put] },
      { name: 'clear_bit', stack: [caller, put, free] },
    ]);
  });

  it('leaves functions of source files alone, but for those that are a lock operation themselves', () => {
    expect(folded([at('xchg', free)], [false])).toEqual([{ name: 'xchg', stack: [free] }]);
    expect(folded([at('clear_bit_unlock', caller, unlock)], [false])).toEqual([
      { name: 'unlock_page', stack: [caller] },
    ]);
  });

  it('leaves fences their names', () => {
    expect(folded([at('smp_mb', put)], [true])).toEqual([{ name: 'smp_mb', stack: [put] }]);
  });
});

it('tells in words what was freed, and who looks at it then', () => {
  const setup = bootable(() => {
    const machine = new Machine();
    const page = new Allocation('page1', true);
    const flag = cell(0, 'flag');
    const lock = new Spinlock('lock');
    const free = defineKernelFunction('mm/page_alloc.c', 'free_pages', () => {
      spinLock(lock);
      page.free();
      writeOnce(flag, 1);
      spinUnlock(lock);
    });
    const use = defineKernelFunction('mm/gup.c', 'use_page', () => {
      if (readOnce(flag) === 1) page.check('a write to');
    });
    machine.cpu(0).run('CPU 0', free);
    machine.cpu(1).run('CPU 1', use);
    return machine.program();
  });
  const text = timeline(found(setup, sc).trace);
  expect(text).toMatch(/^ +page1 is freed$/m);
  expect(text).toMatch(/^ +page1 is free$/m);
  expect(text).toContain('*** use-after-free ***');
  expect(text).not.toContain('generation');
});

it('in kernel code leaves out ordinary writes to what nobody else looks at', () => {
  const setup = bootable(() => {
    const machine = new Machine();
    const own = cell(0, 'own');
    const shared = cell(0, 'shared');
    const body = defineKernelFunction('mm/a.c', 'writer', () => {
      write(own, 1);
      writeOnce(shared, 1);
    });
    machine.cpu(0).run('CPU 0', body);
    machine.cpu(1).run('CPU 1', () => {
      if (readOnce(shared) === 1) throw new Violation('I-SEEN', 'it was seen');
    });
    return machine.program();
  });
  const text = timeline(found(setup, sc).trace);
  expect(text).toContain('WRITE_ONCE(shared) 0 -> 1');
  expect(text).not.toContain('own');
});
