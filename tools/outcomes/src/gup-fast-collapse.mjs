import { expectationOf } from '@pagerace/kernel';
import { outcome } from './outcome.mjs';
import { registry } from './registry.mjs';
import { table } from './table.mjs';

const kernels = ['v5.19', 'v6.0', 'v6.1', 'v6.6'];

/** Those that differ in how a page table is taken out or freed: not the other flushes of x86 and arm64. */
const architectures = [
  'x86',
  'x86-kvm',
  'x86-broadcast',
  'arm64',
  's390',
  'powerpc-radix',
  'powerpc-hash',
  'riscv',
  'loongarch',
  'mips',
  'mips-mmid',
  'arm-lpae',
  'w',
  'w-no-rcu',
  'w-ipi',
];

/** Has tables of its own. */
const forkPin = 'gup-fast-fork-pin';

const scenarios = registry.scenarios.filter(
  ({ id }) => id.startsWith('gup-fast-') && id !== forkPin,
);
const scenario = 'gup-fast-collapse';

/** @param {import('./outcome.mjs').Cell} cell */
const shortly = (cell) => outcome(cell).replaceAll(/(I\d\w?)-\w+/g, '$1');

/** @param {string} kernel */
const rowsOf = (kernel) =>
  scenarios.map(({ id, title }) => [
    `${title.split(':')[0]} \`${id}\``,
    ...architectures.map((architecture) => {
      const is = shortly({ scenario: id, kernel, architecture });
      const stated =
        expectationOf(registry.scenario(id), registry.kernel(kernel), architecture) !== undefined;
      return stated || is === '' ? is : `_${is}_`;
    }),
  ]);

const models = architectures.map((id) => `${id} (${registry.architecture(id).model})`);

/** @param {string} kernel */
const kernelTable = (kernel) => table([kernel, ...models], rowsOf(kernel));

const portable = ['v6.0', 'v6.0+collapse-full-barrier', 'v6.0+collapse-freeze-references', 'v6.1'];

const portableTable = () =>
  table(
    ['under the model `lkmm`', ...portable],
    architectures.map((architecture) => [
      architecture,
      ...portable.map((kernel) => shortly({ scenario, kernel, architecture, model: 'lkmm' })),
    ]),
  );

const questions = [
  'v6.0',
  'v6.0+gup-fast-recheck-plain',
  'v6.0+gup-fast-reference-acquire',
  'v6.0+gup-fast-reference-relaxed',
  'v6.0+gup-fast-no-recheck',
];

const orderTable = () =>
  table(
    ['', ...questions.map((kernel) => kernel.split('+')[1] ?? kernel)],
    ['x86-broadcast', 'arm64', 'powerpc-radix', 'w'].map((architecture) => [
      architecture,
      ...questions.map((kernel) => shortly({ scenario, kernel, architecture })),
    ]),
  );

const exchanged = ['v6.0', 'v6.0+gup-fast-recheck-pte-first', 'v6.1+gup-fast-recheck-pte-first'];

const exchangedTable = () =>
  table(
    ['`gup-fast-collapse-split`', ...exchanged],
    ['x86', 'x86-kvm', 'x86-broadcast', 's390', 'arm64', 'powerpc-radix'].map((architecture) => [
      architecture,
      ...exchanged.map((kernel) =>
        shortly({ scenario: 'gup-fast-collapse-split', kernel, architecture }),
      ),
    ]),
  );

const interruptTable = () =>
  table(
    [
      '',
      'before the fix: v5.19',
      'only the interrupt: + collapse-table-sync',
      'only the second look: v6.0',
      'both: v6.1',
      'both, and nothing looked at again',
    ],
    architectures.map((architecture) => [
      architecture,
      ...['v5.19', 'v5.19+collapse-table-sync', 'v6.0', 'v6.1', 'v6.1+gup-fast-no-recheck'].map(
        (kernel) => shortly({ scenario, kernel, architecture }),
      ),
    ]),
  );

const kept = [
  'v6.1',
  'v6.1+retract-by-rcu',
  'v6.5+retract-by-rcu',
  'v6.1+pte-map-looks-again+pte-map-in-rcu-section+retract-by-rcu',
  'v6.6',
];

