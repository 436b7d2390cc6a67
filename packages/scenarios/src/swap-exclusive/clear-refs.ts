import { cowByPageCount } from '@pagerace/cow';
import { defineScenario } from '@pagerace/kernel';
import { CLEAR_REFS } from '@pagerace/mprotect';
import { anonExclusive } from '@pagerace/rmap';
import { judgeRead, swapReadProperties } from './judge.js';
import { SwapRace } from './swap-race.js';
import type { Loaded } from './user-page.js';

/** The architectures with a soft-dirty bit: what tracks it does nothing to the others. */
const softDirtyArchitectures = [
  'x86',
  'x86-ipi',
  'x86-kvm',
  'x86-broadcast',
  's390',
  'powerpc-radix',
  'powerpc-hash',
];

export const swapExclusiveClearRefs = defineScenario({
  id: 'swap-exclusive-clear-refs',
  title: 'B3: a direct read, clear_refs and a store to the other half of the page',
  description:
    'A process reads from a device into the lower half of its page. Another writes 4 to its clear_refs, ' +
    'which write-protects the entry so that the next store is noticed as soft-dirty. The process stores to ' +
    'the upper half: if the write fault copies the page because of the reference of the read, the device ' +
    'writes to a page that nobody sees any more. No page leaves memory.',
  machine: { cpus: 2, pages: 6 },
  properties: swapReadProperties,
  expected: [
    {
      architectures: softDirtyArchitectures,
      without: [cowByPageCount],
      verdict: 'verified',
      because: 'the write fault asks for mappings, not for references',
    },
    {
      architectures: softDirtyArchitectures,
      without: [anonExclusive],
      verdict: 'violated',
      properties: ['I-COH & I-DIO'],
      because: 'a write fault on a page with another reference copies',
    },
    {
      architectures: softDirtyArchitectures,
      verdict: 'verified',
      because: 'the page stays mapped, and is marked exclusive',
    },
    { verdict: 'verified', because: 'without a soft-dirty bit clear_refs changes no entry' },
  ],
  build(context) {
    const { machine } = context;
    const clearRefs = context.get(CLEAR_REFS);
    const race = new SwapRace(context);
    race.vma.willChange();
    race.runDisk();
    machine.cpu(0).run('app', () => {
      const dio = race.submit();
      race.store('hi');
      race.awaitEnd(dio);
      return race.loadBoth();
    });
    machine.cpu(1).run('clear_refs', () => {
      clearRefs.clearSoftDirty(race.mm);
    });
    return machine.program(({ app }) => {
      judgeRead(context, race, app as Loaded);
    });
  },
});
