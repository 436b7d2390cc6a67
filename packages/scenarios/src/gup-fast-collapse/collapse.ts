import { defineScenario, integerParameter } from '@pagerace/kernel';
import { doesNotWait, ordersTheFlush, pmdAndPte, pteOnly, waitedForWalks } from './kernels.js';
import { collapseProperties, CollapseRace, type Got } from './collapse-race.js';

export const gupFastCollapse = defineScenario({
  id: 'gup-fast-collapse',
  title: 'S4-1 to S4-7: GUP-fast against the collapse of its page into a huge one',
  description:
    'A process asks GUP-fast for a page to write to, as direct I/O does, and writes to it. Meanwhile ' +
    'khugepaged collapses the range: it takes the page table out, finds that nobody else refers to the ' +
    'page, copies it and maps the copy. If it has not seen GUP-fast’s reference, and GUP-fast not that ' +
    'the table is gone, what is written is lost.',
  parameters: {
    ptes: integerParameter('Of how many pages a huge one is made', {
      default: 1,
      minimum: 1,
      maximum: 3,
    }),
  },
  machine: ({ ptes }) => ({ cpus: 2, pages: 2 * ptes, hugePages: 1, hpagePmdNr: ptes }),
  properties: collapseProperties,
  expected: [
    {
      kernels: pteOnly,
      architectures: waitedForWalks,
      verdict: 'verified',
      because:
        'the flush does not return before every walk that may have found the table has ended',
    },
    {
      kernels: [...pteOnly, '+radix-collapse-no-ipi'],
      architectures: doesNotWait,
      verdict: 'violated',
      properties: ['I1-NoStalePin', 'I1-NoStalePin & I2-NoLostWrite'],
      because:
        'the commit message of 70cbc3cc78a9: the page is pinned after the references were read',
    },
    {
      kernels: pmdAndPte,
      architectures: ordersTheFlush,
      verdict: 'verified',
      because:
        'each side does its own part before it looks at the other’s, with a full barrier between',
    },
  ],
  build(context) {
    const { machine } = context;
    const race = new CollapseRace(context);
    machine.cpu(0).run('app', () => race.getAndWrite());
    machine.cpu(1).run('khugepaged', () => race.collapse());
    return machine.program(({ app }) => {
      race.judge(app as Got);
    });
  },
});
