import { defineScenario } from '@pagerace/kernel';
import { getPageUnlessZero, putPage } from '@pagerace/page-model';
import { freeIsUntouched, referencesAreCounted } from '../madv-free/properties.js';
import { CollapseRace } from './collapse-race.js';

export const gupFastCollapsePfnWalker = defineScenario({
  id: 'gup-fast-collapse-pfn-walker',
  title: 'S4-17: somebody who goes through all page frames takes a reference for a moment',
  description:
    'As memory compaction, page_idle or a memory error does, who comes to a page by its frame number and ' +
    'not by a mapping. His reference may make the collapse give up; if it comes later, he has the page ' +
    'last.',
  machine: { cpus: 2, pages: 2, hugePages: 1 },
  properties: [referencesAreCounted, freeIsUntouched],
  expected: [
    { verdict: 'verified', because: 'the reference is dropped, and nothing is done by it' },
  ],
  build(context) {
    const { machine } = context;
    const race = new CollapseRace(context);
    const page = race.mapped()!;
    machine.cpu(0).run('pfn walker', () => {
      if (getPageUnlessZero(page)) putPage(page);
    });
    machine.cpu(1).run('khugepaged', () => race.collapse());
    return machine.program(() => {
      race.judgeReferences(undefined);
      context.property(freeIsUntouched.id).applies();
    });
  },
});
