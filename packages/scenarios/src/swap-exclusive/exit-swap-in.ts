import { defineScenario } from '@pagerace/kernel';
import { ForkRace } from './fork-race.js';
import { judgeStore, swapStoreProperties } from './judge.js';
import type { Loaded } from './user-page.js';

export const swapExclusiveExitSwapIn = defineScenario({
  id: 'swap-exclusive-exit-swap-in',
  title: 'B45: an exit against a swap-in of the same slot',
  description:
    'A process has forked, and reclaim has unmapped the page of both and kept it in the swap cache. On CPU 0 the process ' +
    'stores to the page; on CPU 1 the child exits. free_swap_and_cache() holds the lock of a page table and may not wait ' +
    'for the page: it tries its lock, and leaves the page in the swap cache where a fault has it.',
  machine: { cpus: 2, pages: 8 },
  properties: swapStoreProperties,
  expected: [
    {
      verdict: 'verified',
      because:
        'the count of the slot is changed under its lock, and the page is looked at under the page lock',
    },
  ],
  build(context) {
    const { machine } = context;
    const race = new ForkRace(context);
    machine.boot(() => {
      race.prepareFork();
      race.fork();
      race.unmapIntoCache();
    });
    machine.cpu(0).run('app', () => {
      race.store('hi');
      return race.loadBoth();
    });
    machine.cpu(1).run('exit', () => race.exitChild());
    return machine.program(({ app }) => {
      judgeStore(context, race, app as Loaded);
    });
  },
});
