import {
  EventFlag,
  EventKind,
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
 * with .aqrl; smp_mb(), smp_rmb() and smp_wmb() are `fence rw,rw`, `r,r` and `w,w`. spin_lock() is a
 * ticket lock, whose ticket is taken by a fully ordered atomic_fetch_add() (asm-generic/spinlock.h, v5.19).
 */
class Riscv extends MultiCopyAtomicModel {
  readonly id = 'riscv';
  readonly title = 'RVWMO (RISC-V)';
  readonly source = 'The RISC-V Instruction Set Manual, Volume I, RVWMO, rules 1 to 13';

  protected addRead(graph: ExecutionGraph, read: number, sets: ThreadSets): void {
    this.#addAtomic(graph, read, sets);
    const address = addressOf(graph, read);
    if (address !== none) sets.afterEvent(address);
    this.#orderByReads(graph, read, sets);
    if (acquiresHere(graph, read) && !isAmoAqrl(graph, read)) {
      sets.add(Kept.reads, read);
      sets.include(Kept.beforeAll, Kept.reads);
    }
  }

  protected addWrite(graph: ExecutionGraph, write: number, sets: ThreadSets): void {
    this.#addAtomic(graph, write, sets);
    if (releases(graph.order[write]!) && !isAmoAqrl(graph, write)) {
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
    if (!isAmoAqrl(graph, access)) return;
    sets.after(Kept.reads);
    sets.after(Kept.writes);
    sets.add(Kept.beforeAll, access);
  }

  /** Rules 2, 3 and 12: what of its own location and thread a read comes after. */
  #orderByReads(graph: ExecutionGraph, read: number, sets: ThreadSets): void {
    const thread = graph.thread[read]!;
    const source = graph.readsFrom[read]!;
    for (let index = graph.index[read]! - 1; index >= 0; index--) {
      const earlier = graph.at(thread, index);
      const kind = graph.kind[earlier];
      if (kind !== EventKind.read && kind !== EventKind.write) continue;
      if (graph.location[earlier] !== graph.location[read]) continue;
      if (kind === EventKind.read) {
        // 2: two reads with no write between, of different writes.
        if (graph.readsFrom[earlier] !== source) sets.afterEvent(earlier);
        continue;
      }
      if (earlier === source) {
        // 3: from an atomic; 12: through a write that is read back.
        if (updates(graph, earlier)) sets.afterEvent(earlier);
        const address = addressOf(graph, earlier);
        if (address !== none) sets.afterEvent(address);
      }
      return;
    }
  }
}

function isAmoAqrl(graph: ExecutionGraph, access: number): boolean {
  const isTicket = (graph.flags[access]! & EventFlag.spinLock) !== 0 && updates(graph, access);
  return isTicket || isFull(graph, access);
}

/** RVWMO, RISC-V's model. */
export const riscv: MemoryModel = new Riscv();
