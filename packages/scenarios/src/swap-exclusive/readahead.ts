import { choiceParameter, defineScenario } from '@pagerace/kernel';
import { complete, Completion, waitForCompletion } from '@pagerace/machine';
import { putPage, walkToPte } from '@pagerace/page-model';
import { judgeStore, swapStoreProperties } from './judge.js';
import { SwapRace } from './swap-race.js';

export const swapExclusiveReadahead = defineScenario({
  id: 'swap-exclusive-readahead',
  title: 'B46: a store to a page that readahead has brought into the swap cache',
  description:
    'A page is in swap, its entry marked. A fault on a neighbour, on CPU 1, reads it into the swap cache by the way: it is ' +
    'mapped nowhere, and has a reference of the LRU batch of CPU 1, which lru_add_drain() of another CPU leaves alone. The ' +
    'process on CPU 0 stores to it. Whether the page is reused or copied, for the sake of that reference, nothing is lost.',
  parameters: {
    readahead: choiceParameter('when readahead comes', ['before', 'meanwhile']),
  },
  machine: { cpus: 2, pages: 5 },
  properties: swapStoreProperties,
  expected: [
    { verdict: 'verified', because: 'a copy has what the page had, and the slot is given up once' },
  ],
  build(context) {
    const { arch, machine, parameters } = context;
    const race = new SwapRace(context);
    machine.boot(() => {
      race.swapOut();
    });
    const entry = arch.pteToSwpEntry(walkToPte(race.mm, race.address)!.ptep.read());
    const done = new Completion('read in');
    machine.cpu(0).run('app', () => {
      if (parameters.readahead === 'before') waitForCompletion(done);
      race.store('hi');
    });
    machine.cpu(1).run('readahead', () => {
      const page = race.swap.swapinReadahead(entry);
      if (page !== undefined) putPage(page);
      complete(done);
    });
    return machine.program(() => {
      judgeStore(context, race, race.atEnd());
    });
  },
});
