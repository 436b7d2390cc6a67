import { choiceParameter, defineScenario } from '@pagerace/kernel';
import type { Page } from '@pagerace/page-model';
import { directReadIsSeen, mappingIsCoherent } from '../madv-free/properties.js';
import { Judge, swapProperties } from './judge.js';
import { KsmRace } from './ksm-race.js';
import { storesAreConfined } from './properties.js';
import { INITIAL } from './user-page.js';

export const swapExclusiveKsmGupFast = defineScenario({
  id: 'swap-exclusive-ksm-gup-fast',
  title: 'B7: GUP-fast takes a reference for writing while ksmd merges the page',
  description:
    'ksmd clears and flushes the entry (ptep_clear_flush() in write_protect_page()) and then compares the ' +
    'references with the mappings; GUP-fast takes a reference and then looks at the entry again. That is store ' +
    'buffering: what keeps ksmd’s load of the references behind its store of the entry is the flush, or the ' +
    'instruction that clears. If both miss each other, a device writes to a page that is merged.',
  parameters: {
    kept: choiceParameter('whose page becomes the KSM page; the other one is replaced', [
      'other',
      'app',
    ]),
    reference: choiceParameter('what GUP-fast takes', ['get', 'pin']),
  },
  machine: { cpus: 2, pages: 4 },
  properties: [directReadIsSeen, mappingIsCoherent, storesAreConfined, ...swapProperties],
  build(context) {
    const { machine, parameters } = context;
    const race = new KsmRace(context);
    const pin = parameters.reference === 'pin';
    machine.cpu(0).run('app', () => {
      const page = race.hold({ write: true, fastOnly: true, pin });
      if (page !== undefined) race.deviceWrites(page);
      return page;
    });
    machine.cpu(1).run('ksmd', () => race.merge(parameters.kept));
    return machine.program(({ app }) => {
      const page = app as Page | undefined;
      const judge = new Judge(context, race);
      if (page !== undefined) judge.held(page, { pin });
      judge.confinedBoth(race.other.atEnd(), INITIAL);
      judge.state();
      judge.conclude();
    });
  },
});
