import { outcome } from './outcome.mjs';
import { remediesOfFileGup } from './remedies.mjs';
import { registry } from './registry.mjs';
import { table } from './table.mjs';

const vintages = ['v4.12', 'v5.8', 'v5.17', 'v5.18', 'v6.3', 'v6.4', 'v6.5', 'v6.15'];

const architectures = [
  'x86',
  'arm64',
  's390',
  'powerpc-radix',
  'powerpc-hash',
  'riscv',
  'loongarch',
  'mips',
  'arm-lpae',
  'w',
];

/** @param {string} id */
const nameOf = (id) => `${registry.scenario(id).title.split(':')[0]} \`${id}\``;

/** @param {readonly string[]} ids @param {readonly string[]} kernels */
const kernelTable = (ids, kernels = vintages) =>
  table(
    ['on x86', ...kernels.map((kernel) => `\`${kernel}\``)],
    ids.map((scenario) => [
      nameOf(scenario),
      ...kernels.map((kernel) => outcome({ scenario, kernel, architecture: 'x86' })),
    ]),
  );

/** @param {string} scenario @param {readonly string[]} kernels @param {Record<string, unknown>} [parameters] */
const architectureTable = (scenario, kernels, parameters = {}) =>
  table(
    [nameOf(scenario), ...kernels.map((kernel) => `\`${kernel}\``)],
    architectures.map((architecture) => [
      `${architecture} (${registry.architecture(architecture).model})`,
      ...kernels.map((kernel) => outcome({ scenario, kernel, architecture, parameters })),
    ]),
  );

const buffers = [
  'file-gup-buffers',
  'file-gup-buffers-journal',
  'file-gup-dio-buffers',
  'file-gup-buffers-pin',
  'file-gup-buffers-pin-journal',
  'file-gup-dropped',
];
const stable = ['file-gup-stable', 'file-gup-dio', 'file-gup-long-term'];
const dirtying = ['file-gup-never-dirty', 'file-gup-dirty-before', 'file-gup-dirty-after'];
const journal = ['file-gup-journal', 'file-gup-journal-pin', 'file-gup-journal-reclaim'];
const harmless = [
  'file-gup-touch',
  'file-gup-unmapped',
  'file-gup-fsync-twice',
  'file-gup-two-processes',
  'file-gup-read-only',
  'file-gup-against-mkclean',
  'file-gup-flags-only',
];

