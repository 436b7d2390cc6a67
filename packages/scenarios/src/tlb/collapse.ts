import { riscvCollapseFlushMm } from '@pagerace/arch-riscv';
import { defineScenario, integerParameter } from '@pagerace/kernel';
import { MachineProperty } from '@pagerace/machine';
import { USER_ACCESS } from '@pagerace/page-model';
import { Findings } from '../findings.js';
import { CollapseRace } from '../gup-fast-collapse/collapse-race.js';
import { ordersTheFlush } from '../gup-fast-collapse/architectures.js';
import { freeIsUntouched, referencesAreCounted } from '../madv-free/properties.js';
import { storeIsKept, unmappedIsUnreachable } from './properties.js';

const STORED = 2;

const flushedEverywhere =
  'pmdp_collapse_flush() returns when no CPU has anything left of the table that was taken out';

export const staleTlbCollapse = defineScenario({
  id: 'stale-tlb-collapse',
  title: 'T3: khugepaged copies a page into a huge one, while a CPU has a translation of it',
  description:
    'A process on CPU 0 has written to a small page, stores to it again and loads it back. Its TLB has ' +
    'the translation, and its walk cache the page table that led to it. khugepaged on CPU 1 collapses the ' +
    'range: it takes the table out and flushes (pmdp_collapse_flush()), copies the page, maps the copy and ' +
    'frees the page. A store that reaches the page after it was copied is lost, be it by the translation or ' +
    'by a walk through the table that was taken out. Left out of the model: as in stale-tlb-unmap.',
  parameters: {
    ptes: integerParameter('Of how many pages a huge one is made; the last is stored to', {
      default: 1,
      minimum: 1,
      maximum: 2,
    }),
  },
  machine: ({ ptes }) => ({
    cpus: 2,
    pages: 2 * ptes,
    hugePages: 1,
    hpagePmdNr: ptes,
    tlb: true,
  }),
  defaultArchitecture: 'riscv',
  properties: [storeIsKept, unmappedIsUnreachable, referencesAreCounted, freeIsUntouched],
  expected: [
    {
      with: [riscvCollapseFlushMm],
      architectures: ['riscv'],
      verdict: 'verified',
      because: flushedEverywhere,
    },
    {
      without: [riscvCollapseFlushMm],
      architectures: ['riscv'],
      verdict: 'violated',
      properties: [storeIsKept.id, unmappedIsUnreachable.id, MachineProperty.useAfterFree],
      because:
        'arch/riscv/mm/pgtable.c:pmdp_collapse_flush() of v6.2: a fence with an address is of entries ' +
        'that map a page only, and the walk cache keeps the table. The small page is freed when the huge ' +
        'one goes to its LRU list, and the store may come after that',
    },
    {
      architectures: [...ordersTheFlush, 'arm-lpae', 'riscv'],
      verdict: 'verified',
      because: flushedEverywhere,
    },
  ],
  build(context) {
    const { machine, parameters, property } = context;
    const user = context.get(USER_ACCESS);
    const race = new CollapseRace(context);
    const nth = parameters.ptes - 1;
    const address = race.address(nth);
    machine.cpu(0).run('app', () => {
      user.userWrite(race.mm, address, STORED);
      return user.userRead(race.mm, address);
    });
    machine.cpu(1).run('khugepaged', () => race.collapse());
    return machine.program(({ app, khugepaged }) => {
      property(referencesAreCounted.id).applies();
      property(freeIsUntouched.id).applies();
      if (khugepaged === 'SCAN_SUCCEED') property(unmappedIsUnreachable.id).applies();
      const findings = new Findings();
      findings.demand(
        property(storeIsKept.id),
        app === STORED,
        () => `the process has stored ${String(STORED)}, and loaded ${String(app)}`,
      );
      findings.demand(
        property(storeIsKept.id),
        race.mapped(nth)?.contents.readHalf('lo') === String.fromCharCode(STORED),
        () => 'what the process has stored cannot be read at its address in the end',
      );
      findings.conclude();
    });
  },
});
