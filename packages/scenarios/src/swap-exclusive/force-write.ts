import { choiceParameter, defineScenario } from '@pagerace/kernel';
import { MPROTECT } from '@pagerace/mprotect';
import { lockPage, setPageDirty, unlockPage } from '@pagerace/page-model';
import { ForkRace } from './fork-race.js';
import { Judge, swapStoreProperties } from './judge.js';
import { storesAreConfined } from './properties.js';
import { INITIAL, type Loaded, STORED } from './user-page.js';

const flags = { write: true, force: true };

export const swapExclusiveForceWrite = defineScenario({
  id: 'swap-exclusive-force-write',
  title: 'B16: a process writes to its read-only page by FOLL_FORCE, after swap-out',
  description:
    'A process has made its private page read-only, and writes to it through /proc/self/mem (access_remote_vm(), FOLL_WRITE | ' +
    'FOLL_FORCE): get_user_pages() takes the page although the entry is read-only, once copy-on-write is over. It shares the ' +
    'page with a child (before COW), or has it alone (after COW), and reclaim has swapped it out. What is written must be of its own page, and stay there.',
  parameters: {
    page: choiceParameter('whether a child shares the page', ['shared', 'own']),
    reclaim: choiceParameter('when reclaim comes across the page', ['before', 'meanwhile']),
  },
  machine: { cpus: 2, pages: 8 },
  properties: [storesAreConfined, ...swapStoreProperties],
  expected: [
    {
      verdict: 'verified',
      because: 'can_follow_write_pte(): a page that was copied, or is exclusive',
    },
  ],
  build(context) {
    const { get, machine, parameters } = context;
    const race = new ForkRace(context);
    race.vma.willChange();
    const mprotect = get(MPROTECT);
    const isShared = parameters.page === 'shared';
    machine.boot(() => {
      mprotect.mprotect(race.mm, race.address, false);
      if (isShared) {
        race.prepareFork();
        race.fork();
      }
      if (parameters.reclaim === 'before') race.reclaim();
    });
    machine.cpu(0).run('app', () => {
      const page = race.hold(flags)!;
      page.contents.store(0, STORED);
      lockPage(page);
      setPageDirty(page);
      unlockPage(page);
      race.release(page, flags);
      return race.loadBoth();
    });
    if (parameters.reclaim === 'meanwhile') race.runReclaim();
    return machine.program(({ app }) => {
      const { lo, hi } = app as Loaded;
      const judge = new Judge(context, race);
      judge.store(lo);
      judge.store(hi, INITIAL.hi);
      judge.confinedBoth(race.atEnd(), { ...INITIAL, lo: STORED });
      if (isShared) judge.confinedBoth(race.child.atEnd(), INITIAL);
      judge.state();
      judge.conclude();
    });
  },
});
