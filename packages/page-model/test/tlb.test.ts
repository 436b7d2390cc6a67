import { inject, injectable } from '@pagerace/di';
import { explore, type MemoryModel, type Result } from '@pagerace/explorer';
import {
  barrierInstruction,
  bootable,
  cell,
  cover,
  Fence,
  localIrqRestore,
  localIrqSave,
  readOnce,
  smpCallFunctionMany,
  Violation,
  writeOnce,
} from '@pagerace/machine';
import { armv8, sc, tso } from '@pagerace/memory-models';
import { describe, expect, test } from 'vitest';
import {
  ARCHITECTURE,
  type Architecture,
  FAULT_FLAG_WRITE,
  FAULT_HANDLER,
  type FaultHandler,
  hugePmd,
  MEMORY,
  type Memory,
  Mm,
  mmapWriteLock,
  mmapWriteUnlock,
  type Page,
  pteAlloc,
  pteFree,
  type PteWalk,
  putPage,
  TLB,
  type Tlb,
  TLB_FLUSH,
  type TlbFlush,
  USER_ACCESS,
  type UserAccess,
  VM_READ,
  VM_WRITE,
  type VirtualAddress,
  type Vma,
  walkToPmd,
  walkToPte,
  withPteLocked,
} from '../src/index.js';
import { ToyArchitecture, toySystem } from '../src/testing/index.js';

const address = 0x20;
const hugeAddress = 0x80;

/** Flushes by interrupt, and not while the CPU is in the middle of an access. */
@injectable()
class ByInterrupt implements TlbFlush {
  constructor(@inject(TLB) protected readonly tlb: Tlb) {}

  flushTlbPage(mm: Mm, start: VirtualAddress): void {
    this.flushTlbRange(mm, start, start + mm.memory.pageSize);
  }

  flushTlbRange(mm: Mm, start: VirtualAddress, end: VirtualAddress): void {
    smpCallFunctionMany(mm.cpumask, (cpu) => this.tlb.invalidate(cpu, { mm, start, end }));
  }

  shouldDefer(): boolean {
    return false;
  }

  addToBatch(): void {}

  flushBatch(): void {}

  duringAccess<T>(access: () => T): T {
    localIrqSave();
    const result = access();
    localIrqRestore();
    return result;
  }
}

/** Makes CPUs forget without interrupting them, as TLBI does. */
@injectable()
class ByBroadcast extends ByInterrupt {
  protected readonly barrier: boolean = true;

  override flushTlbRange(mm: Mm, start: VirtualAddress, end: VirtualAddress): void {
    if (this.barrier) barrierInstruction('dsb(ishst)', Fence.writeToAny);
    for (const cpu of mm.cpumask) this.tlb.invalidateAtOnce(cpu, { mm, start, end });
    barrierInstruction('dsb(ish)', Fence.full);
  }

  override duringAccess<T>(access: () => T): T {
    return this.tlb.during(access);
  }
}

@injectable()
class WithoutBarrier extends ByBroadcast {
  protected override readonly barrier = false;
}

/** For a page leaves the walk cache alone, for a range not. */
@injectable()
class LastLevelOfPage extends ByInterrupt {
  override flushTlbPage(mm: Mm, start: VirtualAddress): void {
    const end = start + mm.memory.pageSize;
    const range = { mm, start, end, lastLevelOnly: true };
    smpCallFunctionMany(mm.cpumask, (cpu) => this.tlb.invalidate(cpu, range));
  }
}

/** Does not care what the other CPU is doing. */
@injectable()
class AtAnyMoment extends ByInterrupt {
  override flushTlbRange(mm: Mm): void {
    for (const cpu of mm.cpumask) this.tlb.invalidate(cpu);
  }
}

/** A TLB may have entries that are not present. */
@injectable()
class KeepsInvalid extends ToyArchitecture {
  readonly walkerKeepsInvalid = true;
}

