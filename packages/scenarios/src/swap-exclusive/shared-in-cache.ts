import { choiceParameter, defineScenario } from '@pagerace/kernel';
import { ForkRace } from './fork-race.js';
import { Judge, swapStoreProperties } from './judge.js';
import { storesAreConfined } from './properties.js';
import { INITIAL, STORED } from './user-page.js';

export const swapExclusiveSharedInCache = defineScenario({
  id: 'swap-exclusive-shared-in-cache',
  title: 'B41: two processes come back to their page in the swap cache, one storing, one loading',
  description:
    'A process has forked, and reclaim has unmapped the page that it shares with its child, which is in the swap cache. ' +
    'The process stores to it at once; the child loads first, and may store then. Each gives up the slot for itself: ' +
    'neither may take the page for its own because the other has given its entry up already, and mapped it.',
  parameters: {
    child: choiceParameter('what the child does', ['load', 'load, then store']),
  },
  machine: { cpus: 2, pages: 8 },
  properties: [storesAreConfined, ...swapStoreProperties],
  expected: [{ verdict: 'verified', because: 'the page, or the slot, is the other’s, too' }],
  build(context) {
    const { machine, parameters } = context;
    const race = new ForkRace(context, {}, [1]);
    const { child } = race;
    machine.boot(() => {
      race.prepareFork();
      race.fork();
      race.unmapIntoCache();
    });
    machine.cpu(0).run('app', () => {
      race.store('hi');
      return race.load('hi');
    });
    machine.cpu(1).run('child', () => {
      const loaded = child.load('hi');
      if (parameters.child === 'load, then store') child.store('lo');
      return [loaded, child.load('hi')];
    });
    return machine.program(({ app, child: loaded }) => {
      const judge = new Judge(context, race);
      judge.store(app as number);
      for (const byte of loaded as readonly number[]) judge.confined(byte, INITIAL.hi);
      const lo = parameters.child === 'load' ? INITIAL.lo : STORED;
      judge.confinedBoth(child.atEnd(), { lo, hi: INITIAL.hi });
      judge.confinedBoth(race.atEnd(), { lo: INITIAL.lo, hi: STORED });
      judge.state();
      judge.conclude();
    });
  },
});
