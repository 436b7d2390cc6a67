import { radixCollapseNoIpi } from '@pagerace/arch-powerpc';
import { gupFastRecheckPmd } from '@pagerace/gup';
import { defineScenario } from '@pagerace/kernel';
import { collapseTableSync } from '@pagerace/khugepaged';
import { collapseProperties, CollapseRace, type Got } from './collapse-race.js';
import { doesNotWait, ordersTheFlush, waitsForWalks } from './architectures.js';

export const gupFastCollapseSecondPage = defineScenario({
  id: 'gup-fast-collapse-second-page',
  title: 'S4-21: the second of two pages is given out',
  description:
    'As gup-fast-collapse with two pages; GUP-fast asks for the second, which the collapse looks at, and ' +
    'copies, after the first.',
  machine: { cpus: 2, pages: 4, hugePages: 1, hpagePmdNr: 2 },
  defaultArchitecture: 'arm64',
  properties: collapseProperties,
  expected: [
    {
      without: [gupFastRecheckPmd],
      architectures: waitsForWalks,
      verdict: 'verified',
      because: 'as for the first',
    },
    {
      without: [gupFastRecheckPmd, radixCollapseNoIpi],
      architectures: ['powerpc-radix'],
      verdict: 'verified',
      because: 'as for the first',
    },
    {
      without: [gupFastRecheckPmd, collapseTableSync],
      architectures: doesNotWait,
      verdict: 'violated',
      properties: ['I1-NoStalePin', 'I1-NoStalePin & I2-NoLostWrite'],
      because: 'as for the first',
    },
    {
      with: [gupFastRecheckPmd],
      architectures: ordersTheFlush,
      verdict: 'verified',
      because: 'as for the first',
    },
  ],
  build(context) {
    const { machine } = context;
    const race = new CollapseRace(context);
    machine.cpu(0).run('app', () => race.getAndWrite(1));
    machine.cpu(1).run('khugepaged', () => race.collapse());
    return machine.program(({ app }) => {
      race.judge(app as Got, 1);
    });
  },
});
