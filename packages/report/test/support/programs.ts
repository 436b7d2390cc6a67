import {
  assert,
  cell,
  choose,
  fence,
  Fence,
  type Setup,
  SpinLock,
  spawn,
  Violation,
} from '@pagerace/explorer';
import {
  atomicDec,
  atomicIncNotZero,
  atomicRead,
  bootable,
  defineKernelFunction,
  Machine,
  readOnce,
  smpMb,
  Spinlock,
  spinLock,
  spinUnlock,
  writeOnce,
} from '@pagerace/machine';

export const storeBuffering: Setup = () => {
  const x = cell(0, 'x');
  const y = cell(0, 'y');
  return {
    threads: {
      'CPU 0': () => {
        x.write(1);
        return y.read();
      },
      'CPU 1': () => {
        y.write(1);
        return x.read();
      },
    },
    finally: ([first, second]) => {
      assert(first === 1 || second === 1, 'both CPUs read 0');
    },
  };
};

export const deadlock: Setup = () => {
  const a = new SpinLock('a');
  const b = new SpinLock('b');
  return {
    threads: {
      first: () => {
        a.lock();
        b.lock();
        b.unlock();
        a.unlock();
      },
      second: () => {
        b.lock();
        a.lock();
        a.unlock();
        b.unlock();
      },
    },
  };
};

/** Reclaim discards a page while a device is about to be handed it. */
export const discardedPage: Setup = bootable(() => {
  const machine = new Machine();
  const refcount = cell(1, 'page._refcount');
  const pte = cell('present', 'pte');
  const lru = cell(0, 'lru.size');
  const ptl = new Spinlock('ptl');
  const lruLock = new Spinlock('lru_lock');

  const gupPteRange = defineKernelFunction('mm/gup.c', 'gup_pte_range', () => {
    const before = readOnce(pte);
    if (before === 'none' || !atomicIncNotZero(refcount)) return false;
    if (readOnce(pte) === before) return true;
    atomicDec(refcount);
    return false;
  });
  const directIo = defineKernelFunction('block/fops.c', '__blkdev_direct_IO_simple', () => {
    if (!gupPteRange()) return;
    spinLock(ptl);
    const now = readOnce(pte);
    spinUnlock(ptl);
    if (now === 'none') throw new Violation('I-DIO', 'the zero page is read');
  });
  const tryToUnmapOne = defineKernelFunction('mm/rmap.c', 'try_to_unmap_one', () => {
    spinLock(ptl);
    writeOnce(pte, 'none');
    smpMb();
    atomicRead(refcount);
    spinUnlock(ptl);
  });
  const shrinkPageList = defineKernelFunction('mm/vmscan.c', 'shrink_page_list', () => {
    spinLock(lruLock);
    atomicRead(lru);
    spinUnlock(lruLock);
    tryToUnmapOne();
  });
  machine.cpu(0).run('CPU 0 (app)', directIo);
  machine.cpu(1).run('CPU 1 (kswapd)', shrinkPageList);
  return machine.program();
});

/** Fences, choices, children, objects as values, and a name that no line has room for. */
export const oddments: Setup = () => {
  const record = cell<unknown>(null, `a_cell_${'with_a_very_long_name_'.repeat(6)}`);
  const flag = cell(0, 'flag');
  return {
    threads: {
      parent: () => {
        const child = spawn(() => {
          fence(Fence.full);
          flag.write(1);
        }, 'child');
        record.write(Object.freeze({ pfn: 7, owner: '\u2192\u2717 caf\u00e9' }));
        child.join();
        assert(choose(2) === 0 || flag.read() === 0, 'the child \u2018ran\u2019');
      },
    },
  };
};

/** Each of `threads` adds to a counter, under a call stack `depth` deep. */
export function crowd(threads: number, depth: number, nameLength: number): Setup {
  return bootable(() => {
    const machine = new Machine();
    const counter = cell(0, 'counter');
    const body = Array.from({ length: depth }).reduce<() => void>(
      (inner, _, nth) =>
        defineKernelFunction(`mm/file${String(nth)}.c`, `function_${String(depth - nth)}`, inner),
      () => {
        atomicIncNotZero(counter);
        counter.fetchAdd(1);
      },
    );
    for (let nth = 0; nth < threads; nth++) {
      machine.agent(`${'n'.repeat(nameLength)}${String(nth)}`).run(body);
    }
    return machine.program(() => {
      throw new Violation('I-CROWD', `${String(threads)} threads were here`);
    });
  });
}

/** 2+2W: two threads write to the same two cells in opposite orders. */
export const opposite: Setup = () => {
  const x = cell(0, 'x');
  const y = cell(0, 'y');
  return {
    threads: {
      'CPU 0': () => {
        x.write(1);
        y.write(2);
      },
      'CPU 1': () => {
        y.write(1);
        x.write(2);
      },
    },
    finally: () => assert(x.read() === 2 || y.read() === 2, 'the first write of each is the last'),
  };
};
