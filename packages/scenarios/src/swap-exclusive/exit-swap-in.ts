import { defineScenario } from '@pagerace/kernel';
import { Findings } from '../findings.js';
import { HeldRace } from './held-race.js';
import { ownStoreIsKept } from './properties.js';
import { swapProperties } from './swap-race.js';

export const swapExclusiveExitSwapIn = defineScenario({
  id: 'swap-exclusive-exit-swap-in',
  title: 'B45: an exit against a swap-in of the same slot',
  description:
    'A process has forked, and reclaim has unmapped the page of both and kept it in the swap cache. On CPU 0 the process ' +
    'stores to the page; on CPU 1 the child exits. free_swap_and_cache() holds the lock of a page table and may not wait ' +
    'for the page: it tries its lock, and leaves the page in the swap cache where a fault has it.',
  machine: { cpus: 2, pages: 8 },
  properties: [ownStoreIsKept, ...swapProperties],
  expected: [
    {
      verdict: 'verified',
      because:
        'the count of the slot is changed under its lock, and the page is looked at under the page lock',
    },
  ],
  build(context) {
    const { machine } = context;
    const race = new HeldRace(context);
    machine.boot(() => {
      race.prepareFork();
      race.fork();
      race.unmapIntoCache();
    });
    machine.cpu(0).run('app', () => {
      race.store('hi');
      return race.load('hi');
    });
    machine.cpu(1).run('exit', () => race.exitChild());
    return machine.program(({ app }) => {
      const findings = new Findings();
      race.judgeStore(findings, app as number);
      race.judgeState(findings);
      findings.conclude();
    });
  },
});
