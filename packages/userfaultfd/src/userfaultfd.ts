import { inject, injectable, token } from '@pagerace/di';
import { ModelError } from '@pagerace/explorer';
import {
  cell,
  type Cell,
  kernelFunction,
  spinLock,
  Spinlock,
  spinUnlock,
  waitEvent,
} from '@pagerace/machine';
import { MPROTECT, type Mprotect } from '@pagerace/mprotect';
import {
  ARCHITECTURE,
  type Architecture,
  type Mm,
  mmapReadLock,
  mmapReadUnlock,
  type UserfaultfdCtx,
  type VirtualAddress,
  type Vma,
  walkToPte,
} from '@pagerace/page-model';
import { UFFD_WP_RESOLVE, type UffdWpResolve } from './uffd-wp-resolve.js';

export const USERFAULTFD = token<Userfaultfd>('userfaultfd.Userfaultfd', {
  providedBy: ['@pagerace/userfaultfd'],
});

/** struct userfaultfd_ctx. */
export class Uffd implements UserfaultfdCtx {
  /** ctx->fault_pending_wqh. */
  readonly #lock: Spinlock;
  /** The addresses of faults that nobody has read yet. */
  readonly #pending: Cell<readonly VirtualAddress[]>;
  /** How often a wake-up has come: a fault waits for the next one. */
  readonly #wakeUps: Cell<number>;

  /** @internal */
  constructor(
    readonly name: string,
    private readonly arch: Architecture,
  ) {
    this.#lock = new Spinlock(`${name}.fault_pending_wqh`);
    this.#pending = cell<readonly VirtualAddress[]>([], `${name}.pending`);
    this.#wakeUps = cell(0, `${name}.wake_ups`);
  }

  @kernelFunction('fs/userfaultfd.c')
  handleUserfault({ mm }: Vma, address: VirtualAddress): void {
    spinLock(this.#lock);
    this.#pending.write([...this.#pending.read(), address]);
    const wakeUps = this.#wakeUps.read();
    spinUnlock(this.#lock);
    const mustWait = this.userfaultfdMustWait(mm, address);
    // The kernel returns VM_FAULT_RETRY without mmap_lock; the caller here gives it back and faults again.
    mmapReadUnlock(mm);
    if (mustWait) waitEvent(this.#wakeUps, (now) => now !== wakeUps);
    spinLock(this.#lock);
    this.#take(address);
    spinUnlock(this.#lock);
    mmapReadLock(mm);
  }

  /** A handler may have resolved the fault before it was reported. Without the PTL: what is swapped out by now is looked at as if it were present. */
  @kernelFunction('fs/userfaultfd.c')
  userfaultfdMustWait(mm: Mm, address: VirtualAddress): boolean {
    const walk = walkToPte(mm, address);
    if (walk === undefined) return true;
    const pte = this.arch.ptepGet(walk.ptep);
    return this.arch.pteNone(pte) || !this.arch.pteWrite(pte);
  }

  /** read(2) of the descriptor: waits for a fault. @returns where it is */
  @kernelFunction('fs/userfaultfd.c', 'userfaultfd_ctx_read')
  read(): VirtualAddress {
    for (;;) {
      waitEvent(this.#pending, (addresses) => addresses.length > 0);
      spinLock(this.#lock);
      const [address] = this.#pending.read();
      if (address !== undefined) this.#take(address);
      spinUnlock(this.#lock);
      if (address !== undefined) return address;
    }
  }

  /** wake_userfault(): each fault that waits is tried again. */
  @kernelFunction('fs/userfaultfd.c')
  wakeUserfault(): void {
    spinLock(this.#lock);
    this.#wakeUps.write(this.#wakeUps.read() + 1);
    spinUnlock(this.#lock);
  }

  /** Takes one fault off the list, if it is there. Hold the lock. */
  #take(address: VirtualAddress): void {
    const pending = this.#pending.read();
    const nth = pending.indexOf(address);
    if (nth >= 0) this.#pending.write(pending.toSpliced(nth, 1));
  }
}

/** fs/userfaultfd.c and mm/userfaultfd.c, of v5.17 but for the seam, for private anonymous mappings. */
@injectable()
export class Userfaultfd {
  constructor(
    @inject(ARCHITECTURE) private readonly arch: Architecture,
    @inject(MPROTECT) private readonly mprotect: Mprotect,
    @inject(UFFD_WP_RESOLVE) private readonly resolve: UffdWpResolve,
  ) {}

  /** userfaultfd(2). During set-up; UFFDIO_REGISTER is `userfaultfdCtx` of a mapping. */
  open(name: string): Uffd {
    if (!this.arch.hasUffdWp) {
      throw new ModelError(`${this.arch.name} has no uffd-wp bit: UFFDIO_REGISTER says -EINVAL`);
    }
    return new Uffd(name, this.arch);
  }

  /** UFFDIO_WRITEPROTECT; with `protect` false it resolves faults, and wakes those that wait. */
  @kernelFunction('mm/userfaultfd.c', 'mwriteprotect_range')
  writeprotect(
    ctx: Uffd,
    mm: Mm,
    start: VirtualAddress,
    end: VirtualAddress,
    protect: boolean,
  ): void {
    mmapReadLock(mm);
    const vma = mm.findVma(start);
    if (vma?.userfaultfdCtx !== ctx) {
      throw new ModelError(`UFFDIO_WRITEPROTECT at 0x${start.toString(16)}: not registered`);
    }
    const flags = protect
      ? { uffdWp: true }
      : { uffdWpResolve: true, tryChangeWritable: this.resolve.triesWritable };
    this.mprotect.changeProtection(vma, start, end, flags);
    mmapReadUnlock(mm);
    if (!protect) ctx.wakeUserfault();
  }
}
