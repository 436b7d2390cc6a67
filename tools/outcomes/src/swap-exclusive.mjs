import { outcome } from './outcome.mjs';
import { registry } from './registry.mjs';
import { table } from './table.mjs';

/** Part 2 of the fixes: PG_anon_exclusive, and nothing of it in a swap entry. */
const part2 = 'v5.19^swp-exclusive';
/** The patch as it was posted, with its test of the device the wrong way round. */
const posted = 'v5.19^swp-exclusive+swp-exclusive-v2';

const vintages = ['v5.7', 'v5.8', 'v5.17', 'v5.18', part2, posted, 'v5.19', 'v6.1', 'v6.5'];

/** Those that take thousands of executions. */
const large = [
  'swap-exclusive-slot-reuse',
  'swap-exclusive-swapoff-swap-in',
  'swap-exclusive-swapoff-synchronous',
  'swap-exclusive-migration-unmapped',
  'swap-exclusive-stable-writeback',
  'swap-exclusive-stable-read-first',
  'swap-exclusive-writeback',
  'swap-exclusive-stale-translation',
  'swap-exclusive-dirty-in-cache',
];

const scenarios = registry.scenarios.filter(
  ({ id }) => id.startsWith('swap-exclusive-') && !large.includes(id),
);

/** @param {string} id */
const nameOf = (id) => `${registry.scenario(id).title.split(':')[0]} \`${id}\``;

/** @param {readonly string[]} ids @param {readonly string[]} kernels */
const kernelTable = (ids, kernels) =>
  table(
    ['on x86', ...kernels.map((kernel) => `\`${kernel}\``)],
    ids.map((scenario) => [
      nameOf(scenario),
      ...kernels.map((kernel) => outcome({ scenario, kernel, architecture: 'x86' })),
    ]),
  );

/** Where something is lost, and no kernel has promised to keep it. */
const promisedByNobody = [
  'swap-exclusive-fork',
  'swap-exclusive-fork-during',
  'swap-exclusive-fork-swapped',
  'swap-exclusive-direct-write',
];

/** @param {string} kernel */
const moved = (kernel) =>
  outcome({ scenario: 'swap-exclusive-uffdio-move', kernel, architecture: 'x86' });

const lossy = ['swap-exclusive-refault', 'swap-exclusive-store', 'swap-exclusive-swapoff'];

