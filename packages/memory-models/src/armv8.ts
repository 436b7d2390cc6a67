import {
  acquires,
  type ExecutionGraph,
  Fence,
  type MemoryModel,
  none,
  releases,
} from '@pagerace/explorer';
import { MultiCopyAtomicModel } from './multi-copy-atomic.js';
import { Kept, type ThreadSets } from './thread-sets.js';
import { acquiresHere, addressOf, isFencedStore, updates } from './weak-model.js';

/**
 * Armv8, for the kernel's primitives as arch/arm64 makes them (asm/barrier.h, asm/atomic_lse.h,
 * asm/cmpxchg.h, v6.1): acquire is LDAR or the `A` of an atomic instruction, release STLR or its `L`,
 * fully ordered both (`AL`); smp_mb() is DMB ISH, smp_rmb() DMB ISHLD, smp_wmb() DMB ISHST.
 *
 * With LL/SC atomics a fully ordered operation ends in DMB ISH, which orders more.
 *
 * Pick dependencies need no clause. All that they order is a read before a later write, which the control
 * dependency of every write on every read before it orders already, or what follows an ISB, which no
 * primitive makes.
 */
class Armv8 extends MultiCopyAtomicModel {
  readonly id = 'armv8';
  readonly title = 'Armv8 (AArch64)';
  readonly source = 'aarch64.cat of the Arm Architecture Reference Manual (DDI 0487, B2.3)';

  protected addRead(graph: ExecutionGraph, read: number, sets: ThreadSets): void {
    const address = addressOf(graph, read);
    if (address !== none) sets.afterEvent(address);
    const acquires = acquiresHere(graph, read);
    if (acquires) {
      // L ; po ; A
      sets.after(Kept.beforeAcquires);
      // A ; po
      sets.add(Kept.beforeAll, read);
    }
    const own = graph.ownWriteBefore(read);
    if (own === none) return;
    // (addr | data) ; lmrs
    const dependedOn = addressOf(graph, own);
    if (dependedOn !== none) sets.afterEvent(dependedOn);
    // rmw ; lmrs ; A
    if (acquires && updates(graph, own)) sets.afterEvent(graph.readOf(own));
  }

  protected addWrite(graph: ExecutionGraph, write: number, sets: ThreadSets): void {
    if (releases(graph.order[write]!)) {
      // po ; L
      sets.after(Kept.writes);
      sets.add(Kept.beforeAcquires, write);
    }
    // After an atomic instruction with both, as after a full barrier.
    if (updates(graph, write) && acquires(graph.order[write]!) && releases(graph.order[write]!))
      sets.add(Kept.beforeAll, write);
    if (isFencedStore(graph, write)) {
      sets.add(Kept.writes, write);
      sets.separate();
    }
  }

  protected addFence(fence: number, sets: ThreadSets): void {
    switch (fence) {
      case Fence.full:
      case Fence.release:
        sets.separate();
        break;
      case Fence.read:
      case Fence.acquire:
        sets.include(Kept.beforeAll, Kept.reads);
        break;
      case Fence.write:
        sets.include(Kept.beforeWrites, Kept.writes);
        break;
      case Fence.writeToAny:
        sets.include(Kept.beforeAll, Kept.writes);
        break;
      default:
    }
  }
}

/** Armv8. */
export const armv8: MemoryModel = new Armv8();
