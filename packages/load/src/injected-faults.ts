import { GET_USER_PAGES, GUP_FAST_RECHECK } from '@pagerace/gup';
import type { Wiring } from '@pagerace/di';
import { type Machine, TaskLocal } from '@pagerace/machine';
import type { Architecture, Pte, PteWalk, Vma } from '@pagerace/page-model';
import { withPteLocked } from '@pagerace/page-model';

/** What is to go wrong in a task. */
export interface Faults {
  /** Another CPU changes the next entry that GUP-fast has found, before it looks again. */
  readonly changes?: { readonly vma: Vma; readonly address: number } | undefined;
  /** The number of the request whose pages are not given back. */
  readonly leaks?: number | undefined;
}

/** Wraps the two functions of the kernel that a job can have go wrong; the kernel's own code is as it is. */
export class InjectedFaults {
  /** The requests that have kept their pages. */
  readonly leaked = new Set<number>();
  readonly #faults = new TaskLocal<Faults>(() => none);

  constructor(wiring: Wiring, machine: Machine, arch: Architecture) {
    const recheck = wiring.get(GUP_FAST_RECHECK);
    const isUnchanged = recheck.isUnchanged.bind(recheck);
    recheck.isUnchanged = (architecture: Architecture, walk: PteWalk, pte: Pte): boolean => {
      const { changes } = this.#faults.get();
      if (changes !== undefined) {
        this.#faults.set({ ...this.armed, changes: undefined });
        const { address, vma } = changes;
        machine.spawn('change_protection', () =>
          withPteLocked(vma.mm, address, (ptep) => {
            const before = arch.ptepClearFlush(vma, address, ptep);
            arch.setPteAt(vma.mm, address, ptep, arch.pteWrprotect(before));
          }),
        );
        // The CPU of GUP-fast is held up here, until the other one has cleared the entry.
        walk.ptep.await((entry) => entry !== pte);
      }
      return isUnchanged(architecture, walk, pte);
    };
    const gup = wiring.get(GET_USER_PAGES);
    const release = gup.release.bind(gup);
    gup.release = (page, flags) => {
      const { leaks } = this.#faults.get();
      if (leaks === undefined) release(page, flags);
      else this.leaked.add(leaks);
    };
  }

  /** What is still to go wrong in the task that runs. */
  get armed(): Faults {
    return this.#faults.get();
  }

  /** Has something go wrong in the task that runs. */
  arm(faults: Faults): void {
    this.#faults.set(faults);
  }
}

const none: Faults = {};
