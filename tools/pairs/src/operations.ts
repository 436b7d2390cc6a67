import { BlockDevice, DIRECT_IO, type Transfer } from '@pagerace/block';
import { FORK, prepareChild } from '@pagerace/fork';
import { GET_USER_PAGES, type GupFlags } from '@pagerace/gup';
import { HUGE_MEMORY } from '@pagerace/huge-memory';
import { KHUGEPAGED } from '@pagerace/khugepaged';
import { MADVISE } from '@pagerace/madvise';
import {
  lockPage,
  mmapReadLock,
  mmapReadUnlock,
  type Page,
  setPageDirty,
  SetPageDirty,
  unlockPage,
  USER_ACCESS,
} from '@pagerace/page-model';
import { VMSCAN } from '@pagerace/vmscan';
import { ADDRESS, addressOf, type Side } from './side.js';

/** What an operation says at its end; what it claims is judged when both have ended. */
export interface Claims {
  /** What it has stored to its half, and what a load from there has then returned. */
  readonly stored?: number;
  readonly loaded?: number;
  /** A page that it has pinned, and has not let go. */
  readonly pinned?: Page;
}

/** Something that a process, or the kernel by itself, may do at any time. */
export interface Operation {
  readonly id: string;
  readonly title: string;
  /** Whether a CPU of the process does it; otherwise it is a kernel thread. */
  readonly inProcess: boolean;
  /** Takes the page from the process, or lets it be taken: what was stored to it may be gone. */
  readonly gives?: 'up';
  /** Writes to the whole page. */
  readonly writesAll?: boolean;
  /** The process must not do anything else: nobody but the kernel has its mm by then. */
  readonly alone?: boolean;
  /** Whether it concerns huge pages alone. */
  readonly ofHugePages?: boolean;
  /** Needs a huge page that can be allocated. */
  readonly needsHugePages?: boolean;
  /** @returns what the thread runs */
  readonly prepare: (side: Side) => () => Claims;
}

/** What the process and its kin store. */
const STORED: Readonly<Record<Side['half'], number>> = { lo: 0x41, hi: 0x42 };

function load(side: Side): number {
  return side.context.get(USER_ACCESS).userRead(side.mm, addressOf(side));
}

/** A function that is called for a side, once its parts were looked up. */
function done(act: () => void): () => Claims {
  return () => {
    act();
    return {};
  };
}

/** GUP for writing; then a store to the page itself, as a device would do it. */
function written(side: Side, flags: GupFlags, makeDirty: (page: Page) => void): () => Claims {
  const gup = side.context.get(GET_USER_PAGES);
  const user = side.context.get(USER_ACCESS);
  const stored = STORED[side.half];
  return () => {
    const [page] = gup.getUserPagesFast(side.mm, ADDRESS, 1, { write: true, ...flags });
    if (page === undefined) return {};
    page.contents.writeHalf(side.half, String.fromCharCode(stored));
    makeDirty(page);
    gup.release(page, flags);
    return { stored, loaded: user.userRead(side.mm, addressOf(side)) };
  };
}

function setPageDirtyLock(page: Page): void {
  lockPage(page);
  setPageDirty(page);
  unlockPage(page);
}

function directIo(side: Side, op: 'read' | 'write'): () => Claims {
  const { context, name, mm } = side;
  const { pageSize } = context.memory;
  const device = new BlockDevice(`disk of ${name}`, { bytes: 'y\n', pageSize });
  context.machine.agent(device.name).run(() => device.serve());
  const transfer: Transfer = { device, mm, buffer: ADDRESS, pages: 1 };
  const io = context.get(DIRECT_IO);
  if (op === 'write') return done(() => io.write(transfer));
  return () => {
    io.read(transfer);
    return { stored: 'y'.charCodeAt(0), loaded: load(side) };
  };
}