/** Maps a page where there is none, and leaves alone what is there. */
@injectable()
class ZeroFill implements FaultHandler {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
  ) {}

  handleMmFault({ mm, vmPageProt }: Vma, at: VirtualAddress, flags: number): undefined {
    const { arch } = this;
    pteAlloc(mm, at);
    withPteLocked(mm, at, (ptep) => {
      const found = arch.ptepGet(ptep);
      if (arch.ptePresent(found)) {
        cover('spurious fault');
        return;
      }
      const page = this.memory.allocator.allocZeroedPage();
      const pte = arch.mkPte(page, vmPageProt);
      arch.setPteAt(mm, at, ptep, (flags & FAULT_FLAG_WRITE) === 0 ? pte : arch.pteMkwrite(pte));
    });
  }
}

interface Process {
  readonly arch: Architecture;
  readonly mm: Mm;
  /** What is mapped at the start, at {@link address}. */
  readonly page: Page;
  readonly walk: PteWalk;
  load(): number;
  store(byte: number): void;
  speculate(): void;
  /** A load from another page, by way of the same table. */
  loadNeighbour(): number;
  flush(at?: VirtualAddress): void;
  readonly user: UserAccess;
}

interface Course {
  /** What the process has done on CPU 0 before. Default: it has stored 1. */
  readonly before?: (process: Process) => void;
  /** On CPU 1, until everybody knows that it is done. */
  readonly unmap: (process: Process) => void;
  /** On CPU 0, before and after it asks whether that is done. */
  readonly early?: (process: Process) => void;
  readonly use: (process: Process, unmapped: boolean) => void;
}

interface Options {
  readonly tlb?: boolean;
  readonly flush?: typeof ByInterrupt;
  readonly architecture?: typeof ToyArchitecture;
  /** Default: sc and tso. */
  readonly models?: readonly MemoryModel[];
}

function run(course: Course, options: Options = {}): readonly Result[] {
  const {
    tlb = true,
    flush = ByInterrupt,
    architecture = ToyArchitecture,
    models = [sc, tso],
  } = options;
  const setup = bootable(() => {
    const { machine, wiring } = toySystem({ tlb, hugePages: 1 });
    wiring
      .bind(FAULT_HANDLER, ZeroFill)
      .override(TLB_FLUSH, flush)
      .override(ARCHITECTURE, architecture);
    const memory = wiring.get(MEMORY);
    const user: UserAccess = wiring.get(USER_ACCESS);
    const arch = wiring.get(ARCHITECTURE);
    const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
    mm.mmap({ start: address, pages: 2, vmFlags: VM_READ | VM_WRITE });
    // For another table, or a huge page.
    mm.mmap({ start: hugeAddress, pages: 4, vmFlags: VM_READ | VM_WRITE });
    machine.boot(() => user.userWrite(mm, address, 1), machine.cpu(1));
    const walk = walkToPte(mm, address)!;
    const process: Process = {
      arch,
      mm,
      walk,
      page: memory.pageAt(arch.ptePfn(walk.ptep.read())),
      load: () => user.userRead(mm, address),
      store: (byte) => user.userWrite(mm, address, byte),
      speculate: () => user.speculate(mm, address),
      loadNeighbour: () => user.userRead(mm, address + memory.pageSize),
      flush: (at = address) => wiring.get(TLB_FLUSH).flushTlbPage(mm, at),
      user,
    };
    machine.boot(() => (course.before ?? (() => process.store(1)))(process));
    const unmapped = cell(false, 'unmapped');
    machine.cpu(0).run('user', () => {
      course.early?.(process);
      course.use(process, readOnce(unmapped));
    });
    machine.cpu(1).run('unmap', () => {
      course.unmap(process);
      writeOnce(unmapped, true);
    });
    return machine.program();
  });
  return models.map((model) => explore(setup, { model, mustCover: ['spurious fault'] }));
}

