import { expectationOf } from '@pagerace/kernel';
import { outcome } from './outcome.mjs';
import { registry } from './registry.mjs';
import { table } from './table.mjs';

const kernels = ['v4.12', 'v5.17-rc2', 'v5.18', 'v5.19', 'v6.1', 'v6.5', 'v6.11', 'v6.15'];
const models = ['sc', 'tso'];
const before = 'v5.17-rc2';

/** Everything but the reproducer, which is too large to be explored whole. */
const scenarios = registry.scenarios.filter(
  ({ id }) => id.startsWith('madv-free') && id !== 'madv-free-reproducer',
);

const proposals = [
  'madv-free-refcount-check-v1',
  'madv-free-refcount-check-v2',
  'madv-free-refcount-check',
  'gup-fast-touch',
  'dirty-before-submit',
  'keep-pinned+bio-pin-pages',
];

/**
 * What is the same in both memory models is said once.
 *
 * @param {Omit<import('./outcome.mjs').Cell, 'model'>} cell
 */
function outcomeOfModels(cell) {
  const each = models.map((model) => ({ model, is: outcome({ ...cell, model }) }));
  if (new Set(each.map(({ is }) => is)).size === 1) return each[0]?.is ?? '';
  return each.map(({ model, is }) => `${model}: ${is}`).join('<br>');
}

/**
 * The rows of a table of kernels.
 *
 * @param {readonly string[]} names of kernels
 */
export const kernelRows = (names) =>
  scenarios.map(({ id, title }) => [
    `${title.split(':')[0]} \`${id}\``,
    ...names.map((kernel) => {
      const stated =
        expectationOf(registry.scenario(id), registry.kernel(kernel), 'x86') !== undefined;
      const is = outcomeOfModels({ scenario: id, kernel, architecture: 'x86' });
      return stated ? is : `_${is}_`;
    }),
  ]);

const kernelTable = () => table(['scenario', ...kernels], kernelRows(kernels));

const proposalTable = () =>
  table(
    ['scenario', ...proposals],
    [
      'madv-free-dio',
      'madv-free-dio-async',
      'madv-free-mapped-twice',
      'madv-free-torn-by-fork',
    ].map((scenario) => [
      `\`${scenario}\``,
      ...proposals.map((patch) =>
        outcomeOfModels({ scenario, kernel: `${before}+${patch}`, architecture: 'x86' }),
      ),
    ]),
  );

const directIoTable = () =>
  table(
    ['how the read is done', before, 'v5.18', 'v6.15'],
    ['async', 'multi-bio', 'iomap'].map((io) => [
      io,
      ...[before, 'v5.18', 'v6.15'].map((kernel) =>
        outcomeOfModels({
          scenario: 'madv-free-dio-async',
          kernel,
          architecture: 'x86',
          parameters: { io },
        }),
      ),
    ]),
  );

const flushTable = () =>
  table(
    ['TLB flush', before, 'v5.18', 'v6.15'],
    ['x86', 'x86-ipi', 'x86-broadcast'].map((architecture) => [
      `${registry.architecture(architecture).title} (\`${architecture}\`)`,
      ...[before, 'v5.18', 'v6.15'].map((kernel) =>
        outcomeOfModels({ scenario: 'madv-free-dio', kernel, architecture }),
      ),
    ]),
  );

/** @param {string} name */
const barrier = (name) => [`mm/rmap.c:try_to_unmap_one:${name}`];

/** Those that differ in how an entry is cleared or a TLB flushed: not the other flushes of x86. */
const architectures = [
  'x86',
  'arm64',
  'arm64-deferred',
  'powerpc-radix',
  'powerpc-hash',
  's390',
  'riscv',
  'loongarch',
  'mips',
  'mips-mmid',
  'arm-lpae',
  'w',
];

/**
 * The rows of the table of architectures, each under its own memory model.
 *
 * @param {readonly string[]} names of architectures
 * @param {(id: string) => boolean} included
 */
function architectureRows(names, included) {
  return scenarios
    .filter(({ id }) => included(id))
    .map(({ id, title }) => [
      `${title.split(':')[0]} \`${id}\``,
      ...names.map((architecture) => outcome({ scenario: id, kernel: 'v5.18', architecture })),
    ]);
}

/** @param {string} architecture */
const modelOf = (architecture) => registry.architecture(architecture).model;

const architectureTable = () =>
  table(
    ['scenario', ...architectures.map((id) => `${id} (${modelOf(id)})`)],
    architectureRows(architectures, (id) => id !== 'madv-free-dio-two-pages'),
  );

/** The rows of the table of the fix's barriers: what holds with both, and without one of them. */
const barrierRows = () =>
  architectures.map((architecture) => {
    const cell = { scenario: 'madv-free-dio', kernel: 'v5.18', architecture };
    const kvm = { ...cell, scenario: 'madv-free-kvm-dirty' };
    return [
      `${architecture} (${modelOf(architecture)})`,
      outcome(cell),
      outcome({ ...cell, without: barrier('smp_mb') }),
      outcome({ ...cell, without: barrier('smp_rmb') }),
      outcome(kvm),
      outcome({ ...kvm, without: barrier('smp_rmb') }),
      registry.architecture(architecture).clearBeforeLoad ?? '',
    ];
  });

const barrierTable = () =>
  table(
    [
      'architecture',
      'A0 `madv-free-dio`',
      'without smp_mb (A16)',
      'without smp_rmb',
      'A17 `madv-free-kvm-dirty`',
      'without smp_rmb',
      'what orders the cleared entry before later loads by itself',
    ],
    barrierRows(),
  );

