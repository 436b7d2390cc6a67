import {
  assert,
  type Cell,
  cell,
  decodeExecutionId,
  encodeExecutionId,
  ExplorationRun,
  fence,
  Fence,
  replay,
  Violation,
} from '@pagerace/explorer';
import { atomicDec, bootable, defineKernelFunction, Machine } from '@pagerace/machine';
import { armv8, sc, tso } from '@pagerace/memory-models';
import { describe, expect, it } from 'vitest';
import { timeline } from '../src/timeline/index.js';
import { found } from './support/found.js';
import { deadlock, discardedPage, oddments, opposite, storeBuffering } from './support/programs.js';

/** Where each column begins, by the header's underline. */
function offsets(lines: readonly string[]): number[] {
  return [...lines[1]!.matchAll(/-+/g)].map(({ index }) => index);
}

describe('the timeline of a race in the kernel', () => {
  const { trace, id } = found(discardedPage, tso);
  const text = timeline(trace, {
    id,
    replay: `pagerace replay example ${id}`,
    model: 'tso',
    title: 'example on v5.17',
  });
  const [title, blank, ...lines] = text.split('\n');

  it('begins with what was run', () => {
    expect([title, blank]).toEqual(['example on v5.17', '']);
    expect(lines[0]!.trim().split(/\s{2,}/)).toEqual(['CPU 0 (app)', 'CPU 1 (kswapd)']);
  });

  it('reads as the kernel\u2019s commit messages do', () => {
    expect(lines.slice(0, -8)).toEqual([
      'CPU 0 (app)                                        CPU 1 (kswapd)',
      '-----------                                        --------------',
      '__blkdev_direct_IO_simple()  [block/fops.c]',
      '  gup_pte_range()  [mm/gup.c]',
      '    READ_ONCE(pte) reads present',
      '    atomic_inc_not_zero(page._refcount) 1 -> 2',
      '    READ_ONCE(pte) reads present',
      '                                                   shrink_page_list()  [mm/vmscan.c]',
      '                                                     try_to_unmap_one()  [mm/rmap.c]',
      '                                                       spin_lock(ptl)',
      '                                                       WRITE_ONCE(pte) present -> none',
      '                                                       smp_mb()',
      '                                                       atomic_read(page._refcount) reads 2',
      '                                                       spin_unlock(ptl)',
      '  spin_lock(ptl)',
      '  READ_ONCE(pte) reads none',
    ]);
  });

  it('puts each line into one column, that of its thread', () => {
    const [left, right] = offsets(lines);
    const table = lines.slice(2, lines.indexOf(''));
    expect(left).toBe(0);
    for (const line of table) {
      const indentation = line.search(/\S/);
      expect(indentation < 20 || indentation >= right!).toBe(true);
      if (indentation < 20) expect(line.length).toBeLessThan(right!);
    }
  });

  it('leaves out what matters to nobody: a lock nobody else takes around a read of private data', () => {
    expect(trace.steps.some(({ cell }) => cell === 'lru_lock')).toBe(true);
    expect(text).not.toContain('lru');
    expect(timeline(trace, { everyStep: true })).toContain('spin_lock(lru_lock)');
  });

  it('ends with what went wrong, what it takes, and how to see it again', () => {
    expect(lines.slice(-7)).toEqual([
      '*** I-DIO ***',
      '',
      'I-DIO: the zero page is read.',
      'It does not need weak memory: sequential consistency allows it, with 2 context switches.',
      '',
      `execution ${id}`,
      `pagerace replay example ${id}`,
    ]);
  });
});

describe('a stale read', () => {
  const { trace } = found(storeBuffering, tso);

  it('says which newer write it missed, and where that is', () => {
    expect(
      timeline(trace, { model: 'tso' })
        .split('\n')
        .slice(2, 7)
        .map((line) => line.trim()),
    ).toEqual([
      'x 0 -> 1',
      'reads y: 0',
      'y 0 -> 1',
      "reads x: 0, misses CPU 0's write of 1 (still in",
      'its store buffer)',
    ]);
  });

  it('does not speak of store buffers where the model has none', () => {
    const text = timeline(trace, { model: 'armv8' });
    expect(text.replace(/\s+/g, ' ')).toContain("misses CPU 0's write of 1 (not visible here yet)");
  });

  it('makes the run need weak memory', () => {
    expect(timeline(trace)).toContain(
      'assertion: both CPUs read 0.\nIt needs weak memory: no interleaving explains it; 1 step out of order',
    );
  });
});

