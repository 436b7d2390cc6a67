import { Allocation, type Atomic, BitLock, cell, type Cell, FlagsWord } from '@pagerace/machine';
import type { Pfn } from '../address.js';
import type { AnonVma } from '../mapping/anon-vma.js';
import type { Memory } from '../memory.js';
import { type ByteString, PageContents } from './page-contents.js';
import type { AddressSpace } from '../mapping/address-space.js';
import type { StableNode } from '../mapping/stable-node.js';

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
  'private',
  'checked',
  'anon_exclusive',
  'dma_pinned',
] as const;
export type PageFlag = (typeof pageFlagNames)[number];

/** How a page frame begins its life. */
export interface PageStart {
  /** The contents of a page that is never free; without it the page starts free. */
  readonly reserved?: ByteString;
  /** The page is memory of a device; see {@link Page.isZoneDevice}. Reserved. */
  readonly isZoneDevice?: boolean;
  /** The page is of a huge page: the first one if this is undefined, else one behind that first one. */
  readonly huge?: { readonly head?: Page };
}

/** struct page: a page frame and what the kernel knows of it. Exists in every state, free or allocated. */
export class Page {
  readonly name: string;
  /** compound_head(): the first page of the huge page that this one is in; a small page itself. */
  readonly head: Page;
  /** PageTransCompound(): a part of a huge page. A compound page stays compound. */
  readonly isHuge: boolean;
  /**
   * is_zone_device_page(), of MEMORY_DEVICE_FS_DAX: memory of a device that a file system has its blocks in. Its
   * one reference is the device's, and mappings take none (to v6.14).
   */
  readonly isZoneDevice: boolean;
  /** A huge page's are its head's, but for anon_exclusive, which each has: see page-flags.ts. */
  readonly flags: FlagsWord<PageFlag>;
  /** PG_locked. */
  readonly lock: BitLock;
  /** 0 while the page is free. The pages of a huge page have one count together. */
  readonly _refcount: Atomic;
  /** One less than the number of last-level page-table entries that map the page. */
  readonly _mapcount: Atomic;
  /** compound_mapcount_ptr(), of a huge page's head: one less than the entries that map it as a whole. */
  readonly compoundMapcount: Atomic;
  /**
   * compound_pincount_ptr(), of a huge page's head: its FOLL_PIN references, each of which is one of
   * _refcount as well (v5.7; of every large folio since v5.18, 5232c63f46fd). A small page has no room for it.
   */
  readonly compoundPincount: Atomic;
  /**
   * An anonymous page's anon_vma, a KSM page's stable node, or the address space of its file. Stable under
   * the page lock.
   */
  readonly mapping: Cell<AnonVma | StableNode | AddressSpace | null>;
  /** Which page of its mapping it is. */
  readonly index: Cell<number>;
  /** page->private of a page in the swap cache: its swap entry. What a file system keeps there, it keeps itself. */
  readonly private: Cell<number>;
  readonly contents: PageContents;
  /** @internal what the sanitizer knows */
  readonly allocation: Allocation;

  constructor(
    readonly memory: Memory,
    readonly pfn: Pfn,
    { reserved, isZoneDevice = false, huge }: PageStart = {},
  ) {
    const head = (this.head = huge?.head ?? this);
    this.isHuge = huge !== undefined;
    this.isZoneDevice = isZoneDevice;
    const name = (this.name = this.#nameOf(reserved));
    this.flags = new FlagsWord(
      `${name}.PG_`,
      pageFlagNames,
      reserved === undefined ? [] : ['uptodate'],
    );
    this._mapcount = cell(-1, `${name}._mapcount`);
    if (head === this) {
      this.lock = new BitLock(this.flags.bit('locked'), 'PG_locked');
      this._refcount = cell(reserved === undefined ? 0 : 1, `${name}._refcount`);
      this.compoundMapcount = cell(-1, `${name}.compound_mapcount`);
      this.compoundPincount = cell(0, `${name}.compound_pincount`);
      this.mapping = cell<AnonVma | StableNode | AddressSpace | null>(null, `${name}.mapping`);
      this.index = cell(0, `${name}.index`);
      this.private = cell(0, `${name}.private`);
      this.allocation = new Allocation(name, reserved !== undefined);
    } else {
      ({
        lock: this.lock,
        _refcount: this._refcount,
        compoundMapcount: this.compoundMapcount,
        compoundPincount: this.compoundPincount,
        mapping: this.mapping,
        index: this.index,
        private: this.private,
        allocation: this.allocation,
      } = head);
    }
    this.contents = new PageContents(name, memory.pageSize, this.allocation, reserved ?? null);
  }

  #nameOf(reserved: ByteString | undefined): string {
    const { head, pfn } = this;
    if (this.isZoneDevice) return `pmem${String(pfn)}`;
    if (reserved !== undefined) return 'zero_page';
    if (!this.isHuge) return `page${String(pfn)}`;
    return head === this ? `huge${String(pfn)}` : `${head.name}[${String(pfn - head.pfn)}]`;
  }

  /** Whether this is the shared zero page, whose references nobody counts. */
  get isZeroPage(): boolean {
    return this.memory.zeroPage === this;
  }

  toString(): string {
    return this.name;
  }
}
