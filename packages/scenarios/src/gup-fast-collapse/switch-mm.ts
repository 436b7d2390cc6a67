import { defineScenario } from '@pagerace/kernel';
import { switchMm } from '@pagerace/page-model';
import { collapseProperties, CollapseRace, type Got } from './collapse-race.js';

export const gupFastCollapseSwitchMm = defineScenario({
  id: 'gup-fast-collapse-switch-mm',
  title: 'S4-20: the CPU begins to run the process while the collapse looks for those that do',
  description:
    'As gup-fast-collapse, but the CPU switches to the process first: it sets its bit in mm_cpumask() and ' +
    'then walks the page table. A flush that interrupts the CPUs of the mask takes the table out and then ' +
    'looks at the mask.',
  machine: { cpus: 2, pages: 2, hugePages: 1 },
  defaultArchitecture: 'arm64',
  properties: collapseProperties,
  build(context) {
    const { machine } = context;
    const race = new CollapseRace(context, { cpus: [] });
    race.mm.willRunOn(machine.cpu(0));
    machine.cpu(0).run('app', () => {
      switchMm(race.mm);
      return race.getAndWrite();
    });
    machine.cpu(1).run('khugepaged', () => race.collapse());
    return machine.program(({ app }) => {
      race.judge(app as Got);
    });
  },
});
