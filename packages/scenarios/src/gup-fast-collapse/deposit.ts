import { gupFastRecheckPmd } from '@pagerace/gup';
import { defineScenario } from '@pagerace/kernel';
import { collapseTableSync } from '@pagerace/khugepaged';
import { referencesAreCounted } from '../madv-free/properties.js';
import { CollapseRace, type Got } from './collapse-race.js';
import { noJunkRead, noJunkReturned } from './properties.js';

export const gupFastCollapseDeposit = defineScenario({
  id: 'gup-fast-collapse-deposit',
  title: 'S4-12: the deposited page table is put on a list, whose links are written into it',
  description:
    'As gup-fast-collapse, with the question whether GUP-fast reads only what are entries. Where page ' +
    'tables are deposited on a list that goes through their first two entries, as on s390 and on powerpc ' +
    'with the radix MMU, it may read a pointer.',
  machine: { cpus: 2, pages: 2, hugePages: 1 },
  defaultArchitecture: 's390',
  properties: [noJunkRead, noJunkReturned, referencesAreCounted],
  expected: [
    {
      with: [gupFastRecheckPmd],
      without: [collapseTableSync],
      architectures: ['s390', 'powerpc-radix'],
      verdict: 'violated',
      properties: ['I4a-NoJunkRead'],
      because: '2ba99c5e0881 names both',
    },
    {
      with: [gupFastRecheckPmd, collapseTableSync],
      architectures: ['s390', 'powerpc-radix'],
      verdict: 'verified',
      because: 'the collapse has waited for every walk that may have found the table',
    },
  ],
  build(context) {
    const { machine } = context;
    const race = new CollapseRace(context);
    machine.cpu(0).run('app', () => race.getAndWrite());
    machine.cpu(1).run('khugepaged', () => race.collapse());
    return machine.program(({ app }) => {
      const got = app as Got;
      race.judgeReferences(got.page);
      race.judgeTables(got);
    });
  },
});
