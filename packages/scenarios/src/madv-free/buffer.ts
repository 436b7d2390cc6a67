import type { ScenarioContext } from '@pagerace/kernel';
import { MADVISE } from '@pagerace/madvise';
import {
  lruAddDrain,
  type Mm,
  type Page,
  USER_ACCESS,
  type UserAccess,
  VM_READ,
  VM_WRITE,
  type VirtualAddress,
  type Vma,
  walkToPte,
} from '@pagerace/page-model';

/** Where the reproducer of the fix's commit message had its buffer. */
export const BUFFER = 0x7f7c10418000;

export interface BufferOptions {
  readonly pages?: number;
  /** Default {@link BUFFER}. */
  readonly start?: VirtualAddress;
  /** The CPUs that run the process. Default: CPU 0 alone. */
  readonly cpus?: readonly number[];
  /** Added to VM_READ and VM_WRITE. */
  readonly vmFlags?: number;
  /**
   * What was done to the pages after the process has stored 1 to each. Default `lazyfree`.
   *
   * `lazyfree`: MADV_FREE, and the LRU batch was drained, so that reclaim may discard them;
   * `in the lazyfree batch`: MADV_FREE, and they wait in the batch; `dirty`: nothing.
   */
  readonly state?: 'lazyfree' | 'in the lazyfree batch' | 'dirty';
}

/** A process's buffer, on a machine that has booted: its pages are mapped and on the LRU lists. */
export class Buffer {
  readonly mm: Mm;
  readonly vma: Vma;
  readonly #user: UserAccess;
  readonly #pageSize: number;
  readonly #pages: readonly Page[];
  readonly #generations: readonly number[];

  constructor(context: ScenarioContext<unknown>, options: BufferOptions = {}) {
    const { pages = 1, start = BUFFER, cpus = [0], vmFlags = 0, state = 'lazyfree' } = options;
    const { machine, memory, arch } = context;
    this.#user = context.get(USER_ACCESS);
    this.#pageSize = memory.pageSize;
    this.mm = context.process('app', ...cpus);
    this.vma = this.mm.mmap({ start, pages, vmFlags: VM_READ | VM_WRITE | vmFlags });
    const madvise = context.get(MADVISE);
    machine.boot(() => {
      for (let nth = 0; nth < pages; nth++) this.store(nth, 1);
      lruAddDrain(memory);
      if (state === 'dirty') return;
      madvise.madviseFree(this.mm, start, pages);
      if (state === 'lazyfree') lruAddDrain(memory);
    });
    this.#pages = Array.from({ length: pages }, (_, nth) => {
      const walk = walkToPte(this.mm, this.address(nth))!;
      return memory.pageAt(arch.ptePfn(walk.ptep.read()));
    });
    this.#generations = this.#pages.map((page) => page.allocation.check('set-up of'));
  }

  get pages(): number {
    return this.#pages.length;
  }

  address(nth: number): VirtualAddress {
    return this.vma.start + nth * this.#pageSize;
  }

  /** The page that the nth one was at the start. */
  page(nth: number): Page {
    return this.#pages[nth]!;
  }

  /** Whether something refers to the nth page as it was at the start, and not to one that took its place. */
  isOriginal(nth: number, page: Page, generation: number): boolean {
    return page === this.#pages[nth] && generation === this.#generations[nth];
  }

  /** A user load of the first byte of the nth page. */
  load(nth = 0, mm: Mm = this.mm): number {
    return this.#user.userRead(mm, this.address(nth));
  }

  /** A user store to the first byte of the nth page. */
  store(nth: number, byte: number, mm: Mm = this.mm): void {
    this.#user.userWrite(mm, this.address(nth), byte);
  }
}
