import { choiceParameter, defineScenario } from '@pagerace/kernel';
import { judgeStore, swapStoreProperties } from './judge.js';
import { stableWhileWritten } from './properties.js';
import { SwapRace } from './swap-race.js';

export const swapExclusiveStaleTranslation = defineScenario({
  id: 'swap-exclusive-stale-translation',
  title: 'B44: a page is written to swap, while a CPU has a dirty translation',
  description:
    'CPU 0, which runs the process, has a translation of its page, writable and dirty: a store needs no walk. Reclaim on ' +
    'CPU 1 unmaps the page, and may defer the flush; it writes the page to swap, after the flush (try_to_unmap_flush_dirty()). ' +
    'A store by the old translation that comes while the device reads the page, or later, would change what must not change, ' +
    'or be lost. From v5.19 to v6.0 the flush of an exclusive page is never deferred.',
  parameters: {
    device: choiceParameter('the swap device', ['zram', 'checksumming-disk']),
  },
  machine: { cpus: 2, pages: 5, tlb: true },
  properties: [...swapStoreProperties, stableWhileWritten],
  expected: [
    {
      architectures: ['x86'],
      verdict: 'verified',
      because: 'reclaim flushes before it writes a page that was dirty, or at once',
    },
  ],
  build(context) {
    const { machine, parameters } = context;
    const race = new SwapRace(context, { swap: parameters.device });
    machine.cpu(0).run('app', () => {
      race.store('hi');
    });
    race.runReclaim();
    return machine.program(() => {
      judgeStore(context, race, race.atEnd());
    });
  },
});
