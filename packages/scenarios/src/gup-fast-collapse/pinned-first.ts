import { defineScenario } from '@pagerace/kernel';
import { complete, Completion, waitForCompletion } from '@pagerace/machine';
import { collapseProperties, CollapseRace, type Got } from './collapse-race.js';

export const gupFastCollapsePinnedFirst = defineScenario({
  id: 'gup-fast-collapse-pinned-first',
  title: 'S4-13: the page was given out before the collapse',
  description:
    'As gup-fast-collapse, but khugepaged comes when GUP-fast has given the page out: it finds a ' +
    'reference that no mapping accounts for, and gives up.',
  machine: { cpus: 2, pages: 2, hugePages: 1 },
  properties: collapseProperties,
  expected: [{ verdict: 'verified', because: 'SCAN_PAGE_COUNT' }],
  build(context) {
    const { machine } = context;
    const race = new CollapseRace(context);
    const given = new Completion('given out');
    machine.cpu(0).run('app', () => {
      const got = race.getAndWrite();
      complete(given);
      return got;
    });
    machine.cpu(1).run('khugepaged', () => {
      waitForCompletion(given);
      return race.collapse();
    });
    return machine.program(({ app }) => {
      race.judge(app as Got);
    });
  },
});