const keptTable = () =>
  table(
    ['', ...kept],
    ['x86', 'arm64', 'w'].map((architecture) => [
      architecture,
      ...kept.map((kernel) => shortly({ scenario: 'gup-slow-retract', kernel, architecture })),
    ]),
  );

/** Where the child's page table comes from, and what was pinned before. */
const forks = [
  { table: 'there', pins: 'first' },
  { table: 'new', pins: 'first' },
  { table: 'there', pins: 'again' },
  { table: 'new', pins: 'again' },
];

/** @param {string} page @param {readonly string[]} names of kernels @param {readonly string[]} ids of architectures */
const forkTable = (page, names, ids) =>
  table(
    [
      `${page} page`,
      '',
      ...forks.map(
        ({ table: which, pins }) => `table ${which}, ${pins === 'first' ? 'first' : 'later'} pin`,
      ),
    ],
    ids.flatMap((architecture) =>
      names.map((kernel) => [
        `${architecture} (${registry.architecture(architecture).model})`,
        kernel,
        ...forks.map((parameters) =>
          shortly({ scenario: forkPin, kernel, architecture, parameters: { ...parameters, page } }),
        ),
      ]),
    ),
  );

const forkTables = () =>
  ['small', 'huge']
    .map((page) =>
      forkTable(
        page,
        ['v5.18', 'v6.0', 'v6.15', 'v6.15+fork-write-protect-full-barrier'],
        ['x86', 'arm64', 'powerpc-radix', 'riscv', 'riscv-qspinlock', 'loongarch'],
      ),
    )
    .join('\n\n');

const radix = 'arch/powerpc/mm/book3s64/radix_tlb.c:__radix__flush_tlb_range';
const arm64 = 'arch/arm64/include/asm/tlbflush.h:__flush_tlb_range';

/** @param {string} architecture @param {readonly string[]} without */
const weakened = (architecture, without) =>
  shortly({ scenario, kernel: 'v6.0', architecture, without });

