import { gupFastRecheckPmd } from '@pagerace/gup';
import { defineScenario } from '@pagerace/kernel';
import { collapseTableSync } from '@pagerace/khugepaged';
import { referencesAreCounted } from '../madv-free/properties.js';
import { CollapseRace, type Got } from './collapse-race.js';
import { doesNotWait, waitsForWalks } from './architectures.js';
import { noJunkRead, noJunkReturned } from './properties.js';

export const gupFastCollapseZap = defineScenario({
  id: 'gup-fast-collapse-zap',
  title: 'S4-10: the deposited page table is freed, and its frame holds something else',
  description:
    'The range is collapsed, and the process advises MADV_DONTNEED: the deposited page table is freed at ' +
    'once. Somebody gets the frame, and writes to it what looks like an entry for a page of his own. ' +
    'GUP-fast, which has found the table before, may read it there.',
  machine: { cpus: 2, pages: 4, hugePages: 1 },
  defaultArchitecture: 'arm64',
  properties: [noJunkRead, noJunkReturned, referencesAreCounted],
  expected: [
    {
      with: [gupFastRecheckPmd],
      without: [collapseTableSync],
      architectures: waitsForWalks,
      verdict: 'verified',
      because: 'the flush waits for walks, and so does who frees the table after it',
    },
    {
      with: [gupFastRecheckPmd],
      without: [collapseTableSync],
      architectures: doesNotWait,
      verdict: 'violated',
      properties: ['I4a-NoJunkRead'],
      because:
        '2ba99c5e0881: GUP-fast walks through the table that was freed; it takes and drops a reference ' +
        'to somebody’s page, as the entry above has changed',
    },
    {
      with: [gupFastRecheckPmd, collapseTableSync],
      architectures: doesNotWait,
      verdict: 'verified',
      because: 'the collapse has waited for every walk that may have found the table',
    },
  ],
  build(context) {
    const { machine, memory, arch } = context;
    const race = new CollapseRace(context);
    const table = race.table();
    const victim = machine.boot(() => memory.allocator.allocZeroedPage());
    const looksLikeAnEntry = arch.pteMkwrite(
      arch.pteMkdirty(arch.pteMkyoung(arch.mkPte(victim, race.vma.vmPageProt))),
    );
    machine.cpu(0).run('app', () => race.getAndWrite());
    machine.cpu(1).run('khugepaged', () => {
      if (race.collapse() !== 'SCAN_SUCCEED') return;
      race.zap();
      table.fill(looksLikeAnEntry);
    });
    return machine.program(({ app }) => {
      context.holdsAtEnd(victim);
      const got = app as Got;
      race.judgeReferences(got.page);
      race.judgeTables(got);
    });
  },
});
