import { radixCollapseNoIpi } from '@pagerace/arch-powerpc';
import { gupFastRecheckPmd } from '@pagerace/gup';
import { defineScenario, integerParameter } from '@pagerace/kernel';
import { collapseTableSync } from '@pagerace/khugepaged';
import { doesNotWait, ordersTheFlush, waitsForWalks } from './architectures.js';
import { collapseProperties, CollapseRace, type Got } from './collapse-race.js';

export const gupFastCollapse = defineScenario({
  id: 'gup-fast-collapse',
  title: 'S4-1 to S4-7, S4-16: GUP-fast against the collapse of its page into a huge one',
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
    walkers: integerParameter('How many CPUs ask GUP-fast for the page at once', {
      default: 1,
      minimum: 1,
      maximum: 3,
      silentDefault: true,
    }),
  },
  machine: ({ ptes, walkers }) => ({
    cpus: walkers + 1,
    // Each CPU has its share of them in its own list, and the one that boots takes as many as there are ptes.
    pages: (walkers + 1) * ptes,
    hugePages: 1,
    hpagePmdNr: ptes,
  }),
  defaultArchitecture: 'arm64',
  properties: collapseProperties,
  expected: [
    {
      without: [gupFastRecheckPmd],
      architectures: waitsForWalks,
      verdict: 'verified',
      because:
        'the flush does not return before every walk that may have found the table has ended',
    },
    {
      without: [gupFastRecheckPmd, radixCollapseNoIpi],
      architectures: ['powerpc-radix'],
      verdict: 'verified',
      because:
        'the flush does not return before every walk that may have found the table has ended',
    },
    {
      without: [gupFastRecheckPmd, collapseTableSync],
      architectures: doesNotWait,
      verdict: 'violated',
      properties: ['I1-NoStalePin', 'I1-NoStalePin & I2-NoLostWrite'],
      because:
        'the commit message of 70cbc3cc78a9: the page is pinned after the references were read',
    },
    {
      with: [gupFastRecheckPmd],
      architectures: ordersTheFlush,
      verdict: 'verified',
      because:
        'each side does its own part before it looks at the other’s, with a full barrier between',
    },
  ],
  build(context) {
    const { machine, parameters } = context;
    const walkers = Array.from({ length: parameters.walkers }, (_, cpu) => ({
      cpu,
      name: cpu === 0 ? 'app' : `app-${cpu + 1}`,
    }));
    const race = new CollapseRace(context, { cpus: walkers.map(({ cpu }) => cpu) });
    for (const { cpu, name } of walkers) machine.cpu(cpu).run(name, () => race.getAndWrite());
    machine.cpu(walkers.length).run('khugepaged', () => race.collapse());
    return machine.program((results) => {
      for (const { name } of walkers) race.judge(results[name] as Got);
    });
  },
});
