import { GET_USER_PAGES } from '@pagerace/gup';
import { choiceParameter, defineScenario } from '@pagerace/kernel';
import type { Page } from '@pagerace/page-model';
import { Findings } from '../findings.js';
import { writeAsDevice } from '../gup-fast-collapse/judge-page.js';
import {
  directReadIsSeen,
  mappingIsCoherent,
  referencesAreCounted,
} from '../madv-free/properties.js';
import { KSM_ADDRESS, KsmRace } from './ksm-race.js';
import { storesAreConfined } from './properties.js';

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
  properties: [directReadIsSeen, mappingIsCoherent, storesAreConfined, referencesAreCounted],
  build(context) {
    const { get, machine, parameters, property } = context;
    const race = new KsmRace(context);
    const gup = get(GET_USER_PAGES);
    const flags = { write: true, fastOnly: true, pin: parameters.reference === 'pin' };
    machine.cpu(0).run('app', () => {
      const [page] = gup.getUserPagesFast(race.app, KSM_ADDRESS, 1, flags);
      if (page !== undefined) writeAsDevice(page);
      return page;
    });
    machine.cpu(1).run('ksmd', () => race.merge(parameters.kept));
    return machine.program(({ app }) => {
      const page = app as Page | undefined;
      property(referencesAreCounted.id).applies();
      if (page === undefined) return;
      if (flags.pin) context.pinsAtEnd(page);
      else context.holdsAtEnd(page);
      const findings = new Findings();
      const written = page.contents.readHalf('lo');
      const mapped = race.mapped();
      findings.demand(
        property(mappingIsCoherent.id),
        mapped === page,
        () => `${page.name} is held for the device, and ${mapped?.name ?? 'nothing'} is mapped`,
      );
      findings.demand(
        property(directReadIsSeen.id),
        mapped?.contents.readHalf('lo') === written,
        () => `what the device wrote to ${page.name} cannot be read where it was to go`,
      );
      race.judgeOther(findings, property(storesAreConfined.id));
      findings.conclude();
    });
  },
});