export const operations: readonly Operation[] = [
  {
    id: 'load',
    title: 'a load',
    inProcess: true,
    prepare: (side) => done(() => load(side)),
  },
  {
    id: 'store',
    title: 'a store, and a load from there',
    inProcess: true,
    prepare: (side) => {
      const user = side.context.get(USER_ACCESS);
      const stored = STORED[side.half];
      return () => {
        user.userWrite(side.mm, addressOf(side), stored);
        return { stored, loaded: user.userRead(side.mm, addressOf(side)) };
      };
    },
  },
  {
    id: 'gup-read',
    title: 'GUP for reading, and put_page()',
    inProcess: true,
    prepare: ({ context, mm }) => {
      const gup = context.get(GET_USER_PAGES);
      return done(() => {
        for (const page of gup.getUserPagesFast(mm, ADDRESS, 1, {})) gup.release(page, {});
      });
    },
  },
  {
    id: 'gup',
    title: 'GUP, a store to the page, set_page_dirty_lock() and put_page()',
    inProcess: true,
    prepare: (side) => written(side, {}, setPageDirtyLock),
  },
  {
    id: 'pin',
    title: 'pin_user_pages_fast(), and the page is held to the end',
    inProcess: true,
    prepare: ({ context, mm }) => {
      const gup = context.get(GET_USER_PAGES);
      return () => {
        const [pinned] = gup.getUserPagesFast(mm, ADDRESS, 1, { write: true, pin: true });
        return pinned === undefined ? {} : { pinned };
      };
    },
  },
  {
    id: 'kvm',
    title: 'hva_to_pfn(), a store to the page, and kvm_release_pfn_dirty()',
    inProcess: true,
    prepare: (side) => written(side, {}, (page) => SetPageDirty(page)),
  },
  {
    id: 'dio-read',
    title: 'a direct read into the page, and a load',
    inProcess: true,
    writesAll: true,
    prepare: (side) => directIo(side, 'read'),
  },
  {
    id: 'dio-write',
    title: 'a direct write of the page',
    inProcess: true,
    prepare: (side) => directIo(side, 'write'),
  },
  {
    id: 'madv-free',
    title: 'madvise(MADV_FREE)',
    inProcess: true,
    gives: 'up',
    prepare: ({ context, mm }) => {
      const madvise = context.get(MADVISE);
      return done(() => madvise.madviseFree(mm, ADDRESS, 1));
    },
  },
  {
    id: 'madv-dontneed',
    title: 'madvise(MADV_DONTNEED)',
    inProcess: true,
    gives: 'up',
    prepare: ({ context, mm }) => {
      const fork = context.get(FORK);
      return done(() => fork.zapPage(mm, ADDRESS));
    },
  },
  {
    id: 'munmap',
    title: 'munmap() of the range, with its page table',
    inProcess: true,
    gives: 'up',
    prepare: ({ context, mm }) => {
      const fork = context.get(FORK);
      return done(() => fork.unmapRegion(mm, ADDRESS));
    },
  },
  {
    id: 'exit',
    title: 'exit_mmap()',
    inProcess: true,
    gives: 'up',
    alone: true,
    prepare: ({ context, mm }) => {
      const fork = context.get(FORK);
      return done(() => fork.exitMmap(mm));
    },
  },
  {
    id: 'fork',
    title: 'fork()',
    inProcess: true,
    prepare: ({ context, name, mm }) => {
      const fork = context.get(FORK);
      const child = context.process(`child of ${name}`);
      prepareChild(mm, child);
      return done(() => fork.dupMmap(mm, child));
    },
  },
  {
    id: 'reclaim',
    title: 'shrink_inactive_list()',
    inProcess: false,
    prepare: ({ context }) => {
      const vmscan = context.get(VMSCAN);
      return done(() => vmscan.shrinkAllMemory());
    },
  },
  {
    id: 'collapse',
    title: 'khugepaged comes to the range',
    inProcess: false,
    needsHugePages: true,
    prepare: ({ context, mm }) => {
      const khugepaged = context.get(KHUGEPAGED);
      return done(() => khugepaged.hpageCollapseScanPmd(mm, ADDRESS));
    },
  },
  {
    id: 'split',
    title: 'split_huge_pmd()',
    inProcess: true,
    needsHugePages: true,
    ofHugePages: true,
    prepare: ({ context, mm }) => {
      const huge = context.get(HUGE_MEMORY);
      return done(() => {
        mmapReadLock(mm);
        const vma = mm.findVma(ADDRESS);
        if (vma !== undefined) huge.splitHugePmd(vma, ADDRESS);
        mmapReadUnlock(mm);
      });
    },
  },
];
