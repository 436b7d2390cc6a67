import { choiceParameter, defineScenario } from '@pagerace/kernel';
import { MADVISE } from '@pagerace/madvise';
import { lruAddDrain } from '@pagerace/page-model';
import { VMSCAN } from '@pagerace/vmscan';
import { oldOrNothing } from '../madv-free/properties.js';
import { Judge, swapStoreProperties } from './judge.js';
import { SwapRace } from './swap-race.js';
import { INITIAL, type Loaded } from './user-page.js';

export const swapExclusiveLazyfree = defineScenario({
  id: 'swap-exclusive-lazyfree',
  title: 'B17: reclaim remaps an exclusive page that was lazyfree',
  description:
    'A process has advised MADV_FREE on its page, and stores to it twice. Reclaim unmaps the page, finds the entry or the ' +
    'page dirty, puts the entry back and the page among those that go to swap (SetPageSwapBacked() in ' +
    'try_to_unmap_one()). The page must be as exclusive as it was: no swap entry has taken the place of its own.',
  parameters: {
    passes: choiceParameter('how often reclaim comes: the second pass swaps the page out', [
      'once',
      'twice',
    ]),
  },
  machine: { cpus: 2, pages: 6 },
  properties: [oldOrNothing, ...swapStoreProperties],
  build(context) {
    const { get, machine, memory, parameters, property } = context;
    const race = new SwapRace(context);
    const madvise = get(MADVISE);
    const vmscan = get(VMSCAN);
    machine.boot(() => {
      madvise.madviseFree(race.mm, race.address, 1);
      lruAddDrain(memory);
    });
    machine.cpu(0).run('app', () => {
      race.store('hi', INITIAL.hi);
      race.store('hi');
      return race.loadBoth();
    });
    machine.cpu(1).run('reclaim', () => {
      vmscan.shrinkInactiveList('inactive_file');
      if (parameters.passes === 'twice') race.reclaim();
    });
    return machine.program(({ app }) => {
      const { lo, hi } = app as Loaded;
      const judge = new Judge(context, race);
      judge.store(hi);
      judge.demand(
        property(oldOrNothing.id),
        [INITIAL.lo, 0].includes(lo),
        () => `the process loads ${String(lo)}, which it has never stored`,
      );
      judge.state();
      judge.conclude();
    });
  },
});
