import { choiceParameter, defineScenario } from '@pagerace/kernel';
import { walkToPte } from '@pagerace/page-model';
import { SWAP } from '@pagerace/swap';
import { VMSCAN } from '@pagerace/vmscan';
import { Findings } from '../findings.js';
import { Buffer } from '../madv-free/buffer.js';
import { freeIsUntouched, oldOrNothing, referencesAreCounted } from '../madv-free/properties.js';
import { storeIsKept, unmappedIsUnreachable } from './properties.js';

const STORED = 2;

/** Each that is known to empty an entry before the flush that goes by it, under its own memory model. */
const entryBeforeFlush = [
  'arm-lpae',
  'arm64',
  'arm64-deferred',
  'loongarch',
  'mips',
  'powerpc-hash',
  'powerpc-radix',
  'riscv',
  's390',
  'x86',
  'x86-32',
  'x86-32-pae',
  'x86-broadcast',
  'x86-ipi',
  'x86-kvm',
  'xtensa',
];

/** What the process finds in its page before it stores: what it had stored, or nothing. */
const before = [1, 0];

export const staleTlbDeferredFlush = defineScenario({
  id: 'stale-tlb-deferred-flush',
  title: 'T2: reclaim swaps a page out and defers the flush, while a CPU has a dirty translation',
  description:
    'A process on CPU 0 has written to a page, and stores to it again; its TLB has the translation, ' +
    'writable and dirty, so that a store needs no walk. Reclaim on CPU 1 unmaps the page, and where the ' +
    'architecture defers its flushes it flushes later: before the page is written to swap, as the entry ' +
    'was dirty (try_to_unmap_flush_dirty()), and before it is freed (try_to_unmap_flush()). A store that ' +
    'comes after the write is lost; an access that comes after the free hits whoever has the page by ' +
    'then. Of a lazyfree page the translation is clean: it lets loads by, and a store must walk. Left ' +
    'out of the model: as in stale-tlb-unmap.',
  parameters: {
    page: choiceParameter('what reclaim meets', ['dirty', 'lazyfree']),
  },
  machine: { cpus: 2, pages: 6, tlb: true },
  properties: [
    unmappedIsUnreachable,
    storeIsKept,
    oldOrNothing,
    referencesAreCounted,
    freeIsUntouched,
  ],
  expected: [
    {
      architectures: entryBeforeFlush,
      verdict: 'verified',
      because: 'reclaim flushes before it writes a page that was dirty, and before it frees one',
    },
  ],
  build(context) {
    const { machine, arch, parameters, property } = context;
    context.get(SWAP).swapon({ pages: 2 });
    const vmscan = context.get(VMSCAN);
    const isLazyfree = parameters.page === 'lazyfree';
    const buffer = new Buffer(context, { state: parameters.page });
    machine.boot(() => {
      buffer.load();
      // Reclaim has been here once, and has taken the young bit: without a flush, as ever.
      const { ptep } = walkToPte(buffer.mm, buffer.address(0))!;
      arch.ptepTestAndClearYoung(buffer.vma, buffer.address(0), ptep);
    });
    machine.cpu(0).run('app', () => {
      const first = isLazyfree ? buffer.load() : before[0];
      buffer.store(0, STORED);
      return [first, buffer.load()];
    });
    machine
      .cpu(1)
      .run('reclaim', () =>
        vmscan.shrinkInactiveList(isLazyfree ? 'inactive_file' : 'inactive_anon'),
      );
    return machine.program(({ app, reclaim }) => {
      property(referencesAreCounted.id).applies();
      property(freeIsUntouched.id).applies();
      if (reclaim === 1) property(unmappedIsUnreachable.id).applies();
      const [first, last] = app as readonly number[];
      const findings = new Findings();
      findings.demand(
        property(oldOrNothing.id),
        before.includes(first!),
        () => `the process has loaded ${String(first)}, which was never there`,
      );
      findings.demand(
        property(storeIsKept.id),
        last === STORED,
        () => `the process has stored ${String(STORED)}, and loaded ${String(last)}`,
      );
      findings.conclude();
    });
  },
});
