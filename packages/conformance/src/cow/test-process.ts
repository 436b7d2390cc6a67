import type { Fork } from '@pagerace/fork';
import type { GetUserPages, GupFlags } from '@pagerace/gup';
import type { Mm, Page, UserAccess, VirtualAddress } from '@pagerace/page-model';

/** References to the pages of the memory, as a pipe, io_uring or gup_test hold them. */
export interface Reference {
  /** What is in the pages now. */
  read(): string;
  /** Gives them back. */
  release(): void;
}

/** What a process of the test does with its memory: system calls, loads and stores. */
export class TestProcess {
  constructor(
    readonly mm: Mm,
    private readonly start: VirtualAddress,
    private readonly pages: number,
    private readonly user: UserAccess,
    private readonly gup: GetUserPages,
    private readonly fork: Fork,
  ) {}

  /** memset(). */
  memset(byte: number): void {
    for (const address of this.#halves()) this.user.userWrite(this.mm, address, byte);
  }

  /** memcpy() out of the memory. */
  memcpy(): string {
    let copy = '';
    for (const address of this.#halves())
      copy += String.fromCharCode(this.user.userRead(this.mm, address));
    return copy;
  }

  /** vmsplice() into a pipe: get_user_pages_fast() for reading, with FOLL_GET, which the pipe holds on to. */
  vmsplice(): Reference {
    return this.#get({}, true);
  }

  /** io_uring_register_buffers(): pin_user_pages() for writing, with FOLL_LONGTERM. */
  registerBuffers(): Reference {
    return this.#get({ write: true, pin: true, longterm: true }, false);
  }

  /** PIN_LONGTERM_TEST_START: pin_user_pages(), or pin_user_pages_fast(), for reading, with FOLL_LONGTERM. */
  pinLongterm(fast: boolean): Reference {
    return this.#get({ pin: true, longterm: true }, fast);
  }

  #get(flags: GupFlags, fast: boolean): Reference {
    const { gup, mm, start } = this;
    const pages: readonly Page[] = fast
      ? gup.getUserPagesFast(mm, start, this.pages, flags)
      : gup.getUserPagesUnlocked(mm, start, this.pages, flags);
    return {
      read: () => pages.map(({ contents }) => contentsOf(contents, this.#half)).join(''),
      release: () => {
        for (const page of pages) gup.release(page, flags);
      },
    };
  }

  /** munmap(): of the whole mapping, or page by page of a part of it. */
  munmap(): void {
    const { mm, start, pages } = this;
    if (pages === mm.memory.hpagePmdNr) {
      this.fork.unmapRegion(mm, start);
      return;
    }
    for (let nth = 0; nth < pages; nth++) this.fork.zapPage(mm, start + nth * mm.memory.pageSize);
  }

  get #half(): number {
    return this.mm.memory.pageSize / 2;
  }

  /** An address in each half page of the memory: what the model tells apart. */
  *#halves(): Iterable<VirtualAddress> {
    for (let nth = 0; nth < 2 * this.pages; nth++) yield this.start + nth * this.#half;
  }
}

function contentsOf(contents: Page['contents'], half: number): string {
  return String.fromCharCode(contents.load(0), contents.load(half));
}