it('a write that goes under a newer one says under which', () => {
  const { trace } = found(opposite, armv8);
  const told = (model: string) => timeline(trace, { model }).replaceAll(/\s+/g, ' ');
  expect(told('armv8')).toMatch(/([xy]) 0 -> 2, but goes under CPU [01]'s write of 1 /);
  expect(told('tso')).toMatch(/([xy]) 0 -> 2, but reaches memory before CPU [01]'s write of 1 /);

  const [first, second] = [trace.steps[0]!, { ...trace.steps[0]!, after: 7 }];
  const late = { ...first, after: 9, under: 2 };
  expect(timeline({ ...trace, steps: [first, second, late] }, {})).toContain(
    "goes under CPU 0's write of 1 and 1 after it",
  );
});

it('a deadlock shows who waits for what', () => {
  const { trace } = found(deadlock, sc);
  const lines = timeline(trace)
    .split('\n')
    .map((line) => line.trim());
  expect(lines).toContain('(waits for a)');
  expect(lines).toContain('(waits for b)');
  expect(lines.find((line) => line.startsWith('deadlock'))).toMatch(
    /^deadlock: first waits for b, second waits for a\.$/,
  );
});

it('an execution without a violation says that all is well', () => {
  const plan = { threads: [0, 0, 1, 1], deviations: [] };
  const trace = replay(storeBuffering, decodeExecutionId(encodeExecutionId(plan, ''), ''), sc);
  const text = timeline(trace);
  expect(text).toContain('Every property holds in this execution.');
  expect(text).not.toContain('weak memory');
});

describe('what has no kernel words', () => {
  const { trace } = found(oddments, sc);
  const text = timeline(trace);
  const flat = text.replace(/\s+/g, ' ');

  it('is told in plain ones', () => {
    for (const words of [
      'starts child',
      'smp_mb()',
      'flag 0 -> 1',
      'waited for the end of child',
      'takes alternative 1',
      'reads flag: 1',
    ]) {
      expect(flat).toContain(words);
    }
  });

  it('is spelled in ASCII', () => {
    expect(text).toMatch(/^[ -~\n]*$/);
    expect(flat).toContain('{pfn: 7, owner: ->? caf?}');
    expect(flat).toContain("assertion: the child 'ran'.");
  });

  it('is shortened where a word does not fit on a line, and shows that', () => {
    expect(text).toMatch(/a_cell_with_a_very_long_\w*\.\.\.$/m);
  });
});

describe('a read that misses a newer write under total store order', () => {
  /** Both threads read 0; told with the least reordering, the first thread goes first. */
  const misses = (first: (x: Cell<number>) => void, beforeRead: () => void): string => {
    const setup = () => {
      const [x, y, z] = [cell(0, 'x'), cell(0, 'y'), cell(0, 'z')];
      return {
        threads: {
          'CPU 0': () => {
            first(x);
            return y.read() + z.read();
          },
          'CPU 1': () => {
            y.write(1);
            z.write(1);
            beforeRead();
            return x.read();
          },
        },
        finally: ([one, other]: readonly unknown[]) =>
          assert(one !== 0 || other !== 0, 'all read 0'),
      };
    };
    const { trace } = found(setup, tso);
    const lines = timeline(trace, { model: 'tso', width: 300 }).split('\n');
    return lines.find((line) => line.includes('misses'))!.trim();
  };

  it('runs ahead of a write in the store buffer of its own thread', () => {
    expect(
      misses(
        (x) => void x.fetchAdd(1),
        () => undefined,
      ),
    ).toBe(
      "reads x: 0, misses CPU 0's write of 1 (it runs ahead of CPU 1's write of 1 to y, which is still in the store buffer)",
    );
  });

  it('or finds the newer write in the store buffer of the thread that makes it', () => {
    expect(
      misses(
        (x) => x.write(1),
        () => fence(Fence.full),
      ),
    ).toBe("reads x: 0, misses CPU 0's write of 1 (still in its store buffer)");
  });
});

it('values are written as their owner says', () => {
  const { trace } = found(storeBuffering, tso);
  const text = timeline(trace, { format: (step, value) => `${step.cell}:${String(value)}` });
  expect(text).toContain('x x:0 -> x:1');
});

it('an access without a name of its own stands in the call that makes it', () => {
  const setup = bootable(() => {
    const machine = new Machine();
    const page = cell(0, 'page.lo');
    const count = cell(1, 'page._refcount');
    const putPage = defineKernelFunction('mm/swap.c', 'put_page', () => {
      atomicDec(count);
    });
    const copyPage = defineKernelFunction('mm/util.c', 'copy_page', () => {
      putPage();
      page.write(1);
    });
    machine.cpu(0).run('CPU 0', () => {
      copyPage();
      page.write(2);
      throw new Violation('I-ANY', 'here it ends');
    });
    return machine.program();
  });
  const { trace } = found(setup, tso);
  expect(timeline(trace, { everyStep: true }).split('\n').slice(2, 8)).toEqual([
    'copy_page()  [mm/util.c]',
    '  put_page()  [mm/swap.c]',
    '    atomic_dec(page._refcount) 1 -> 0',
    '  page.lo 0 -> 1',
    'page.lo 1 -> 2',
    '*** I-ANY ***',
  ]);
});

it('a replay of an id gives the identical timeline', () => {
  const run = new ExplorationRun(discardedPage, { model: tso });
  run.advance();
  const { id } = run.result().violations[0]!.witness;
  const once = (): string =>
    timeline(replay(discardedPage, decodeExecutionId(id, ''), tso), { id, model: 'tso' });
  expect(once()).toBe(once());
});
