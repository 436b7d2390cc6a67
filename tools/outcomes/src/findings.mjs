import { outcome } from './outcome.mjs';
import { registry } from './registry.mjs';
import { table } from './table.mjs';

/** @param {import('./outcome.mjs').Cell} cell */
const shortly = (cell) => outcome(cell).replaceAll(/(I\d\w?)-\w+/g, '$1');

const proposal = 'fork-write-protect-full-barrier';
const forkArchitectures = [
  'x86',
  's390',
  'riscv',
  'arm64',
  'riscv-qspinlock',
  'powerpc-radix',
  'loongarch',
];

/** @param {string} id */
const withModel = (id) => `${id} (${registry.architecture(id).model})`;

/** @param {string} kernel */
const forkTable = (kernel) => {
  const choices = [
    { page: 'small', pins: 'first', table: 'there' },
    { page: 'small', pins: 'first', table: 'new' },
    { page: 'small', pins: 'again', table: 'there' },
    { page: 'huge', pins: 'first', table: 'there' },
    { page: 'huge', pins: 'again', table: 'there' },
    { page: 'huge', pins: 'again', table: 'new' },
  ];
  return table(
    [kernel, ...choices.map((choice) => Object.values(choice).join(', '))],
    forkArchitectures.map((architecture) => [
      withModel(architecture),
      ...choices.map((parameters) =>
        shortly({ scenario: 'gup-fast-fork-pin', kernel, architecture, parameters }),
      ),
    ]),
  );
};

/** @param {string} scenario @param {readonly string[]} kernels @param {readonly string[]} architectures */
const kernelTable = (scenario, kernels, architectures) =>
  table(
    ['', ...kernels],
    architectures.map((architecture) => [
      withModel(architecture),
      ...kernels.map((kernel) => shortly({ scenario, kernel, architecture })),
    ]),
  );

