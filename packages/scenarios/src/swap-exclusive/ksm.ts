import { GET_USER_PAGES } from '@pagerace/gup';
import { choiceParameter, defineScenario } from '@pagerace/kernel';
import { Findings } from '../findings.js';
import { writeAsDevice, WRITTEN } from '../gup-fast-collapse/judge-page.js';
import { directReadIsSeen, referencesAreCounted } from '../madv-free/properties.js';
import { ownStoreIsKept, storesAreConfined } from './properties.js';
import { KSM_ADDRESS, KsmRace } from './ksm-race.js';

/** What the process stores to the upper half. */
const STORED = 0x63;

export const swapExclusiveKsm = defineScenario({
  id: 'swap-exclusive-ksm',
  title: 'B7: a direct read into a page that ksmd merges, and a store to it',
  description:
    'A process submits a direct read into the lower half of a page, stores to the upper half, and the device ' +
    'writes. Meanwhile ksmd finds that page like one of another process. It makes the entry read-only, unless ' +
    'somebody has a reference to the page (write_protect_page()): then it puts the entry back as it was. Left ' +
    'out: the scan. The device writes behind the store, which is when a store that copies does most harm.',
  parameters: {
    kept: choiceParameter('whose page becomes the KSM page; the other one is replaced', [
      'other',
      'app',
    ]),
  },
  machine: { cpus: 2, pages: 5 },
  properties: [directReadIsSeen, ownStoreIsKept, storesAreConfined, referencesAreCounted],
  expected: [
    {
      architectures: ['x86'],
      verdict: 'verified',
      because: 'ksmd steps back when it finds a reference that is none of a mapping or of its own',
    },
  ],
  build(context) {
    const { get, machine, parameters, property } = context;
    const race = new KsmRace(context);
    const gup = get(GET_USER_PAGES);
    machine.cpu(0).run('app', () => {
      const flags = { write: true };
      const [page] = gup.getUserPagesFast(race.app, KSM_ADDRESS, 1, flags);
      race.store('hi', STORED);
      writeAsDevice(page!);
      gup.release(page!, flags);
    });
    machine.cpu(1).run('ksmd', () => race.merge(parameters.kept));
    return machine.program(() => {
      // What the process would load now.
      const contents = race.mapped()?.contents;
      property(referencesAreCounted.id).applies();
      const findings = new Findings();
      findings.demand(
        property(directReadIsSeen.id),
        contents?.readHalf('lo') === WRITTEN,
        () => 'what the device wrote is not what the process loads',
      );
      findings.demand(
        property(ownStoreIsKept.id),
        contents?.readHalf('hi') === String.fromCharCode(STORED),
        () => 'what the process stored is not what it loads',
      );
      race.judgeOther(findings, property(storesAreConfined.id));
      findings.conclude();
    });
  },
});
