import { outcome } from './outcome.mjs';
import { table } from './table.mjs';

/**
 * What the thread proposes, and what was merged, as patches of a kernel.
 *
 * @type {readonly (readonly [string, string])[]}
 */
const remedies = [
  ['none', ''],
  ['A bounce page', '+bounce-pinned'],
  ['A′ skip, unless for integrity', '+skip-pinned'],
  ['A″ write, and keep dirty', '+keep-pinned-dirty'],
  ['B refuse to replace', '+replace-refuses-pinned'],
  ['D not under writeback', '+gup-not-under-writeback'],
  ['E page_mkwrite() each time', '+mkwrite-before-dirty'],
  ['F PG_dma_pinned', '+page-dma-pinned'],
];

/** @type {readonly (readonly [string, string, Record<string, unknown>?])[]} */
const columns = [
  ['C1', 'file-gup-buffers-pin'],
  ['C2', 'file-gup-stable', { reference: 'pin' }],
  ['C3a', 'file-gup-never-dirty', { reference: 'pin' }],
  ['C3b', 'file-gup-dirty-before', { reference: 'pin' }],
  ['C3c', 'file-gup-dirty-after', { reference: 'pin' }],
  ['C4', 'file-gup-pin-against-writeback'],
  ['C5', 'file-gup-pin-against-replacement'],
  ['C6', 'file-gup-long-term', { reference: 'pin' }],
];

/** @param {string} kernel @param {string} architecture */
const row = (kernel, architecture) =>
  columns.map(([, scenario, parameters = {}]) =>
    outcome({ scenario, kernel, architecture, parameters }),
  );

/** @param {string} kernel @param {readonly (readonly [string, string])[]} more */
const remedyTable = (kernel, more = []) =>
  table(
    [`\`${kernel}\` on x86`, ...columns.map(([name]) => name)],
    [
      ...remedies.map(([name, patches]) => [name, ...row(`${kernel}${patches}`, 'x86')]),
      ...more.map(([name, other]) => [name, ...row(other, 'x86')]),
    ],
  );

const races = ['x86', 'arm64', 'powerpc-radix', 'riscv', 's390', 'w'];

/** @param {string} scenario @param {readonly string[]} kernels */
const raceTable = (scenario, kernels) =>
  table(
    [`\`${scenario}\``, ...kernels.map((kernel) => `\`${kernel}\``)],
    races.map((architecture) => [
      architecture,
      ...kernels.map((kernel) => outcome({ scenario, kernel, architecture })),
    ]),
  );

/** @returns a part of the page on pages of files: what each remedy repairs, and what it leaves */
export const remediesOfFileGup = () => `## What each remedy repairs

Each row is a kernel with one remedy; each cell tells the properties that are violated still. The reference is a pin. In C1 and C6 the page
is written back and reclaimed while it is held; C4 and C5 are the races of GUP-fast with writeback (C33) and with a punched hole (C36). G is what was merged: v5.18
(cc5095747edf), v6.4 (d824ec2a1546) and v6.5, which refuses pins for long (not asked for here).

${remedyTable('v5.13', [['G as merged', 'v6.5']])}

The same where every reference is a pin, as the series of February 2019 has it:

${remedyTable('v5.0+gup-track-pinned')}

C, MMU notifiers, needs a driver of another kind: see C13. I-MKW is judged when a page becomes dirty: E asks then, behind the DMA and not before it.
B is C5 by a hole punch that fails with EBUSY. A′ never writes the page in C2 while it is pinned.

A remedy that looks at the count of pins has to look behind page_mkclean(), or behind the unmapping: GUP-fast takes its reference, and then looks
at the entry again.

${raceTable('file-gup-pin-against-writeback', ['v6.0+bounce-pinned', 'v6.1+bounce-pinned', 'v6.1+keep-pinned-dirty'])}

${raceTable('file-gup-pin-against-replacement', ['v6.0+replace-refuses-pinned', 'v6.1+replace-refuses-pinned'])}

PG_dma_pinned is set when GUP-fast is done, and reclaim may have asked before (C35):

${raceTable('file-gup-pin-against-reclaim', ['v5.0', 'v5.0+page-dma-pinned'])}

GUP that looks at PG_writeback (D, C12) repairs nothing here: the page is given out before PG_writeback is set, and written to after it. On x86
GUP-fast runs with interrupts off, so that page_mkclean(), which waits for its flush, is not done while GUP-fast looks: the
look finds nothing, ever.

${raceTable('file-gup-under-writeback', ['v6.15', 'v6.15+gup-not-under-writeback'])}
`;