const architectures = [
  'x86',
  'x86-32',
  'x86-32-pae',
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

/** @param {string} scenario @param {readonly string[]} kernels */
const architectureTable = (scenario, kernels) =>
  table(
    [nameOf(scenario), ...kernels],
    architectures.map((architecture) => [
      architecture,
      ...kernels.map((kernel) => outcome({ scenario, kernel, architecture })),
    ]),
  );

const deviceKernels = [part2, posted, 'v5.19', 'v6.3^swp-exclusive+swp-exclusive-v2', 'v6.3'];
/** @param {string} head @param {string} scenario */
const deviceTable = (head, scenario) =>
  table(
    [head, ...deviceKernels.map((kernel) => `\`${kernel}\``)],
    ['checksumming-disk', 'zram'].map((device) => [
      device,
      ...deviceKernels.map((kernel) =>
        outcome({ scenario, kernel, architecture: 'x86', model: 'sc', parameters: { device } }),
      ),
    ]),
  );

const pins = ['v5.19', 'v6.1', 'v6.3'];
const pinTable = () =>
  table(
    [nameOf('swap-exclusive-pin-against-unmap'), ...pins],
    architectures.map((architecture) => [
      architecture,
      ...pins.map((kernel) =>
        outcome({ scenario: 'swap-exclusive-pin-against-unmap', kernel, architecture }),
      ),
    ]),
  );

const ksmArchitectures = [
  'x86',
  'arm64',
  's390',
  'powerpc-radix',
  'powerpc-hash',
  'riscv',
  'mips',
  'mips-mmid',
  'loongarch',
  'w',
];
const ksmTable = () =>
  table(
    ['', 'GET, v5.17', 'GET, v6.15', 'PIN, v5.17', 'PIN, v6.1'],
    ksmArchitectures.map((architecture) => [
      architecture,
      ...[
        ['get', 'v5.17'],
        ['get', 'v6.15'],
        ['pin', 'v5.17'],
        ['pin', 'v6.1'],
      ].map(([reference, kernel]) =>
        outcome({
          scenario: 'swap-exclusive-ksm-gup-fast',
          kernel: /** @type {string} */ (kernel),
          architecture,
          parameters: { reference },
        }),
      ),
    ]),
  );

/** @returns the document */
export const swapExclusive = () => `# Swap-out under a reference, and the exclusive marker

What the scenarios of the thread "mm/swap: remember PG_anon_exclusive via a swp pte bit" show. \`npm run docs:outcomes\`
writes this page; each cell is a whole exploration under the architecture's own memory model. ✓ and the number of executions: every property
holds in all of them. ✗: the properties that are violated, in how many of all. – : the situation never arises.
allowed: what does not hold and is allowed not to, in how many; that is no violation.

## What is lost, since when, and where

A direct read of a block device writes half of a page; the process stores to the other half. Reclaim puts the page into the
swap cache and unmaps it, sees the reference, and writes nothing. The process comes back to the page: by a load and then a store (B1), by a
store at once (B2), or after swapoff() (B5). If it gets a copy, what the device writes is lost.

${kernelTable(lossy, ['v5.7', 'v5.8', 'v5.9', ...vintages.slice(2)])}

- **B1** is lost since v5.9 (09854ba94c6a): the load maps the page read-only, and the store finds a reference too many and copies.
- **B2** is lost in v5.18 only, and in part 2 of the fixes alone. Up to v5.17 a fault from swap that writes still asks the map and swap counts
  (\`reuse_swap_page()\`), in which references have no part; v5.18 asks the page count there, too (c145e0b47c77).
- \`${part2}\` is PG_anon_exclusive without a marker in the swap entry: try_to_unmap() clears the flag, and nothing restores it.
- With the marker (1493a1913e34) both faults find the page exclusive and map it writable. v6.5 pins the pages of direct I/O, and reclaim
  leaves them mapped.

\`pagerace bisect swap-exclusive-store --good v5.17 --bad v5.18\` names the commit, and
\`pagerace bisect swap-exclusive-refault --good v5.19 --bad v5.18\` those that it takes together.

An architecture has the marker only if its swap entries have a bit for it: x86-64, arm64, s390 and powerpc since v5.19, all others
since v6.3.

${architectureTable('swap-exclusive-refault', ['v5.8', 'v5.18', 'v5.19', 'v6.2', 'v6.3'])}

${architectureTable('swap-exclusive-store', ['v5.17', 'v5.18', 'v5.19', 'v6.2', 'v6.3'])}

## The test of the device, the wrong way round

As posted (v2), the patch drops the marker of a page under writeback unless the device needs stable pages; as merged, if it does. No direct read is
under way here: reclaim writes the page out, and the process stores to it meanwhile.

${deviceTable('B12 on x86, a load first', 'swap-exclusive-stable-writeback')}

Or a driver asks for the page, for a device to write to (B38):

${deviceTable('B38 on x86', 'swap-exclusive-gup-under-writeback')}

A device with stable writes reads a page that changes: a checksumming disk in every release with the posted form, zram only where it is written
with the page unlocked, since v6.3 (3222d8c2a7f8).

## Which barriers of 088b8aa537c2 are needed

B26: GUP-fast pins a page for reading that is exclusive and mapped read-only, while reclaim unmaps it. Either GUP-fast sees the changed entry or the
cleared mark, or reclaim sees the pin.

${pinTable()}

\`pagerace barriers swap-exclusive-pin-against-unmap --kernel v6.1 --arch arm64,x86\` names the one that arm64 needs: the barrier behind the
pin. Where the table has – , GUP-fast takes no page for itself, and the question does not arise.

## Fork, KSM, and what no kernel promises

${kernelTable(promisedByNobody, vintages)}

- **B9**, **B9d** and **B10** are no violations: the process forks while a device holds its page by FOLL_GET, during the submission,
  after it, or between swap-out and swap-in. The device's data is lost in every release. The contract is that a reference for writing stays coherent with the page
  table *as long as no fork() comes after it was taken*; fork() before, during or after GUP with FOLL_GET is no goal of the series. I-COH ends with
  a fork; I-DIO-FORK, a wish, tells the outcome.
- **B14** is no violation: the reference is one for reading (R/O FOLL_GET), which never was reliable, and direct I/O does not expect
  to see stores made after a transfer has begun. I-COH-READ tells where the process has another page than the device.
- **B35** is under the contract: there the fork was before the reference was taken.
- **B18** loses nothing: since v6.8 UFFDIO_MOVE may say -EBUSY of a page that came back under writeback, since its marker was
  dropped then. I-MOVE tells it.

| B18 on x86 | \`v6.7\` | \`v6.8\` |
| --- | --- | --- |
| \`swap-exclusive-uffdio-move\` | ${moved('v6.7')} | ${moved('v6.8')} |

ksmd write-protects a page, and compares its references with its mappings; GUP-fast takes a reference and looks at the entry again. Where
clearing an entry does not order a later load, each may miss the other:

${ksmTable()}

By the model, and formally: the barriers of 088b8aa537c2 close this for pins, and nothing does for FOLL_GET. Whether silicon shows it rests on
what the architecture's flush orders; see the README of each.

## Every scenario

${kernelTable(
  scenarios.map(({ id }) => id),
  vintages,
)}

Left out, as they take thousands of executions: ${large.map((id) => `\`${id}\``).join(', ')}.
`;
