import { GUP_CONFIG } from '@pagerace/gup';
import { defineScenario } from '@pagerace/kernel';
import { retractByRcu } from '@pagerace/khugepaged';
import { pteMapInRcuSection } from '@pagerace/page-model';
import { collapseProperties, type Got } from './collapse-race.js';
import { FileRace } from './file-race.js';

export const gupSlowRetract = defineScenario({
  id: 'gup-slow-retract',
  title: 'I5: a page is got, and faulted in, by a page table that is retracted',
  description:
    'A process has a file in memory mapped, and asks for a page of it to write to, the slow way: under ' +
    'mmap_lock and the lock of the page table, and through a page fault if nothing is mapped there. ' +
    'Meanwhile khugepaged collapses the file and takes the page table out. Up to v6.5 mmap_lock kept it ' +
    'from doing so; since v6.6 it does so under the lock of the table, which therefore must not go while ' +
    'somebody waits for it, and who gets it must look whether the table is still in use.',
  machine: { cpus: 2, pages: 4, hugePages: 1 },
  properties: collapseProperties,
  expected: [
    {
      without: [retractByRcu],
      verdict: 'verified',
      because: 'the page table is taken out under mmap_lock, for writing',
    },
    {
      with: [retractByRcu],
      without: [pteMapInRcuSection],
      verdict: 'violated',
      properties: ['I5-PtlOwner'],
      because:
        'a349d72fd9ef: pte_offset_map() has to be in an RCU section before page tables are freed so',
    },
    {
      with: [retractByRcu, pteMapInRcuSection],
      verdict: 'verified',
      because: 'pte_offset_map_lock() looks at the entry above again, in an RCU section',
    },
  ],
  build(context) {
    const { machine } = context;
    context.get(GUP_CONFIG).haveFastGup = false;
    const race = new FileRace(context);
    machine.cpu(0).run('app', () => race.getAndWrite({ fastOnly: false }));
    machine.cpu(1).run('khugepaged', () => race.collapse());
    return machine.program(({ app }) => {
      race.judge(app as Got);
    });
  },
});
