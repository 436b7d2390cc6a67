import { defineScenario } from '@pagerace/kernel';
import { Findings } from '../findings.js';
import { referencesAreCounted } from '../madv-free/properties.js';
import type { Got } from './collapse-race.js';
import { FileRace } from './file-race.js';
import { noJunkRead, noJunkReturned } from './properties.js';

export const gupFastRetract = defineScenario({
  id: 'gup-fast-retract',
  title: 'S4-18: and the page table that mapped them is freed',
  description:
    'As gup-fast-collapse-file, with the question whether GUP-fast reads only what are entries: when the ' +
    'file is collapsed, the page table in which nothing is mapped any more is taken out and freed.',
  machine: { cpus: 2, pages: 4, hugePages: 1 },
  properties: [noJunkRead, noJunkReturned, referencesAreCounted],
  build(context) {
    const { machine } = context;
    const race = new FileRace(context);
    machine.cpu(0).run('app', () => race.getAndWrite());
    machine.cpu(1).run('khugepaged', () => race.collapse());
    return machine.program(({ app }) => {
      const { page, walks } = app as Got;
      if (page !== undefined) context.holdsAtEnd(page);
      context.property(referencesAreCounted.id).applies();
      const findings = new Findings();
      for (const { readJunk, page: found } of walks) {
        findings.demand(
          context.property(noJunkRead.id),
          !readJunk,
          () => 'GUP-fast has read an entry of a page table that was freed',
        );
        findings.demand(
          context.property(noJunkReturned.id),
          !readJunk || found === undefined,
          () => `GUP-fast has given out ${found?.name ?? ''}, found in a page table that was freed`,
        );
      }
      findings.conclude();
    });
  },
});
