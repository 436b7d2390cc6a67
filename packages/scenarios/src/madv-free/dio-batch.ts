import { defineScenario } from '@pagerace/kernel';
import { SWAP } from '@pagerace/swap';
import { DirectReadRace, type Reclaimed } from './direct-read-race.js';
import { directReadIsSeen, freeIsUntouched, referencesAreCounted } from './properties.js';

const properties = [directReadIsSeen, referencesAreCounted, freeIsUntouched];

export const madvFreeDioBatch = defineScenario({
  id: 'madv-free-dio-batch',
  title: 'A15: the page waits in the batch of lazyfree pages, and reclaim swaps it out',
  description:
    'As madv-free-dio, but the page is still backed by swap: MADV_FREE has cleaned its entry, and put it ' +
    'into a per-CPU batch that was not drained. Reclaim gives it a place in swap, makes it dirty, and ' +
    'leaves a swap entry behind, by which the page is found again.',
  machine: { cpus: 2, pages: 6 },
  properties,
  expected: [{ verdict: 'verified', because: 'add_to_swap() makes the page dirty in any case' }],
  build(context) {
    const { machine } = context;
    context.get(SWAP).swapon({ pages: 2 });
    const race = new DirectReadRace(context, { state: 'in the lazyfree batch', properties });
    machine.cpu(0).run('app', () => {
      race.read();
      return race.load();
    });
    machine.cpu(1).run('reclaim', () => race.reclaim('inactive_anon'));
    machine.agent('disk').run(() => race.disk.serve());
    return machine.program(({ app, reclaim }) => {
      race.judge(app as number[], (reclaim as Reclaimed).decisions);
    });
  },
});
