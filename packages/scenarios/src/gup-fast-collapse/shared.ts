import { FORK, prepareChild } from '@pagerace/fork';
import { defineScenario } from '@pagerace/kernel';
import { USER_ACCESS } from '@pagerace/page-model';
import { referencesAreCounted } from '../madv-free/properties.js';
import { CollapseRace, type Got } from './collapse-race.js';
import { noStalePin } from './properties.js';

export const gupFastCollapseShared = defineScenario({
  id: 'gup-fast-collapse-shared',
  title: 'S4-15: a page that a child shares is collapsed, and the child asks GUP-fast for it',
  description:
    'A process has forked. Of its two pages the child shares the first; khugepaged collapses the ' +
    'process’s range, while the child asks GUP-fast for the first page, to read from it.',
  machine: { cpus: 2, pages: 12, hugePages: 1, hpagePmdNr: 2 },
  properties: [noStalePin, referencesAreCounted],
  build(context) {
    const { machine } = context;
    const race = new CollapseRace(context);
    const child = context.process('child', 0);
    machine.boot(() => {
      prepareChild(race.mm, child);
      context.get(FORK).dupMmap(race.mm, child);
      // khugepaged wants one page at least that the process may write to.
      context.get(USER_ACCESS).userWrite(race.mm, race.address(1), 2);
    });
    machine.cpu(0).run('child', () => race.getAndWrite(0, { write: false }, child));
    machine.cpu(1).run('khugepaged', () => race.collapse());
    return machine.program(({ child: got }) => {
      const { page } = got as Got;
      race.judgeReferences(page);
      if (page === undefined) return;
      context
        .property(noStalePin.id)
        .demand(race.mapped(0, 0, child) === page, `the child does not have ${page.name} mapped`);
    });
  },
});
