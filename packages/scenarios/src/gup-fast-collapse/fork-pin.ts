import { FORK, forkWriteProtectFullBarrier, prepareChild, writeProtectSeq } from '@pagerace/fork';
import { GET_USER_PAGES } from '@pagerace/gup';
import { choiceParameter, defineScenario } from '@pagerace/kernel';
import { KHUGEPAGED } from '@pagerace/khugepaged';
import {
  lruAddDrain,
  mappedPage,
  type Page,
  USER_ACCESS,
  VM_READ,
  VM_WRITE,
} from '@pagerace/page-model';
import { anonExclusiveBarriers } from '@pagerace/rmap';
import { referencesAreCounted } from '../madv-free/properties.js';
import { collapseProperties, RANGE } from './collapse-race.js';
import { judgeGivenOut, writeAsDevice } from './judge-page.js';

export const gupFastForkPin = defineScenario({
  id: 'gup-fast-fork-pin',
  title: 'Fork: a page is pinned while the process forks, and the child has its page table already',
  description:
    'A process asks GUP-fast to pin a page to write to, while another of its threads forks and then writes to ' +
    'that page. Fork copies mapping by mapping. For each it makes write_protect_seq odd, with a write barrier ' +
    'behind it (raw_write_seqcount_begin()), takes page-table locks of child and parent, and looks at ' +
    'MMF_HAS_PINNED and at the pins of the page (57efa1fe5957, v5.11); GUP-fast gives a pin back if the ' +
    'sequence has changed. That is store buffering: fork may miss the pin while GUP-fast misses fork. If a ' +
    'mapping copied before has brought the child’s page table, no lock is released between the sequence and ' +
    'the look. Left out of the model: what the page allocator and its accounting to memory cgroups may order ' +
    'where fork allocates a table.',
  parameters: {
    table: choiceParameter(
      'whether another mapping has brought the child’s page table before, or it is allocated for this one',
      ['there', 'new'],
    ),
    // MMF_HAS_PINNED, at which fork looks before it looks at the page.
    pins: choiceParameter('whether the process has pinned a page before', ['first', 'again']),
    // Which counter has the pins: _refcount, to which fork adds as well, or one that fork only reads.
    page: choiceParameter('the page that is pinned: a small one, or a huge one', ['small', 'huge']),
  },
  defaultArchitecture: 'arm64',
  // The table of a huge page’s entry is one of the level above, which must not be the root.
  machine: ({ page }) =>
    page === 'small'
      ? { cpus: 2, pages: 8 }
      : { cpus: 2, pages: 8, hugePages: 1, pageTableLevels: 3 },
  properties: collapseProperties,
  expected: [
    {
      with: [writeProtectSeq],
      architectures: ['x86', 'x86-ipi', 'x86-broadcast', 'x86-kvm', 'x86-32', 'x86-32-pae'],
      verdict: 'verified',
      because:
        'taking a page-table lock is a locked instruction, which no later load overtakes: the sequence is seen, or the pin',
    },
    {
      with: [anonExclusiveBarriers, forkWriteProtectFullBarrier],
      verdict: 'verified',
      because:
        'a full barrier on both sides (088b8aa537c2 for GUP-fast) forbids store buffering: SB+fencembonceonces of tools/memory-model',
    },
  ],
  build(context) {
    const { get, machine, memory, parameters } = context;
    const isHuge = parameters.page === 'huge';
    const mm = context.process('app', 0, 1);
    const child = context.process('child');
    const fork = get(FORK);
    const gup = get(GET_USER_PAGES);
    const user = get(USER_ACCESS);
    // Behind the other mapping, and in the same table.
    const address = RANGE + (isHuge ? memory.hpagePmdSize : memory.pageSize);
    const starts = parameters.table === 'there' ? [RANGE, address] : [address];
    for (const start of starts) mm.mmap({ start, pages: 1, vmFlags: VM_READ | VM_WRITE });
    machine.boot(() => {
      // What makes fork bring the table: a small page’s own one is the parent’s for both mappings.
      for (const start of isHuge ? starts : [address]) user.userWrite(mm, start, 1);
      lruAddDrain(memory);
      if (isHuge) {
        get(KHUGEPAGED).collapseHugePage(mm, address);
        lruAddDrain(memory);
      }
      prepareChild(mm, child);
      if (parameters.pins === 'again') mm.hasPinned.write(1);
    });
    machine.cpu(0).run('app', () => {
      const flags = { write: true, pin: true, fastOnly: true };
      const [page] = gup.getUserPagesFast(mm, address, 1, flags);
      if (page !== undefined) writeAsDevice(page);
      return page;
    });
    machine.cpu(1).run('fork', () => {
      fork.dupMmap(mm, child);
      // To the half of the page that the owner of the pin leaves alone.
      user.userWrite(mm, address + memory.pageSize / 2, 2);
    });
    return machine.program(({ app }) => {
      const page = app as Page | undefined;
      context.property(referencesAreCounted.id).applies();
      if (page === undefined) return;
      context.pinsAtEnd(page);
      judgeGivenOut(context, page, mappedPage(mm, address));
    });
  },
});
