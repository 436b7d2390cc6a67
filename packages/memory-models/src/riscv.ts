import {
  EventFlag,
  type ExecutionGraph,
  Fence,
  type MemoryModel,
  none,
  releases,
} from '@pagerace/explorer';
import { MultiCopyAtomicModel } from './multi-copy-atomic.js';
import { Kept, type ThreadSets } from './thread-sets.js';
import { acquiresHere, addressOf, isFencedStore, isFull, updates } from './weak-model.js';

/**
 * RVWMO, for the kernel's primitives as arch/riscv makes them (asm/barrier.h, asm/atomic.h, asm/fence.h,
 * v6.1): acquire is an access and `fence r,rw`, release `fence rw,w` and an access, fully ordered an AMO
 * with .aqrl; smp_mb(), smp_rmb() and smp_wmb() are `fence rw,rw`, `r,r` and `w,w`.
 *
 * Rule 2 needs no clause: of two reads of one location the first comes before the write that the second reads,
 * by from-reads, if it reads another.
 */
class Riscv extends MultiCopyAtomicModel {
  readonly source = 'The RISC-V Instruction Set Manual, Volume I, RVWMO, rules 1 to 13';

  /**
   * @param hasTicketLocks spin_lock() takes a ticket by a fully ordered atomic_fetch_add()
   *   (asm-generic/spinlock.h, v5.19); otherwise it is queued, and takes the lock by
   *   atomic_try_cmpxchg_acquire() (asm-generic/qspinlock.h)
   */
  constructor(
    readonly id: string,
    readonly title: string,
    private readonly hasTicketLocks: boolean,
  ) {
    super();
  }

  protected addRead(graph: ExecutionGraph, read: number, sets: ThreadSets): void {
    this.#addAtomic(graph, read, sets);
    const address = addressOf(graph, read);
    if (address !== none) sets.afterEvent(address);
    this.#orderByOwnWrite(graph, read, sets);
    if (acquiresHere(graph, read) && !this.#isAmoAqrl(graph, read)) {
      sets.add(Kept.reads, read);
      sets.include(Kept.beforeAll, Kept.reads);
    }
  }

  protected addWrite(graph: ExecutionGraph, write: number, sets: ThreadSets): void {
    this.#addAtomic(graph, write, sets);
    if (releases(graph.order[write]!) && !this.#isAmoAqrl(graph, write)) {
      sets.include(Kept.beforeWrites, Kept.reads);
      sets.include(Kept.beforeWrites, Kept.writes);
      sets.after(Kept.beforeWrites);
    }
    if (isFencedStore(graph, write)) {
      sets.add(Kept.writes, write);
      sets.separate();
    }
  }

  protected addFence(fence: number, sets: ThreadSets): void {
    switch (fence) {
      case Fence.full:
        sets.separate();
        break;
      case Fence.read:
        sets.include(Kept.beforeReads, Kept.reads);
        break;
      case Fence.write:
        sets.include(Kept.beforeWrites, Kept.writes);
        break;
      case Fence.acquire:
        sets.include(Kept.beforeAll, Kept.reads);
        break;
      case Fence.release:
        sets.include(Kept.beforeWrites, Kept.reads);
        sets.include(Kept.beforeWrites, Kept.writes);
        break;
      case Fence.writeToAny:
        sets.include(Kept.beforeAll, Kept.writes);
        break;
      default:
    }
  }

  /** Rules 5 and 6 for a half of an AMO with .aqrl; rule 7 follows. */
  #addAtomic(graph: ExecutionGraph, access: number, sets: ThreadSets): void {
    if (!this.#isAmoAqrl(graph, access)) return;
    sets.after(Kept.reads);
    sets.after(Kept.writes);
    sets.add(Kept.beforeAll, access);
  }

  #isAmoAqrl(graph: ExecutionGraph, access: number): boolean {
    return isFull(graph, access) || (this.hasTicketLocks && takesSpinLock(graph, access));
  }

  /** Rules 3 and 12: through a write of its own thread that a read reads back. */
  #orderByOwnWrite(graph: ExecutionGraph, read: number, sets: ThreadSets): void {
    const own = graph.ownWriteBefore(read);
    if (own === none || own !== graph.readsFrom[read]) return;
    if (updates(graph, own)) sets.afterEvent(own);
    const address = addressOf(graph, own);
    if (address !== none) sets.afterEvent(address);
  }
}

function takesSpinLock(graph: ExecutionGraph, access: number): boolean {
  return (graph.flags[access]! & EventFlag.spinLock) !== 0 && updates(graph, access);
}

/** RVWMO, RISC-V's model, of a kernel with ticket locks. */
export const riscv: MemoryModel = new Riscv('riscv', 'RVWMO (RISC-V)', true);

/** The same of a kernel with queued spinlocks: RISCV_QUEUED_SPINLOCKS, v6.13, or what RISCV_COMBO_SPINLOCKS chooses. */
export const riscvQspinlock: MemoryModel = new Riscv(
  'riscv-qspinlock',
  'RVWMO (RISC-V), with queued spinlocks',
  false,
);
