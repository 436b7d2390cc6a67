import { inject, injectable, Wiring } from '@pagerace/di';
import { bindOldest, type History } from '@pagerace/history';
import {
  atomicAddNegative,
  atomicAddUnless,
  atomicRead,
  atomicSet,
  bootable,
  cell,
  localIrqRestore,
  localIrqSave,
  Machine,
  MACHINE,
  type MachineOptions,
  OrderingSites,
  readOnce,
  type Results,
  Violation,
  writeOnce,
} from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  auditReferences,
  FAULT_FLAG_WRITE,
  FAULT_HANDLER,
  type FaultHandler,
  MEMORY,
  Memory,
  MEMORY_OPTIONS,
  Mm,
  pteAlloc,
  type Ptep,
  putPage,
  keptByLocks,
  GUP_COUNTERS,
  NoGupCounters,
  PIN_COUNTING,
  PinsNotCounted,
  PTE_MAP_RULE,
  TLB,
  Tlb,
  TLB_FLUSH,
  type TlbFlush,
  USER_ACCESS,
  UserAccess,
  VM_READ,
  VM_WRITE,
  type VirtualAddress,
  type Vma,
  walkToPte,
  withPteLocked,
} from '@pagerace/page-model';

/** Just enough of a page fault to have something mapped, and to set the bits that a walker leaves. */
@injectable()
class ZeroFill implements FaultHandler {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MEMORY) private readonly memory: Memory,
  ) {}

  handleMmFault(vma: Vma, address: VirtualAddress, flags: number): undefined {
    pteAlloc(vma.mm, address);
    const write = (flags & FAULT_FLAG_WRITE) !== 0;
    withPteLocked(vma.mm, address, (ptep) => {
      const { arch } = this;
      const found = arch.ptepGet(ptep);
      if (arch.ptePresent(found)) {
        const young = arch.pteMkyoung(write ? arch.pteMkdirty(arch.pteMkwrite(found)) : found);
        arch.ptepSetAccessFlags(vma, address, ptep, young, write);
        return;
      }
      const page = this.memory.allocator.allocZeroedPage();
      const pte = arch.pteMkyoung(arch.mkPte(page, vma.vmPageProt));
      atomicSet(page._mapcount, 0);
      const made = write ? arch.pteMkwrite(arch.pteMkdirty(pte)) : pte;
      arch.setPteAt(vma.mm, address, ptep, made);
    });
  }
}

/** As much of an architecture's definition as matters here: what binds ARCHITECTURE and TLB_FLUSH. */
export interface ArchitectureProvisions {
  readonly provides: readonly { bind(wiring: Wiring): void }[];
  readonly histories?: readonly History[];
}

/** A process with one page, which CPU 0 has written 0x79 to. */
export interface OnePage {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly arch: Architecture;
  readonly tlb: TlbFlush;
  readonly user: UserAccess;
  readonly mm: Mm;
  readonly vma: Vma;
  readonly address: VirtualAddress;
}

/**
 * A program over a process that runs on CPU 0.
 *
 * @param threads makes them; what it returns is called at the end of each execution
 */
export function withOnePage(
  architecture: ArchitectureProvisions,
  threads: (process: OnePage) => ((results: Results) => void) | undefined,
  options: MachineOptions = {},
): ReturnType<typeof bootable> {
  return bootable(() => {
    const machine = new Machine(options);
    const address = 0x7f00_0000_0000;
    const wiring = new Wiring()
      .bindValue(MACHINE, machine)
      .bindValue(MEMORY_OPTIONS, { pages: 4 })
      .bind(MEMORY, Memory)
      .bindValue(PTE_MAP_RULE, keptByLocks)
      .bind(PIN_COUNTING, PinsNotCounted)
      .bind(GUP_COUNTERS, NoGupCounters)
      .bind(TLB, Tlb)
      .bind(FAULT_HANDLER, ZeroFill)
      .bind(USER_ACCESS, UserAccess);
    for (const provision of architecture.provides) provision.bind(wiring);
    bindOldest(wiring, architecture.histories ?? []);
    const memory = wiring.get(MEMORY);
    const user = wiring.get(USER_ACCESS);
    const mm = new Mm(memory, 'mm', [machine.cpu(0)]);
    const vma = mm.mmap({ start: address, pages: 1, vmFlags: VM_READ | VM_WRITE });
    machine.boot(() => user.userWrite(mm, address, 0x79));
    const arch = wiring.get(ARCHITECTURE);
    const tlb = wiring.get(TLB_FLUSH);
    const atEnd = threads({ machine, memory, arch, tlb, user, mm, vma, address });
    return machine.program(atEnd);
  });
}

/** Clears the entry as reclaim does, with a flush of its own. */
export function clearFlush({ arch, mm, vma, address }: OnePage): void {
  withPteLocked(mm, address, (ptep) => arch.ptepClearFlush(vma, address, ptep));
}

/** Clears the entry as reclaim does where it flushes once for many. */
export function clearDeferred({ arch, mm, tlb, address }: OnePage): void {
  withPteLocked(mm, address, (ptep) => {
    arch.ptepGetAndClear(mm, address, ptep);
    if (!tlb.shouldDefer(mm)) throw new Violation('deferral', 'the flush is not deferred');
    tlb.addToBatch(mm);
  });
  tlb.flushBatch();
}