/** What went wrong, under any model. */
function violated(course: Course, options?: Options): readonly string[] {
  const found = run(course, options).map(({ violations, error }) => {
    if (error !== undefined) throw new Error(error);
    return [...new Set(violations.map(({ property }) => property))].sort().join();
  });
  expect(new Set(found).size).toBe(1);
  return found[0] === '' ? [] : found[0]!.split(',');
}

const clear = ({ arch, mm, walk }: Process): void =>
  void withPteLocked(mm, address, () => arch.ptepGetAndClear(mm, address, walk.ptep));
const clearFlush = (process: Process): void => {
  clear(process);
  process.flush();
};
const clearFree = (process: Process): void => {
  clear(process);
  putPage(process.page);
};
const clearFlushFree = (process: Process): void => {
  clearFlush(process);
  putPage(process.page);
};

/** A load that gets the old byte. */
const loadsOld = ({ load }: Process, unmapped: boolean): void => {
  if (load() === 1 && unmapped) throw new Violation('stale', 'the old page was reached');
};
/** A store that goes to the old page. */
const storesOld = ({ store, page }: Process, unmapped: boolean): void => {
  store(2);
  if (page.contents.load(0) === 2 && unmapped) throw new Violation('stale', 'the old page changed');
};

describe('a translation that a CPU has kept', () => {
  test.each([
    ['load', loadsOld],
    ['store', storesOld],
  ])('lets a %s by when its entry is gone, until the CPU is made to forget it', (_, use) => {
    expect(violated({ unmap: clear, use })).toEqual(['stale']);
    expect(violated({ unmap: clearFlush, use })).toEqual([]);
  });

  test('is not kept where there is no TLB', () => {
    expect(violated({ unmap: clear, use: loadsOld }, { tlb: false })).toEqual([]);
  });

  test('must not be used when its page is free', () => {
    expect(violated({ unmap: clearFree, use: ({ load }) => void load() })).toContain('I-TLB');
    expect(violated({ unmap: clearFlushFree, use: ({ load }) => void load() })).toEqual([]);
  });

  test('lets no store by while it is clean: the dirty bit must be set in the table', () => {
    const before = ({ arch, mm, walk, load }: Process): void => {
      arch.setPteAt(mm, address, walk.ptep, arch.pteMkclean(walk.ptep.read()));
      load();
    };
    expect(violated({ before, unmap: clear, use: loadsOld })).toEqual(['stale']);
    expect(violated({ before, unmap: clear, use: storesOld })).toEqual([]);
  });

  test('is forgotten at a fault', () => {
    const before = ({ arch, mm, walk, load }: Process): void => {
      arch.setPteAt(mm, address, walk.ptep, arch.pteMkclean(walk.ptep.read()));
      load();
    };
    const use = (process: Process, unmapped: boolean): void => {
      process.store(2);
      loadsOld(process, unmapped);
    };
    expect(violated({ before, unmap: clear, use })).toEqual([]);
  });

  test('may come from a walk that no access has asked for', () => {
    const before = (): void => undefined;
    const early = ({ speculate }: Process): void => speculate();
    expect(violated({ before, unmap: clear, use: loadsOld })).toEqual([]);
    expect(violated({ before, early, unmap: clear, use: loadsOld })).toEqual(['stale']);
    expect(violated({ before, early, unmap: clearFlush, use: loadsOld })).toEqual([]);
  });

  test('is looked at by a flush only while its CPU is in no access, or there is a data race', () => {
    const course = { unmap: clearFlush, use: loadsOld };
    expect(violated(course, { flush: AtAnyMoment })).toContain('data-race');
  });

  test('costs no execution where no entry changes', () => {
    const course: Course = {
      unmap: ({ load }) => void load(),
      use: ({ load, store }) => {
        load();
        store(2);
        load();
      },
    };
    const counts = [true, false].map((tlb) => run(course, { tlb })[0]!.executions);
    expect(counts[0]).toBe(counts[1]);
  });
});

