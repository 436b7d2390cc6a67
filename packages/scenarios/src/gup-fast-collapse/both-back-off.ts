import { defineScenario } from '@pagerace/kernel';
import { referencesAreCounted } from '../madv-free/properties.js';
import { CollapseRace, type Got } from './collapse-race.js';
import { bothMayBackOff } from './properties.js';

export const gupFastCollapseBothBackOff = defineScenario({
  id: 'gup-fast-collapse-both-back-off',
  title: 'S4-14: GUP-fast and the collapse give up because of each other',
  description:
    'As gup-fast-collapse, with the question what is left when the collapse sees GUP-fast’s reference, ' +
    'and GUP-fast, which then gives it back, sees that the page table is out.',
  machine: { cpus: 2, pages: 2, hugePages: 1 },
  defaultArchitecture: 'arm64',
  properties: [bothMayBackOff, referencesAreCounted],
  build(context) {
    const { machine } = context;
    const race = new CollapseRace(context);
    const page = race.mapped();
    machine.cpu(0).run('app', () => race.getAndWrite());
    machine.cpu(1).run('khugepaged', () => race.collapse());
    return machine.program(({ app, khugepaged }) => {
      const got = app as Got;
      race.judgeReferences(got.page);
      if (got.page !== undefined || khugepaged === 'SCAN_SUCCEED') return;
      context
        .property(bothMayBackOff.id)
        .demand(race.mapped() === page, 'the process has another page than before');
    });
  },
});
