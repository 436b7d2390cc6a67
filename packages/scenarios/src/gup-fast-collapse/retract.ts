import { defineScenario } from '@pagerace/kernel';
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
  defaultArchitecture: 'arm64',
  properties: [noJunkRead, noJunkReturned, referencesAreCounted],
  build(context) {
    const { machine } = context;
    const race = new FileRace(context);
    machine.cpu(0).run('app', () => race.getAndWrite());
    machine.cpu(1).run('khugepaged', () => race.collapse());
    return machine.program(({ app }) => {
      const got = app as Got;
      race.judgeReferences(got.page);
      race.judgeTables(got);
    });
  },
});