/**
 * CPU 0 uses the page while CPU 1 unmaps and frees it: it either finds the page still there, or faults
 * and gets another. An access that goes on when the flush is over is a use after free.
 */
export function unmapUnderUser(
  architecture: ArchitectureProvisions,
  use: (process: OnePage) => void,
  unmap: (process: OnePage) => void,
): ReturnType<typeof bootable> {
  return withOnePage(architecture, (process) => {
    const { machine, memory, mm, arch, address } = process;
    const page = memory.pageAt(1);
    machine.cpu(0).run('user', () => use(process));
    machine.cpu(1).run('kswapd', () => {
      unmap(process);
      atomicAddNegative(page._mapcount, -1);
      putPage(page);
    });
    return () => {
      const { ptep } = walkToPte(mm, address)!;
      if (arch.pteNone(ptep.read()) !== (memory.allocator.free.length === 4)) {
        throw new Violation('lost', 'a page is neither mapped nor free');
      }
      auditReferences(memory);
    };
  });
}

/** A load of the page, which sees what was written to it or a fresh page of zeros. */
export function load({ user, mm, address }: OnePage): void {
  const byte = user.userRead(mm, address);
  if (byte !== 0x79 && byte !== 0) throw new Violation('byte', String(byte));
}

/** A store to the page. */
export function store({ user, mm, address }: OnePage): void {
  user.userWrite(mm, address, 0x41);
}

/**
 * The ordering sites of the architecture's own code that something meets which CPU 1 does to the page.
 *
 * @param explore runs every execution of a program
 */
export function sitesMet(
  architecture: ArchitectureProvisions,
  body: (process: OnePage) => void,
  explore: (setup: ReturnType<typeof bootable>) => unknown,
): readonly string[] {
  const orderingSites = new OrderingSites();
  const setup = withOnePage(
    architecture,
    (process) => {
      process.machine.cpu(1).run('kswapd', () => body(process));
      return undefined;
    },
    { orderingSites },
  );
  explore(setup);
  return orderingSites.met.map(({ name }) => name).filter((name) => name.startsWith('arch/'));
}

/** Clears an entry as reclaim does and returns before the page-table lock is released. */
export type ClearPte = (process: OnePage, ptep: Ptep) => void;

/** ptep_clear_flush(), which flushes at once. */
export const atOnce: ClearPte = ({ arch, vma, address }, ptep) => {
  arch.ptepClearFlush(vma, address, ptep);
};

/** ptep_get_and_clear(), and a flush that is left for later. */
export const deferred: ClearPte = ({ arch, tlb, mm, address }, ptep) => {
  arch.ptepGetAndClear(mm, address, ptep);
  tlb.addToBatch(mm);
};

/** How MADV_FREE leaves an entry: clean and old. */
export function lazyfree({ arch, mm, address, machine }: OnePage): void {
  machine.boot(() => {
    withPteLocked(mm, address, (ptep) => {
      const pte = arch.ptepGetAndClear(mm, address, ptep);
      arch.setPteAt(mm, address, ptep, arch.pteMkold(arch.pteMkclean(pte)));
    });
  });
}

/**
 * Reclaim clears an entry and then reads the reference count, while GUP-fast takes a reference and then
 * looks at the entry again. Without a barrier after the clear, each may miss what the other did: that
 * is the violation `overtaken`.
 */
export function clearAgainstGup(
  architecture: ArchitectureProvisions,
  clear: ClearPte,
  prepare: (process: OnePage) => void = () => undefined,
  options: MachineOptions = {},
): ReturnType<typeof bootable> {
  const threads = (process: OnePage): ((results: Results) => void) => {
    prepare(process);
    const { machine, memory, mm, arch, address } = process;
    const { _refcount } = memory.pageAt(1);
    machine.cpu(0).run('gup', () => {
      const { ptep } = walkToPte(mm, address)!;
      const pte = arch.ptepGetLockless(ptep);
      if (!arch.ptePresent(pte) || !atomicAddUnless(_refcount, 1, 0)) return false;
      return arch.ptepGetLockless(ptep) === pte;
    });
    machine.cpu(1).run('kswapd', () =>
      withPteLocked(mm, address, (ptep) => {
        clear(process, ptep);
        return atomicRead(_refcount);
      }),
    );
    return ({ gup, kswapd }) => {
      if (gup === true && kswapd === 1) {
        throw new Violation('overtaken', 'GUP-fast has the page, and reclaim saw no reference');
      }
    };
  };
  return withOnePage(architecture, threads, options);
}

/**
 * CPU 0 reads an entry with interrupts off, as GUP-fast does, while CPU 1 clears it and flushes. If the
 * flush is over before the section is, that is the violation `overtaken`.
 */
export function flushAgainstSection(
  architecture: ArchitectureProvisions,
): ReturnType<typeof bootable> {
  return withOnePage(architecture, (process) => {
    const { machine, arch, mm, address } = process;
    const flushed = cell(false, 'flushed');
    machine.cpu(0).run('gup', () => {
      localIrqSave();
      const { ptep } = walkToPte(mm, address)!;
      const mapped = arch.ptePresent(arch.ptepGetLockless(ptep));
      const gone = readOnce(flushed);
      localIrqRestore();
      if (mapped && gone) throw new Violation('overtaken', 'the flush did not wait');
    });
    machine.cpu(1).run('kswapd', () => {
      clearFlush(process);
      writeOnce(flushed, true);
    });
    return undefined;
  });
}
