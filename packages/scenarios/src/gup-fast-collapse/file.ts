import { defineScenario } from '@pagerace/kernel';
import { referencesAreCounted } from '../madv-free/properties.js';
import type { Got } from './collapse-race.js';
import { FileRace } from './file-race.js';
import { noLostWrite, noStalePin } from './properties.js';

export const gupFastCollapseFile = defineScenario({
  id: 'gup-fast-collapse-file',
  title: 'S4-18: the pages of a file are collapsed, with their references frozen',
  description:
    'A process has a file in memory mapped, and asks GUP-fast for a page of it to write to. Meanwhile ' +
    'khugepaged collapses the file: it unmaps each page, takes all its references at once, if they are ' +
    'no more than it knows of, and puts the huge page into its place.',
  machine: { cpus: 2, pages: 4, hugePages: 1 },
  properties: [noStalePin, noLostWrite, referencesAreCounted],
  build(context) {
    const { machine } = context;
    const race = new FileRace(context);
    machine.cpu(0).run('app', () => race.getAndWrite());
    machine.cpu(1).run('khugepaged', () => race.collapse());
    return machine.program(({ app }) => {
      race.judge(app as Got);
    });
  },
});
