import { defineScenario } from '@pagerace/kernel';
import { collapseProperties, CollapseRace, type Got } from './collapse-race.js';

export const gupFastCollapseSplit = defineScenario({
  id: 'gup-fast-collapse-split',
  title: 'S4-9: collapse and split, and the page table is back where it was',
  description:
    'The range is collapsed, and the huge page’s mapping split again: that takes the deposited page ' +
    'table, and the entry above is what it was before. GUP-fast may have read it before all that, and ' +
    'look again after it.',
  machine: { cpus: 2, pages: 2, hugePages: 1 },
  defaultArchitecture: 'arm64',
  properties: collapseProperties,
  build(context) {
    const { machine } = context;
    const race = new CollapseRace(context);
    machine.cpu(0).run('app', () => race.getAndWrite());
    machine.cpu(1).run('khugepaged', () => {
      const result = race.collapse();
      if (result === 'SCAN_SUCCEED') race.split();
      return result;
    });
    return machine.program(({ app }) => {
      race.judge(app as Got);
    });
  },
});
