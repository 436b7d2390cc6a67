import { gupFastRecheckPmd } from '@pagerace/gup';
import { defineScenario } from '@pagerace/kernel';
import { collapseTableSync } from '@pagerace/khugepaged';
import { referencesAreCounted } from '../madv-free/properties.js';
import { CollapseRace, type Got } from './collapse-race.js';
import { doesNotWait, waitsForWalks } from './architectures.js';
import { noJunkRead, noJunkReturned } from './properties.js';

export const gupFastCollapseMove = defineScenario({
  id: 'gup-fast-collapse-move',
  title: 'S4-11: the deposited page table is used for another range',
  description:
    'A range is collapsed; then the huge page of another range, whose mapping is split, takes the page ' +
    'table that was deposited last. GUP-fast, which has found the table where it was, may read an entry ' +
    'of the other range in it.',
  machine: { cpus: 2, pages: 4, hugePages: 2 },
  defaultArchitecture: 'arm64',
  properties: [noJunkRead, noJunkReturned, referencesAreCounted],
  expected: [
    {
      with: [gupFastRecheckPmd],
      without: [collapseTableSync],
      architectures: waitsForWalks,
      verdict: 'verified',
      because: 'the flush waits for walks',
    },
    {
      with: [gupFastRecheckPmd],
      without: [collapseTableSync],
      architectures: doesNotWait,
      verdict: 'violated',
      properties: ['I4a-NoJunkRead'],
      because: '2ba99c5e0881; the entry above has changed, so that nothing is given out',
    },
    {
      with: [gupFastRecheckPmd, collapseTableSync],
      architectures: doesNotWait,
      verdict: 'verified',
      because: 'the collapse has waited for every walk that may have found the table',
    },
  ],
  build(context) {
    const { machine } = context;
    const race = new CollapseRace(context, { ranges: 2 });
    machine.boot(() => race.collapse(1));
    machine.cpu(0).run('app', () => race.getAndWrite());
    machine.cpu(1).run('khugepaged', () => {
      if (race.collapse() === 'SCAN_SUCCEED') race.split(1);
    });
    return machine.program(({ app }) => {
      const got = app as Got;
      race.judgeReferences(got.page);
      race.judgeTables(got);
    });
  },
});
