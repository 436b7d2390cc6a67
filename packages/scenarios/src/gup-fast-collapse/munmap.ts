import { FORK } from '@pagerace/fork';
import { defineScenario } from '@pagerace/kernel';
import { referencesAreCounted } from '../madv-free/properties.js';
import { CollapseRace, type Got } from './collapse-race.js';
import { noJunkRead, noJunkReturned } from './properties.js';

export const gupFastMunmap = defineScenario({
  id: 'gup-fast-munmap',
  title: 'S4-19: the range is unmapped, and its page table freed',
  description:
    'A process asks GUP-fast for a page, while another of its threads unmaps it. With the last page of ' +
    'the range its page table goes: after a grace period, or after a flush that interrupts whoever may be ' +
    'walking it, or, where neither is so, under the walk.',
  machine: { cpus: 2, pages: 4 },
  properties: [noJunkRead, noJunkReturned, referencesAreCounted],
  expected: [
    {
      architectures: ['mips-mmid'],
      verdict: 'violated',
      properties: ['I4a-NoJunkRead'],
      because: 'the walk and the flush do not wait for each other',
    },
  ],
  build(context) {
    const { machine } = context;
    const race = new CollapseRace(context, { cpus: [0, 1] });
    const fork = context.get(FORK);
    machine.cpu(0).run('app', () => race.getAndWrite());
    machine.cpu(1).run('unmapper', () => {
      fork.unmapRegion(race.mm, race.address());
    });
    return machine.program(({ app }) => {
      const got = app as Got;
      race.judgeReferences(got.page);
      race.judgeTables(got);
    });
  },
});