/** The document. */
export function madvFreeDio() {
  const titles = scenarios.map(({ id, title }) => `- \`${id}\`: ${title}.`);
  return `# MADV_FREE reclaim against direct I/O: predicted outcomes

Written by \`npm run docs:outcomes\`, which explores every scenario whole: do not edit.

✓ says that every execution satisfies every property, and how many there are. ✗ says which properties
are violated, in how many of all executions; properties that one execution violates together are
joined by &. – says that a property never came to apply. What stands in _italics_ is a prediction of
the model; for the rest the scenario says what is expected, and why. One outcome in a place holds under
sequential consistency and TSO alike; a difference would be shown. \`pagerace list properties\` says what
each property demands.

Here a CPU walks the page table for each access: a translation that a TLB has kept beyond one access is
not modelled. It is in the scenarios that say so, such as \`stale-tlb-unmap\`. Load
buffering is not explored: a store comes after the loads before it in its thread.

## Kernels

On x86, whose TLB flushes reclaim defers.

${kernelTable()}

${titles.join('\n')}

Remarks:

- A4: making the page dirty before the submission narrows the window to what lies between GUP and
  \`set_page_dirty_lock()\`, but does not close it: the latter waits for the page lock, which reclaim
  holds, and the dirty bit then lands on a page that nobody can reach.
- A6: one CPU is enough, as reclaim may run while the read waits for the device.
- A7: before the fix reclaim can discard a page that GUP-fast has given out. A reference that GUP-fast
  takes and gives up again is harmless everywhere: at worst the page is spared once more.
- A8: zero is legal here. Before the fix reclaim may discard the page from under the request; after it,
  only when the request has let go of the page.
- A10: the fix does not cover fork after GUP. The references are read before the child forks, the
  mappings after: they agree although one reference is a device's. It takes no weak memory. Since
  v6.5 direct I/O pins its pages, and fork copies a pinned page, so that the counters are not shared.
- A11: safe under sequential consistency and TSO, where the references are read before the mappings.
  The kernel has no barrier between the two loads; under weaker models, see below, they are torn.
- A13: kernels before v6.11 have no such mapping. Since v6.11 the dirty page is discarded; as it is
  dirty, shrink_folio_list() then keeps it, and it is freed only when it is put back on its list.
- A14: each page of a request stands for itself.

## Other forms of the fix

Applied to ${before}: the versions of the fix, two proposals from its review, and pins. Marking pages dirty in
GUP-fast closes the window, since it is done before the entry is looked at again; marking them dirty
before the submission alone does not. Nor do pins, although reclaim spares pinned pages since v6.4: it
looks for them when the mapping is gone already.

${proposalTable()}

The first version demands exactly two references, so that a page that is mapped twice is never
discarded, and its counters cannot be torn. That the second has no full barrier makes no difference
here: on x86 clearing the entry is one.

## Kinds of direct I/O

\`madv-free-dio-async\`:

${directIoTable()}

## TLB flushes

\`madv-free-dio\`. A flush by interrupt waits for GUP-fast, which runs with interrupts off; that does not
prevent the race, as the reference outlives GUP-fast.

${flushTable()}

## Architectures

v5.18, each architecture under its own memory model; A14 is left out, which takes long on some. W is hypothetical: it orders
no more than the kernel asks for, and under \`lkmm\` stands for any architecture. Where one
has more executions than another it is because entries are changed by other operations, or flushed
another way.

${architectureTable()}

- A11: the two counters are read without a barrier between them. Where loads may be reordered, reclaim can
  read the mappings as they are after the child has gone, and the references as they were before.

## The barriers of the fix

\`mm/rmap.c:try_to_unmap_one:smp_mb\` orders the cleared entry before the load of the references (A16),
\`mm/rmap.c:try_to_unmap_one:smp_rmb\` orders that load before the one of the dirty bit (A17).
On v5.18, with both and without either:

${barrierTable()}

- **powerpc-hash**: the entry that MADV_FREE leaves is in no hash table, so that clearing it needs no flush;
  ldarx and stdcx. are all there is, and the full barrier is what the fix stands on.
- **s390**: \`ptep_xchg_direct()\` stores the empty entry by an ordinary store, after IPTE and
  \`atomic_dec(&mm->context.flush_count)\`, which serialise only what is before them. GUP-fast takes the entry
  also while it is invalid. And one that is invalid already, since it is old, as MADV_FREE leaves it, gets
  neither of the two. With PREEMPT_COUNT the function ends in an interlocked update of the preemption count, which
  serialises as well; the model is of a kernel without, such as one with PREEMPT_NONE.
- **smp_rmb**: makes no difference to direct I/O as it is. \`set_page_dirty_lock()\` waits for the page lock,
  which reclaim has from before it looks until after; and on weak architectures what releases that lock,
  or sets the dirty bit, orders the same. \`pagerace barriers madv-free-dio\` says which stands in for which.
  KVM sets the dirty bit without that lock: there it is needed wherever loads may be reordered.

## The reproducer

\`madv-free-reproducer\` is the program of the fix's commit message: four pages, over the bytes of a real
file. With the patch \`madv-free-reproducer\` it reclaims where the commit message puts it, before
(\`good\`) or after (\`bad\`) the pages were got:

${table(
  ['', before, 'v5.18', 'v6.15'],
  ['good', 'bad'].map((at) => [
    at,
    ...[before, 'v5.18', 'v6.15'].map((kernel) =>
      outcomeOfModels({
        scenario: 'madv-free-reproducer',
        kernel: `${kernel}+madv-free-reproducer`,
        architecture: 'x86',
        parameters: { at },
      }),
    ),
  ]),
)}

Without the patch reclaim may come in anywhere. That has too many executions to be explored whole; the
first that violates I-DIO before the fix is found at once.
`;
}
