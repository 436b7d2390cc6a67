import { defineScenario } from '@pagerace/kernel';
import { referencesAreCounted } from '../madv-free/properties.js';
import type { Got } from './collapse-race.js';
import { FileRace } from './file-race.js';
import { noJunkRead, noJunkReturned, noLostWrite, noStalePin } from './properties.js';

export const gupFastCollapsePteMapped = defineScenario({
  id: 'gup-fast-collapse-pte-mapped',
  title: 'S4-18: the page table goes that maps the pages of a huge page one by one',
  description:
    'A file in memory has a huge page, whose pages a process has mapped one by one. It asks GUP-fast for ' +
    'one of them to write to, while khugepaged takes the page table out, so that the huge page can be ' +
    'mapped as one: nothing is copied, but the table is freed; up to v6.5 with its entries in it.',
  machine: { cpus: 2, pages: 4, hugePages: 1 },
  defaultArchitecture: 'arm64',
  properties: [noStalePin, noLostWrite, noJunkRead, noJunkReturned, referencesAreCounted],
  build(context) {
    const { machine } = context;
    const race = new FileRace(context, { huge: true });
    machine.cpu(0).run('app', () => race.getAndWrite());
    machine.cpu(1).run('khugepaged', () => race.collapsePteMapped());
    return machine.program(({ app }) => {
      const got = app as Got;
      race.judge(got);
      race.judgeTables(got);
    });
  },
});
