import { choiceParameter, defineScenario } from '@pagerace/kernel';
import { PageAnonExclusive, PageKsm } from '@pagerace/page-model';
import { Judge, swapStoreProperties } from './judge.js';
import { KsmRace } from './ksm-race.js';
import { ksmIsShared, storesAreConfined } from './properties.js';
import { INITIAL, type Loaded } from './user-page.js';

export const swapExclusiveKsmSwap = defineScenario({
  id: 'swap-exclusive-ksm-swap',
  title: 'B19: a KSM page comes back from swap, in both processes',
  description:
    'Two processes have a KSM page, which reclaim has unmapped. Both load from it, and one stores to it. While ' +
    'the page is in the swap cache it is a KSM page, which is nobody’s own: neither a marker nor a reference ' +
    'count says otherwise (do_swap_page()). Once it was written out and freed, what is read in is an ordinary ' +
    'page, which the process that comes second gets a copy of (ksm_might_need_to_copy()).',
  parameters: {
    page: choiceParameter('what became of the page', ['in the swap cache', 'freed']),
    first: choiceParameter('what the process does first that stores', ['load', 'store']),
  },
  machine: { cpus: 2, pages: 5 },
  properties: [...swapStoreProperties, storesAreConfined, ksmIsShared],
  expected: [
    { architectures: ['x86'], verdict: 'verified', because: 'a KSM page is nobody’s own' },
  ],
  build(context) {
    const { machine, memory, parameters, property } = context;
    const race = new KsmRace(context);
    machine.boot(() => {
      race.merge('app');
      race.age();
      race.other.age();
      if (parameters.page === 'freed') race.swapOut();
      else race.unmapIntoCache();
    });
    machine.cpu(0).run('app', () => {
      if (parameters.first === 'load') race.load('hi');
      race.store('hi');
      return race.load('hi');
    });
    machine.cpu(1).run('other', () => race.other.loadBoth());
    return machine.program(({ app, other }) => {
      const judge = new Judge(context, race);
      judge.store(app as number);
      judge.confinedBoth(other as Loaded, INITIAL);
      judge.confinedBoth(race.other.atEnd(), INITIAL);
      const exclusive = memory.pages.find((page) => PageKsm(page) && PageAnonExclusive(page));
      judge.demand(
        property(ksmIsShared.id),
        exclusive === undefined,
        () => `${exclusive!.name} is a KSM page, and marked exclusive`,
      );
      judge.state();
      judge.conclude();
    });
  },
});
