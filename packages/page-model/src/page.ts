import { Allocation, type Atomic, BitLock, cell, type Cell, FlagsWord } from '@pagerace/machine';
import type { Pfn } from './address.js';
import type { AnonVma } from './anon-vma.js';
import type { Memory } from './memory.js';
import { type ByteString, PageContents } from './page-contents.js';

/** The bits of page->flags that the model has, without their `PG_`. */
export const pageFlagNames = [
  'locked',
  'referenced',
  'uptodate',
  'dirty',
  'lru',
  'active',
  'workingset',
  'writeback',
  'reclaim',
  'swapbacked',
  'unevictable',
  'mlocked',
  'swapcache',
  'anon_exclusive',
] as const;
export type PageFlag = (typeof pageFlagNames)[number];

/** struct address_space, as far as a page needs to know: what a page of a file or of swap belongs to. */
export interface AddressSpace {
  readonly name: string;
}

/** How a page frame begins its life. */
export interface PageStart {
  /** The contents of a page that is never free; without it the page starts free. */
  readonly reserved?: ByteString;
}

/** struct page: a page frame and what the kernel knows of it. Exists for ever, free or not. */
export class Page {
  readonly name: string;
  readonly flags: FlagsWord<PageFlag>;
  /** PG_locked. */
  readonly lock: BitLock;
  /** 0 while the page is free. */
  readonly _refcount: Atomic;
  /** One less than the number of page-table entries that map the page. */
  readonly _mapcount: Atomic;
  /** An anonymous page's anon_vma, or what its file's pages belong to. Stable under the page lock. */
  readonly mapping: Cell<AnonVma | AddressSpace | null>;
  /** Which page of its mapping it is. */
  readonly index: Cell<number>;
  /** page->private: the swap entry of a page in the swap cache. */
  readonly private: Cell<number>;
  readonly contents: PageContents;
  /** @internal what the sanitizer knows */
  readonly allocation: Allocation;

  constructor(
    readonly memory: Memory,
    readonly pfn: Pfn,
    { reserved }: PageStart = {},
  ) {
    const name = (this.name = reserved === undefined ? `page${String(pfn)}` : 'zero_page');
    this.flags = new FlagsWord(
      `${name}.PG_`,
      pageFlagNames,
      reserved === undefined ? [] : ['uptodate'],
    );
    this.lock = new BitLock(this.flags.bit('locked'), 'PG_locked');
    this._refcount = cell(reserved === undefined ? 0 : 1, `${name}._refcount`);
    this._mapcount = cell(-1, `${name}._mapcount`);
    this.mapping = cell<AnonVma | AddressSpace | null>(null, `${name}.mapping`);
    this.index = cell(0, `${name}.index`);
    this.private = cell(0, `${name}.private`);
    this.allocation = new Allocation(name, reserved !== undefined);
    this.contents = new PageContents(name, memory.pageSize, this.allocation, reserved ?? null);
  }

  /** Whether this is the shared zero page, whose references nobody counts. */
  get isZeroPage(): boolean {
    return this.memory.zeroPage === this;
  }

  toString(): string {
    return this.name;
  }
}
