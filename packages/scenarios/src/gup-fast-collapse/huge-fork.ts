import { FORK, prepareChild, writeProtectSeq } from '@pagerace/fork';
import { choiceParameter, defineScenario } from '@pagerace/kernel';
import { lruAddDrain, USER_ACCESS } from '@pagerace/page-model';
import { collapseProperties, CollapseRace, type Got } from './collapse-race.js';

export const gupFastHugeFork = defineScenario({
  id: 'gup-fast-huge-fork',
  title: 'Fork: a page of a huge one is pinned while the process forks',
  description:
    'A process has a huge page mapped, and asks GUP-fast to pin its second page to write to, while ' +
    'another of its threads forks and then writes to that page. A huge page that may be pinned is split ' +
    'and copied at once (d042035eaf5f, v5.9), else it is write-protected; and GUP-fast gives a pin back ' +
    'that it took meanwhile (write_protect_seq, 57efa1fe5957, v5.11). If it has kept one, the page must ' +
    'still be the one of the process. Left out of the model: what the page allocator and its accounting ' +
    'to memory cgroups may order while fork allocates.',
  parameters: {
    // MMF_HAS_PINNED, at which fork looks before it looks at the page.
    pins: choiceParameter('whether the process has pinned a page before', ['first', 'again']),
  },
  // A level more than elsewhere: the locks under which the child gets its tables are behind
  // write_protect_seq, and on some architectures order it.
  machine: { cpus: 2, pages: 8, hugePages: 1, hpagePmdNr: 2, pageTableLevels: 3 },
  properties: collapseProperties,
  expected: [
    {
      with: [writeProtectSeq],
      architectures: ['x86'],
      verdict: 'verified',
      because: 'fork sees the pin, or GUP-fast that write_protect_seq has changed: 57efa1fe5957',
    },
  ],
  build(context) {
    const { machine, memory, parameters } = context;
    const race = new CollapseRace(context, { cpus: [0, 1] });
    const child = context.process('child');
    const user = context.get(USER_ACCESS);
    const fork = context.get(FORK);
    machine.boot(() => {
      race.collapse();
      lruAddDrain(memory);
      prepareChild(race.mm, child);
      if (parameters.pins === 'again') race.mm.hasPinned.write(1);
    });
    machine.cpu(0).run('app', () => race.getAndWrite(1, { pin: true }));
    machine.cpu(1).run('fork', () => {
      fork.dupMmap(race.mm, child);
      // To the half of the page that the owner of the pin leaves alone.
      user.userWrite(race.mm, race.address(1) + memory.pageSize / 2, 2);
    });
    return machine.program(({ app }) => {
      race.judge(app as Got, 1, { pin: true });
    });
  },
});
