import { choiceParameter, defineScenario } from '@pagerace/kernel';
import { getPage, PageAnonExclusive, PageKsm, putPage } from '@pagerace/page-model';
import { SWAP } from '@pagerace/swap';
import { VMSCAN } from '@pagerace/vmscan';
import { Findings } from '../findings.js';
import { referencesAreCounted } from '../madv-free/properties.js';
import { ksmIsShared, ownStoreIsKept, storesAreConfined } from './properties.js';
import { ALIKE, KsmRace } from './ksm-race.js';

/** What the process stores to the upper half. */
const STORED = 0x63;

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
  properties: [ownStoreIsKept, storesAreConfined, ksmIsShared, referencesAreCounted],
  expected: [
    { architectures: ['x86'], verdict: 'verified', because: 'a KSM page is nobody’s own' },
  ],
  build(context) {
    const { get, machine, memory, parameters, property } = context;
    const race = new KsmRace(context);
    machine.boot(() => {
      get(SWAP).swapon({ pages: 2 });
      race.merge('app');
      const page = race.mapped()!;
      race.age();
      const isKept = parameters.page === 'in the swap cache';
      // A reference keeps reclaim from writing the page out, and it stays in the swap cache.
      if (isKept) getPage(page);
      get(VMSCAN).shrinkInactiveList('inactive_anon');
      if (isKept) putPage(page);
    });
    machine.cpu(0).run('app', () => {
      if (parameters.first === 'load') race.load('hi');
      race.store('hi', STORED);
      return race.load('hi');
    });
    machine.cpu(1).run('other', () => [race.load('hi', race.other), race.load('lo', race.other)]);
    return machine.program(({ app, other }) => {
      property(referencesAreCounted.id).applies();
      const findings = new Findings();
      findings.demand(
        property(ownStoreIsKept.id),
        app === STORED,
        () => 'what the process stored is not what it loads',
      );
      findings.demand(
        property(storesAreConfined.id),
        (other as readonly number[]).every((byte) => byte === ALIKE),
        () => 'the other process loads what it has never stored',
      );
      race.judgeOther(findings, property(storesAreConfined.id));
      const exclusive = memory.pages.find((page) => PageKsm(page) && PageAnonExclusive(page));
      findings.demand(
        property(ksmIsShared.id),
        exclusive === undefined,
        () => `${exclusive!.name} is a KSM page, and marked exclusive`,
      );
      findings.conclude();
    });
  },
});