/** The document. */
export const findings = () => `# What the model says about kernels as they are

Written by \`npm run docs:outcomes\`, which explores every table of this page: do not edit.

Each section is about code of a released kernel. It gives the interleaving, the kernels and architectures, the
commands that show it, what is certain, what rests on an assumption, and the smallest fix that the model
verifies. "By the model" means: by the memory model of the architecture, or by the kernel's own (\`lkmm\`), applied
to the modelled code. No finding of this page was observed on hardware.

✓ means that every execution satisfies every property, and gives their number. ✗ names the violated properties and
gives the number of violating executions. \`pagerace list properties\` explains them. A store is never explored ahead
of the loads before it in its thread. The litmus tests are in [docs/findings](findings); this judges all of
them against their expected results:

\`\`\`sh
npx pagerace litmus --verdict-only docs/findings
\`\`\`

## 1. fork() may miss a pin of GUP-fast

**In short.** copy_page_range() makes write_protect_seq odd, and looks for pins behind a write barrier. A write barrier
orders no later load. So fork may miss a pin while GUP-fast misses fork. One full barrier for each copied mapping closes
it, by the model.

\`\`\`
CPU 0: fork                                CPU 1: pin_user_pages_fast(FOLL_WRITE)
                                           write_protect_seq is even, PTE is writable
write_protect_seq++  (in the store buffer)
smp_wmb(), two page-table locks
no pin seen: MMF_HAS_PINNED, or the pin
  count of a large folio
                                           MMF_HAS_PINNED, reference, pin; smp_mb
                                           PTE unchanged
                                           write_protect_seq still even: pin kept
write_protect_seq becomes visible
PTE write-protected, shared with the child
write fault: the parent gets a copy        the pin is of a page that is no longer
                                           the parent's
\`\`\`

**Code.** \`raw_write_seqcount_begin()\` is an increment and \`smp_wmb()\` (57efa1fe5957, v5.11). Behind it
\`folio_needs_cow_for_dma()\` loads MMF_HAS_PINNED and the pin count. GUP-fast sets the flag, takes the reference by a fully
ordered \`atomic_add_unless()\`, counts the pin, executes \`smp_mb__after_atomic()\` (088b8aa537c2, v6.1) and loads the
sequence again. It was read in v5.17-rc5, v5.19, v6.1-rc7 and v6.19.9, where it is unchanged.

**Who is exposed.** In v6.1 and later: the first pin of a process, and every pin of a large folio, whose pins are in a
counter of their own. A later pin of a small page is safe: fork adds to the same counter first (since v5.19). Up to v6.0
GUP-fast has no barrier behind the pin, and the kernel's memory model lets fork miss any pin (\`C-fork-pin-small+v5.19\`).

\`first\` is the first pin of the process; \`there\` says that another mapping has brought the child's page table, so
that fork releases no lock between the sequence and the look.

${forkTable('v6.15')}

[GUP-fast against THP collapse](gup-fast-against-collapse.md#can-fork-miss-a-pin) has the same for v5.18 and v6.0, and with
the full barrier: ✓ in every cell.

\`\`\`sh
npx pagerace run gup-fast-fork-pin --kernel v6.15 --arch arm64
npx pagerace run gup-fast-fork-pin --kernel v6.15 --arch powerpc-radix --set page=huge --set pins=again
npx pagerace compare gup-fast-fork-pin --a v6.15 --b v6.15+${proposal} --arch arm64,powerpc-radix,riscv-qspinlock
npx pagerace litmus docs/findings/C-fork-pin-flag.litmus docs/findings/C-fork-pin-flag+mb.litmus
\`\`\`

**Certain.** The kernel's own memory model allows it (\`C-fork-pin-flag\`, \`C-fork-pin-large\`), and forbids it with the full
barrier (\`+mb\`) or with \`smp_mb__after_spinlock()\`. x86, s390 and RISC-V with ticket locks order it by the locks that fork
takes; arm64 only if a lock is released and another taken in between (\`A64-fork-pin-lse+unlock-lock\`).

**Assumptions.** The explorer orders \`atomic_add()\` like an atomic that returns a value; the later pins of a small page are
therefore safe on v6.0 in the table, and not in the litmus test. loongarch is explored under \`lkmm\`, which orders less than its processors may. What the page allocator
and the accounting of memory cgroups order where fork allocates a table is not modelled.

**In silicon.** The window is the time that one store stays in the store buffer past two locks. On arm64 without LSE it is
some 0.1 µs if another CPU shares the line of write_protect_seq; with LSE near atomics, and on POWER, it is practically
closed. The consequence would be DMA to a page that the process has no longer mapped.

**Smallest fix.** \`smp_mb()\` behind \`raw_write_seqcount_begin()\` in copy_page_range() and copy_hugetlb_page_range(). Kernels
before v6.1 also need the barrier of 088b8aa537c2; without it the full barrier in fork does not suffice:

${kernelTable('gup-fast-fork-pin', ['v6.0', `v6.0+${proposal}`, 'v5.18', `v5.18+${proposal}`], ['arm64', 'powerpc-radix'])}

## 2. LoongArch: a flush by interrupt and mm_cpumask

**In short.** A flush that interrupts the CPUs of mm_cpumask() needs a full barrier between the emptied entry and the load of
the mask, and switch_mm() needs one between setting its bit and the first walk. LoongArch has neither, by the kernel's
memory model.

\`\`\`
CPU 0: khugepaged                          CPU 1: switch_mm(), GUP-fast
PMD emptied  (in the store buffer)
                                           cpumask_set_cpu()  (in the store buffer)
mm_cpumask without CPU 1: no interrupt
                                           walks by the old PMD
\`\`\`

**Code.** arch/loongarch: \`switch_mm_irqs_off()\` sets the bit last, by an unordered atomic; \`flush_tlb_range()\` reads the mask
after a plain store of the entry. It was read in v6.1-rc7 and v6.19.9.

${kernelTable('gup-fast-collapse-switch-mm', ['v6.0', 'v6.15'], ['x86', 'loongarch'])}

\`\`\`sh
npx pagerace compare gup-fast-collapse-switch-mm --kernels v6.15 --arch x86,loongarch
npx pagerace litmus docs/findings/C-mm-cpumask.litmus docs/findings/C-mm-cpumask+mbs.litmus
\`\`\`

**Certain.** The kernel's memory model asks for both barriers (\`C-mm-cpumask+mb-po\` has one of them, and is still allowed).

**Assumptions.** Whether a LoongArch processor keeps the bit in its store buffer over a return to user space is not documented.
The model has no more than \`lkmm\` for this architecture.

**In silicon.** Unknown, and the window is long for a store buffer: from switch_mm() to the next walk.

**Smallest fix.** \`smp_mb()\` before the mask is read in the flushes, and behind \`cpumask_set_cpu()\` in switch_mm(). The litmus
test \`C-mm-cpumask+mbs\` verifies the pair; no scenario has it.

## 3. The second look of v6.0 depends on two plain loads

**In short.** A teaching example: 70cbc3cc78a9 (v6.0) compares the PMD, then the PTE, by two plain loads. If the PTE is loaded
first, a collapse and a split in between go unnoticed. v6.1 sends an interrupt (2ba99c5e0881) and is safe.

${kernelTable(
  'gup-fast-collapse-split',
  ['v6.0', 'v6.0+gup-fast-recheck-pte-first', 'v6.1'],
  ['x86', 'x86-kvm', 's390', 'arm64', 'powerpc-radix'],
)}

\`\`\`sh
npx pagerace run gup-fast-collapse-split --kernel v6.0 --arch arm64
npx pagerace run gup-fast-collapse-split --kernel v6.0+gup-fast-recheck-pte-first --arch x86-kvm
npx pagerace litmus docs/findings/C-second-look.litmus docs/findings/C-second-look+rmb.litmus
\`\`\`

**Certain.** Formally the two loads are unordered. \`gup-fast-recheck-pte-first\` shows what an exchange of them by a compiler would do.

**Assumptions.** No compiled kernel was looked at.

**In silicon.** Not by the processor alone: the older load would have to stay open over a whole collapse and split, and an
interrupt ends it. With the exchange, the preemption of a virtual CPU between the loads is long enough.

**Smallest fix.** 2ba99c5e0881, which every later release has; for a kernel with 70cbc3cc78a9 alone, \`smp_rmb()\` between the two
loads (\`C-second-look+rmb\`).

## 4. s390: what follows the emptied entry

**In short.** No bug. \`ptep_xchg_direct()\` and \`pmdp_xchg_direct()\` store the empty entry after IPTE or IDTE, by a plain store. Without
CONFIG_PREEMPT_COUNT nothing in these functions orders that store before later loads. Generic code must not take the
removal of an entry for a full barrier.

${table(
  ['gup-fast-collapse on s390', 'v6.0', 'v6.15'],
  ['tso', 'lkmm'].map((model) => [
    model,
    ...['v6.0', 'v6.15'].map((kernel) =>
      shortly({ scenario: 'gup-fast-collapse', kernel, architecture: 's390', model }),
    ),
  ]),
)}

\`\`\`sh
npx pagerace run gup-fast-collapse --kernel v6.0 --arch s390
npx pagerace run gup-fast-collapse --kernel v6.0 --arch s390 --model lkmm
npx pagerace litmus docs/findings/C-s390-xchg-direct.litmus docs/findings/C-s390-xchg-direct+mb.litmus
\`\`\`

**Certain.** The kernel's memory model allows the stale pin on v6.0 (\`C-s390-xchg-direct\`). On the machine the next lock is an interlocked
update, which orders it.

**What follows.** The \`smp_mb()\` of reclaim and of page_try_share_anon_rmap() are what portable code has to rely on.
`;
