import { defineScenario } from '@pagerace/kernel';
import { getPage } from '@pagerace/page-model';
import { collapseProperties, CollapseRace, type Got } from './collapse-race.js';

export const gupFastCollapseAbort = defineScenario({
  id: 'gup-fast-collapse-abort',
  title: 'S4-8: the collapse gives up, and puts the same page table back',
  description:
    'As gup-fast-collapse, with two pages, of which somebody has the second for long: so the collapse ' +
    'takes the page table out and puts it back. GUP-fast may find that the entry above is what it was, ' +
    'though the collapse came and went in between; rightly so, as nothing was copied.',
  machine: { cpus: 2, pages: 4, hugePages: 1, hpagePmdNr: 2 },
  properties: collapseProperties,
  expected: [
    { verdict: 'verified', because: 'an entry that is as before means that nothing was done' },
  ],
  build(context) {
    const { machine } = context;
    const race = new CollapseRace(context);
    const held = race.mapped(1)!;
    machine.boot(() => {
      getPage(held);
    });
    machine.cpu(0).run('app', () => race.getAndWrite());
    machine.cpu(1).run('khugepaged', () => race.collapse());
    return machine.program(({ app }) => {
      context.holdsAtEnd(held);
      race.judge(app as Got);
    });
  },
});