/** The document. */
export function gupFastCollapse() {
  const titles = scenarios.map(({ id, title }) => `- \`${id}\`: ${title}.`);
  return `# GUP-fast against THP collapse

Written by \`npm run docs:outcomes\`, which explores every scenario whole: do not edit.

GUP-fast walks a page table without a lock. khugepaged takes the table out (\`pmdp_collapse_flush()\`), looks
whether anybody but the mapping refers to the pages, copies them into a huge one and frees them. A reference that
is taken after khugepaged has looked, by a walk that began before the table was taken out, is for a page that the
process does not have any more: what a device writes there is lost.

70cbc3cc78a9 ("mm: gup: fix the fast GUP race against THP collapse", v6.0) lets GUP-fast look again, after it
has taken its reference, whether the entry above the table has changed. 2ba99c5e0881 ("mm/khugepaged: fix GUP-fast
interaction by sending IPI", v6.1) lets khugepaged interrupt every CPU, and so wait for every walk, where page tables
are freed after a grace period.

Here a huge page is made of one to three small ones, not 512; from two on that makes no difference to the number of
executions (\`--set ptes=3\`). A second CPU that walks makes more of them, and no other outcome (\`--set walkers=2\`).

## In short

- **Is READ_ONCE() needed for the second look?** Not to keep it behind the reference: \`atomic_add_unless()\` is a full barrier
  when it succeeds, and does that. But only READ_ONCE() keeps a compiler from exchanging the two loads of v6.0's second look, and
  if it does, a split in between lets GUP-fast give out a stale page, also on x86 as a guest (S4-9). v6.1 is safe either way.
- **Does \`pmdp_collapse_flush()\` have to be a full barrier?** Where no walk is waited for, something between the emptied entry
  and the load of the references has to be. The locks in between do not suffice by the kernel's own model; on every real
  architecture something does, mostly the flush. MIPS with MMID is explored under that model alone, and has nothing.
- **Who was exposed?** Before the fix arm64, s390, RISC-V, 32-bit ARM with LPAE and MIPS with MMID, and x86 as a guest of KVM or
  with INVLPGB: all whose flush interrupts nobody. With the second look alone, GUP-fast gives out a stale page only
  where loads may be reordered and the huge page is split again meanwhile (S4-9), and by the kernel's own model on MIPS with
  MMID; it may still read a page that is no longer a page table. With the interrupt, where it is sent, neither happens.

- **Can fork miss a pin?** By the models, on arm64, POWER and RISC-V with queued spinlocks: the first that a process takes, and any of
  a huge page. A full barrier behind write_protect_seq would order it.

Each is told below, with the commands that show it.

## Outcomes

✓ says that every execution satisfies every property, and how many there are. ✗ says which properties are violated,
in how many of all executions; properties that one execution violates together are joined by &. – says that a property
never came to apply. What stands in _italics_ is a prediction of the model; for the rest the scenario says what is expected,
and why. Each architecture is explored under its own memory model, but for load buffering: a store comes after the loads
before it in its thread. W is hypothetical: it orders no more than the kernel asks for.
Scenarios have numbers for short, S4-1 to S4-21; some show several.

I1: a page that was given out is the one that is mapped. I2: what is written to it is not lost. I4a: no walk reads
an entry of a page table that is none any more. I4b: what it finds there is not given out.

${kernels.map(kernelTable).join('\n\n')}

${titles.join('\n')}

Remarks:

- S4-2: powerpc with the radix MMU is safe on v5.19, as its \`pmdp_collapse_flush()\` sent an interrupt of its own. That was
  removed together with the fix (bedf03416913); \`v5.19+radix-collapse-no-ipi\` shows what would have been.
- S4-9: the split puts the same table back, so that the entry above is what it was. The second look then depends on
  its two loads being in order, of the entry above and of the entry, for which there is no barrier. Where loads may
  swap, and no interrupt is sent, GUP-fast gives out a page that is not mapped any more. v6.1 is safe.
- S4-14: nobody backs off because of the other where walks are waited for: the property has nothing to say.
- S4-18: the references of a file's pages are frozen by a compare-and-exchange: whoever adds one comes before, and is
  noticed, or finds none to add to. That needs no barrier, on W neither. The page table that mapped them is
  another matter: up to v6.0 it was freed at once, in v6.1 after the walks under way, since v6.6 (1d65b771bc08) it is after a
  grace period. It may go with entries in it where the page is huge already and mapped one by one
  (\`gup-fast-collapse-pte-mapped\`): nothing is copied then, and what a walk finds there is right or refused.
- S4-19: that is how page tables go at the end of munmap().
- S4-20: a flush that interrupts the CPUs of mm_cpumask() needs a full barrier between taking the entry out and the look at
  the mask, and switch_mm() one between its bit and the first walk. x86 and powerpc have both; W and
  LoongArch have none.
- S4-16: s390 takes the entry out in two steps, and GUP-fast may begin a walk in between, by an entry that is invalid to the hardware
  and present to software; hence more executions. What orders the second step before the load of the references is the
  compare-and-swap of the next lock; the kernel's own model asks for none there, and allows what goes wrong (below). With
  PREEMPT_COUNT \`preempt_enable()\` at the end of \`pmdp_xchg_direct()\` is an interlocked update, which orders it as well; the
  model is of a kernel without.
- Fork: it may miss a pin by the models of arm64, POWER and the kernel; what orders it where it does not, and what would
  everywhere, is told below.
- loongarch and mips are explored under the kernel's own model, which orders less than they do: there a barrier that is
  missing is one that the kernel does not ask for, but the processor may have. A release store on MIPS, such as that of
  \`spin_unlock()\`, has a full SYNC before it (asm-generic/barrier.h), of which the model keeps a release only.
- riscv has had GUP-fast since v6.9 only, and W is none: what stands there is what would be.

## Is READ_ONCE() needed for the second look?

Not to keep it behind the reference: that does not depend on READ_ONCE(). \`atomic_add_unless()\`, when it succeeds, is a full barrier, also
for the compiler; that is what the second look depends on:

${orderTable()}

\`gup-fast-recheck-plain\` takes the two loads for the ordinary C loads that they are in v6.1. They are in a data race with the
stores that change the entries, as KCSAN would tell; in this order, and in this scenario, nothing else comes of it. With a
reference that is merely acquire or relaxed, a locked instruction on x86 saves it; elsewhere the pin may be stale.

\`\`\`
pagerace compare gup-fast-collapse --a v6.0 --b v6.0+gup-fast-recheck-plain --arch arm64,powerpc-radix
pagerace compare gup-fast-collapse --a v6.0 --b v6.0+gup-fast-reference-acquire --arch arm64,powerpc-radix
pagerace run gup-fast-collapse-split --kernel v6.0 --arch arm64
\`\`\`

The order of the two loads is another matter. The source reads the entry above first, and the entry of the page last
(\`pmd_val(pmd) != pmd_val(*pmdp) || pte_val(pte) != pte_val(*ptep)\`); both are ordinary loads, and C lets a compiler exchange
them. \`gup-fast-recheck-pte-first\` shows what would come of that in \`gup-fast-collapse-split\`, by interleaving alone:

${exchangedTable()}

GUP-fast reads the entry of the page before the collapse, and the entry above after the split has put the same table back. No
compiler is known to exchange the two loads. If one did, the window would be as long as a virtual CPU is preempted between
them. In the order of the source only a processor that swaps loads can do it, over a whole collapse and split: this is allowed
formally, and a lesson rather than a bug. v6.1 interrupts the walk, so that the order does not matter.

\`\`\`
pagerace compare gup-fast-collapse-split --a v6.0 --b v6.0+gup-fast-recheck-pte-first --arch x86,x86-kvm,s390,arm64
\`\`\`

What else a compiler might do to an ordinary load, such as to load twice, is not modelled; nor are entries of two words (PAE).

## Does pmdp_collapse_flush() have to be a full barrier, and where is it?

Something between the emptied entry and the load of the references has to be, if no walk is waited for. By the kernel's
own memory model neither the locks that khugepaged takes in between nor \`trylock_page()\` suffices; so an architecture whose flush
is none is not safe, and on s390 it is not IDTE that makes it so, since the entry is emptied after it:

${portableTable()}

\`pagerace barriers gup-fast-collapse --kernel v6.0\` finds what does it on each architecture:

- powerpc with the radix MMU: the \`smp_mb()\` or either of the \`ptesync\` in the flush; without all of them
  ${weakened('powerpc-radix', [`${radix}:smp_mb`, `${radix}:ptesync:before`, `${radix}:ptesync:after`])}.
- arm64: \`dsb(ishst)\` or \`dsb(ish)\` in the flush, but also releasing one lock and acquiring the next, which on this
  architecture are in order; without either \`dsb\`
  ${weakened('arm64', [`${arm64}:dsb(ish)`, `${arm64}:dsb(ishst)`])}.
- s390 and x86: the interlocked update of the next lock, which is a full barrier whatever it is for. (x86 has a locked
  exchange and a locked increment before.)
- powerpc with the hash MMU, and x86 without KVM and INVLPGB: the interrupt.
- W, and mips-mmid by the kernel's own model: nothing.

\`\`\`
pagerace barriers gup-fast-collapse --kernel v6.0 --arch arm64,powerpc-radix,s390
pagerace run gup-fast-collapse --kernel v6.0 --arch s390 --model lkmm
pagerace run gup-fast-collapse --kernel v6.0 --arch w
pagerace run gup-fast-collapse --kernel v6.0+collapse-full-barrier --arch w
\`\`\`

## Which architectures were exposed before the fix, and would be after it without the interrupt?

${interruptTable()}

Before the fix: those whose flush is broadcast by the hardware or done by firmware, and guests of KVM (S4-7). After it, without the interrupt,
of the real ones none gives out a stale page in this scenario but MIPS with MMID, and that by the kernel's own model; yet
all of those may still walk through a table that is deposited, moved or freed (S4-10 to S4-12), and where loads may swap S4-9 goes wrong. With the interrupt nothing needs
to be looked at again. It is sent only where page tables are freed after a grace period (\`w-no-rcu\`).

\`\`\`
pagerace compare gup-fast-collapse --kernels v5.19,v6.0,v6.1 --arch all
pagerace compare gup-fast-collapse-zap --a v6.0 --b v6.1 --arch arm64,s390,powerpc-radix
\`\`\`

## Can fork miss a pin?

By the kernel's own model, and by those of arm64, POWER and RISC-V with queued spinlocks: yes. Since v5.11 (57efa1fe5957)
copy_page_range() makes write_protect_seq odd for each mapping that it copies, and GUP-fast gives a pin back if the sequence
has changed. Fork stores the sequence and loads MMF_HAS_PINNED and the pins; GUP-fast stores those and loads the sequence. That
is store buffering, which takes a full barrier on both sides. Behind the sequence is smp_wmb() (\`raw_write_seqcount_begin()\`), which orders no load,
and then come the locks of two page tables, of the child's and of the parent's. A pin that fork misses is of a page that
the child shares: when the parent writes to it, it goes on with a copy, and the device with the page that is the parent's no more.

- What comes between decides. A lock that is taken is a full barrier on x86 and s390, and a ticket lock one on RISC-V. On
  arm64 a release and an acquire after it are in order: so it is where fork has allocated a page table for the child, under a lock
  that it has released again. Where a mapping that was copied before has brought the table (\`table there\`) nothing is released, and
  two acquires order no store before them. POWER, RISC-V's queued spinlocks (v6.13) and the kernel's model order neither.
- What is looked at decides, too. A later pin of a small page is seen since v5.19 (fb3d824d1a46), as fork takes its own reference before
  it looks: both add to \`_refcount\`, so that one reads from the other. Up to v5.18 fork looked first. This orders neither the flag
  that the first pin of a process sets, nor pins of a huge page, which has a counter of its own for them (v5.7) that fork only reads.
- GUP-fast's side has its barrier since v6.1 (088b8aa537c2): before, what it adds behind the reference could come after its look
  at the sequence. RISC-V has had GUP-fast since v6.9 only.
- The read of an \`atomic_add()\`, which returns nothing, is ordered by smp_rmb() neither in the kernel's model nor on arm64; the
  explorer takes it for one that returns a value. By the published form of the kernel's model a later pin of a small page can be
  missed on v5.19 and v6.0 for that, where the table says ✓.
- With smp_mb() behind the sequence (\`fork-write-protect-full-barrier\`: proposed here, posted nowhere), from v6.1 on no pin is missed.

\`gup-fast-fork-pin\`; on s390 all of it holds, as on x86:

${forkTables()}

In \`gup-fast-huge-fork\`, above, the table is new, and what a huge page that is pinned costs fork is explored with it: to split it and to copy.

\`\`\`
pagerace run gup-fast-fork-pin --kernel v6.15 --arch arm64
pagerace run gup-fast-fork-pin --kernel v6.15 --arch arm64 --set page=huge --set pins=again
pagerace compare gup-fast-fork-pin --a v5.18 --b v5.18+try-dup-anon-rmap --arch arm64,powerpc-radix --set table=new --set pins=again
pagerace compare gup-fast-fork-pin --a v6.15 --b v6.15+fork-write-protect-full-barrier --arch arm64,powerpc-radix,riscv-qspinlock
pagerace export gup-fast-fork-pin --kernel v6.15 --arch arm64 --set page=huge --set pins=again
\`\`\`

## What keeps a page table that somebody else uses, with a lock?

GUP-fast has interrupts off. Everybody else walks under mmap_lock or a lock of the reverse mappings, which up to v6.5
khugepaged had for writing when it took out the page table of a file: \`gup-slow-retract\`. Since v6.6 (1d65b771bc08) it has the
lock of the page table, which itself goes with the table (I5: a lock is taken or held in a page table that is freed):

${keptTable()}

v6.5 looks at the entry above again when it has the lock (0d940a9b270b); that alone does not help who waits for a lock that is
gone. v6.6 has an RCU section around it, too (a349d72fd9ef), and frees the table after a grace period.

\`\`\`
pagerace compare gup-slow-retract --a v6.5+retract-by-rcu --b v6.6
\`\`\`
`;
}
