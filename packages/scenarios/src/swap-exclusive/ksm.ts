import { choiceParameter, defineScenario } from '@pagerace/kernel';
import type { Page } from '@pagerace/page-model';
import { Judge, swapReadProperties } from './judge.js';
import { KsmRace } from './ksm-race.js';
import { storesAreConfined } from './properties.js';
import { INITIAL } from './user-page.js';

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
  properties: [...swapReadProperties, storesAreConfined],
  expected: [
    {
      architectures: ['x86'],
      verdict: 'verified',
      because: 'ksmd steps back when it finds a reference that is none of a mapping or of its own',
    },
  ],
  build(context) {
    const { machine, parameters } = context;
    const race = new KsmRace(context);
    machine.cpu(0).run('app', () => {
      const page = race.hold({ write: true })!;
      race.store('hi');
      race.deviceWrites(page);
      return page;
    });
    machine.cpu(1).run('ksmd', () => race.merge(parameters.kept));
    return machine.program(({ app }) => {
      const judge = new Judge(context, race);
      judge.held(app as Page);
      judge.store(race.atEnd().hi);
      judge.confinedBoth(race.other.atEnd(), INITIAL);
      judge.state();
      judge.conclude();
    });
  },
});