describe('a walk cache', () => {
  /** Takes the table away, and frees it; a fault waits until that is done. */
  const removeTable = ({ arch, mm, walk }: Process, flush: () => void): void => {
    mmapWriteLock(mm);
    arch.pmdClear(walk.pmdp);
    flush();
    pteFree(mm, walk.table);
    mmapWriteUnlock(mm);
  };
  const before = ({ loadNeighbour }: Process): void => void loadNeighbour();
  const use = ({ load }: Process): void => void load();

  test('leads through a table that is none any more, until it is forgotten', () => {
    const unmap = (process: Process): void => removeTable(process, () => undefined);
    const flushed = (process: Process): void => removeTable(process, () => process.flush());
    expect(violated({ before, unmap, use })).toEqual(['I-TLB']);
    expect(violated({ before, unmap: flushed, use })).toEqual([]);
  });

  test('is left alone by a flush of the last level, which is enough for a page', () => {
    const flush = LastLevelOfPage;
    const flushed = (process: Process): void => removeTable(process, () => process.flush());
    expect(violated({ before, unmap: flushed, use }, { flush })).toEqual(['I-TLB']);
    expect(violated({ unmap: clearFlush, use: loadsOld }, { flush })).toEqual([]);
  });
});

describe('a flush by broadcast', () => {
  const use = ({ load }: Process): void => void load();
  const unmap = (process: Process): void => {
    const { arch, mm, page, walk } = process;
    arch.setPteAt(mm, address, walk.ptep, arch.none);
    process.flush();
    putPage(page);
  };
  const underArmv8 = (flush: typeof ByBroadcast): readonly string[] =>
    violated({ unmap, use }, { flush, models: [armv8] });

  test('waits for an access, and leaves no translation', () => {
    expect(violated({ unmap: clearFlushFree, use }, { flush: ByBroadcast })).toEqual([]);
    expect(violated({ unmap: clearFlush, use: loadsOld }, { flush: ByBroadcast })).toEqual([]);
  });

  test('needs a barrier after the store of the entry where stores may pass it', () => {
    expect(underArmv8(ByBroadcast)).toEqual([]);
    expect(underArmv8(WithoutBarrier)).toContain('I-TLB');
  });
});

test('a huge page is reached by a stale translation as a small one is', () => {
  const at = hugeAddress;
  const before = ({ arch, mm, user }: Process): void => {
    const page = mm.memory.allocator.allocHugePage();
    for (const { contents } of mm.memory.subpages(page)) contents.store(0, 1);
    const pmd = hugePmd(mm.memory, page, arch.vmGetPageProt(VM_READ));
    arch.setPmdAt(mm, at, walkToPmd(mm, at)!.pmdp, pmd);
    user.userRead(mm, at);
  };
  const unmap = ({ arch, mm }: Process): void =>
    void arch.pmdpHugeGetAndClear(mm, at, walkToPmd(mm, at)!.pmdp);
  const flushed = (process: Process): void => {
    unmap(process);
    process.flush(at);
  };
  const use = ({ mm, user }: Process, unmapped: boolean): void => {
    if (user.userRead(mm, at) === 1 && unmapped) throw new Violation('stale', 'by a huge entry');
  };
  expect(violated({ before, unmap, use })).toEqual(['stale']);
  expect(violated({ before, unmap: flushed, use })).toEqual([]);
});

test('an entry that is not present is kept only where the hardware may do so', () => {
  let entry = 0n;
  const course: Course = {
    before: (process) => {
      entry = process.walk.ptep.read();
      clear(process);
    },
    unmap: ({ arch, mm, walk }) => arch.setPteAt(mm, address, walk.ptep, entry),
    early: ({ speculate }) => speculate(),
    use: ({ load }, mapped) => {
      if (mapped) load();
    },
  };
  const [plain] = run(course);
  expect(plain!.neverCovered).toEqual(['spurious fault']);
  const [keeping] = run(course, { architecture: KeepsInvalid });
  expect(keeping).toMatchObject({ verdict: 'verified', neverCovered: [] });
});