/** @returns the document */
export const fileBackedGup = () => `# get_user_pages() on pages of files, and writeback

What the scenarios of the thread "mm/gup: Documentation/vm/get_user_pages.rst" show. \`npm run docs:outcomes\` writes the tables of
this page; each cell is a whole exploration under the architecture's own memory model. ✓ and the number of executions: every
property holds in all of them. ✗: the properties that are violated, in how many of all. allowed: what does not hold and is
allowed not to, in how many.

## Who loses what

A driver that writes to a page of a file behind the file system's back, by DMA or by the CPU, can lose that data, give the disk a page that
changes under its checksum, and stop the kernel. The page must be in a **shared, writable mapping** of a file on a file system that
writes back and has something to do for each dirty page; ext4 stands for them here. Memory that is anonymous, on tmpfs or
hugetlbfs, is not concerned.

| what happens | since when | today |
| --- | --- | --- |
| \`BUG_ON(!PagePrivate(page))\` in the flusher (C1) | every release that is modelled | no longer: v5.18 (cc5095747edf) warns, and **drops what the device wrote**, silently for its reader (C26) |
| the same loss by FOLL_GET | v5.18 | possible in every release |
| the same loss by FOLL_PIN | v5.18 | closed by v6.4 (d824ec2a1546): reclaim keeps the buffers of a pinned page. On arm64, 32-bit Arm, powerpc and RISC-V it needs the barrier of v6.1 (088b8aa537c2) as well (C18r) |
| the same loss by direct I/O | v5.18 | closed by v6.5 (a7e689dd1c06), as requests pin their pages (C1d) |
| a disk that needs stable pages writes one that changes (C2, C4) | every release | **possible in every release**, by FOLL_GET and FOLL_PIN, short and long |
| data that a FOLL_GET user wrote is lost with data=journal (C25) | v6.4 (3f5d30636d2a) | **possible** |
| \`BUG_ON()\` with data=journal while a page waits for its handle (C25r) | v5.17 (5c48a7df9149) | closed by v6.4 (3f079114bf52) |
| data that the CPU copied is lost at unpin_user_pages_dirty_lock() (C9) | v5.2 (fc1d8e7cca2d) | **possible by the memory models**, x86 included |
| data is lost as the driver did not make the page dirty, or did so too early (C3a, C3b) | every release | the driver's mistake, then and now |

## Who must do what

- **Every driver that writes**: call set_page_dirty_lock() after the last DMA of a page, and before you give the page back; neither before the DMA
  only (C3b) nor never (C3a). unpin_user_pages_dirty_lock() does both, and is right after DMA (C8).
- **Drivers that copy by the CPU** (process_vm_writev() and its like, case 5 of Documentation/core-api/pin_user_pages.rst): take the page by
  FOLL_PIN; and know that unpin_user_pages_dirty_lock() looks at PG_dirty without a barrier after your stores. A full barrier
  before it, or set_page_dirty_lock() by hand, closes C9.
- **Direct I/O**: on v6.5 and later nothing is to be done against C1. Nothing protects a direct read into a mapping of a file whose disk
  needs stable pages (C4): read into anonymous memory if that matters.
- **RDMA, vfio, io_uring's fixed buffers**: holding a page longer makes the same losses more likely, and no other (C6). Use FOLL_PIN with
  FOLL_LONGTERM, on v6.4 or later; since v6.5 the kernel refuses such a pin for writing on a file that needs to know of writes.
- **Backports**: who takes d824ec2a1546 to a kernel from v5.14 to v6.0 must take 088b8aa537c2 with it, for arm64, 32-bit Arm, powerpc and RISC-V.
- **Users of MMU notifiers** (ODP, HMM): keep no reference. page_mkclean() tells you before the page becomes clean; stop the device, make
  the page dirty, and wait for the next fault. Then none of this concerns you.
- **Who only reads** the page (C31), or only its struct page (C34), is safe by FOLL_GET, too.

No release asks page_mkwrite() when the holder of a reference makes a clean page dirty. That is the rule that Dave Chinner states in the thread,
and what I-MKW says; here it is told as allowed, as it is broken wherever a page is written back while it is held.

## Buffers

A page was written back and is clean; reclaim unmaps it and frees its buffers, but not the page, as there is a reference. Then it
becomes dirty.

${kernelTable(buffers)}

- C1 and C18 differ in the reference only. C1j and C18j are mounted with data=journal.
- C1d is a direct read by the block layer: it needs both, pins in requests (v6.5) and reclaim that looks for pins (v6.4).

\`pagerace bisect file-gup-buffers-pin --good v6.15 --bad v5.18\` names the commit that keeps the buffers.

Reclaim unmaps a page first, and then looks for pins; GUP-fast takes a pin, and then looks at the entry again. From v5.14 (c24d37322548) to
v6.0 the reference is ordered before that look, and the pin is not:

${architectureTable('file-gup-pin-against-reclaim', [
  'v5.13+keep-pinned',
  'v5.15+keep-pinned',
  'v6.0+keep-pinned',
  'v6.1+keep-pinned',
  'v6.15',
])}

\`pagerace barriers file-gup-pin-against-reclaim --kernel v6.1+keep-pinned --arch arm64,powerpc-hash\` finds that nothing else does what the
barrier behind the pin does.

## Stable pages

page_mkclean() makes every page-table entry read-only, so that stores wait for the end of the writeback. A device does not ask page tables.

${kernelTable(stable)}

${architectureTable('file-gup-stable', ['v5.17', 'v6.15'])}

${architectureTable('file-gup-dio', ['v5.17', 'v6.15'])}

## When the page becomes dirty

${kernelTable(dirtying)}

unpin_user_pages_dirty_lock() marks a page only if it looks clean. Its comment argues that the race with clear_page_dirty_for_io() is harmless in
both orders. That is so if what was written is seen before the look. After DMA, whose interrupt comes when everybody sees what was
written, it is so on every architecture (C8). A store of the CPU may still be in its store buffer (C9):

${architectureTable('file-gup-checked-after-copy', ['v5.1', 'v5.2', 'v6.15', 'v6.15+unpin-dirty-barrier'])}

- Up to v5.1 drivers called set_page_dirty_lock() themselves, whose TestSetPageDirty() is a full barrier, also where the bit is set already.
- The window is that of a store buffer: the disk, or the CPU that makes a checksum, must have read the page before the store is out.
- If the interrupt of a device told its driver alone that the DMA is done, and not everybody, C8 would be lost where stores are not seen by all at once:

${architectureTable('file-gup-checked-after-dma', ['v6.15'], { dma: 'driver' })}

That is of the model, and of no machine that is known: DMA is coherent before its interrupt is taken.

## data=journal

${kernelTable(journal)}

- C25: since v6.4 ext4 marks a page for the journal only if it may be pinned; the others are taken to have come by page_mkwrite().
- C25r: from v5.17 to v6.3 a page is unlocked while ext4 waits for a journal handle, and nothing holds its buffers. Only a page that was made
  dirty through a reference is in danger: the buffers of others are in a transaction. The pin does not help, as it is given back by then.

${remediesOfFileGup()}
## What cannot break

${kernelTable(harmless)}

- C10: what is writable is dirty, so that FOLL_TOUCH, which takes no page lock, finds nothing to do.
- C17: the page stays the file's, and the process finds what the device wrote.
- C32: writeback reads no reference count: either GUP-fast backs off, or its reference was there before.
`;
