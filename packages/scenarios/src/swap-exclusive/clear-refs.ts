import { cowByPageCount } from '@pagerace/cow';
import { defineScenario } from '@pagerace/kernel';
import { CLEAR_REFS } from '@pagerace/mprotect';
import { anonExclusive } from '@pagerace/rmap';
import { entryProperties, EntryRace, softDirtyArchitectures } from './entry-race.js';
import type { Loaded } from './swap-race.js';

export const swapExclusiveClearRefs = defineScenario({
  id: 'swap-exclusive-clear-refs',
  title: 'B3: a direct read, clear_refs and a store to the other half of the page',
  description:
    'A process reads from a device into the lower half of its page. Another writes 4 to its clear_refs, ' +
    'which write-protects the entry so that the next store is noticed as soft-dirty. The process stores to ' +
    'the upper half: if the write fault copies the page because of the reference of the read, the device ' +
    'writes to a page that nobody sees any more. No page leaves memory.',
  machine: { cpus: 2, pages: 6 },
  properties: entryProperties,
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
    const race = new EntryRace(context);
    machine.cpu(0).run('app', () => {
      const page = race.submit();
      race.store('hi');
      race.awaitEnd(page);
      return race.loadBoth();
    });
    machine.cpu(1).run('clear_refs', () => {
      clearRefs.clearSoftDirty(race.mm);
    });
    return machine.program(({ app }) => {
      race.judge(app as Loaded);
    });
  },
});
