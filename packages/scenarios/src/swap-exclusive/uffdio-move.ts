import { assert } from '@pagerace/explorer';
import { defineScenario, type PropertyDefinition } from '@pagerace/kernel';
import { VM_READ, VM_WRITE } from '@pagerace/page-model';
import { type MoveResult, UFFDIO_MOVE, uffdioMove } from '@pagerace/userfaultfd';
import { Judge, swapStoreProperties } from './judge.js';
import { stableWhileWritten } from './properties.js';
import { SwapRace } from './swap-race.js';
import { ADDRESS, inNextTable, INITIAL, type Loaded, UserPage } from './user-page.js';

const ownPageIsMoved: PropertyDefinition = {
  id: 'I-MOVE',
  statement: 'UFFDIO_MOVE moves a page that nobody but its process has',
  allowed:
    '-EBUSY of a page whose marker was dropped, since it was under writeback when it came back: the process can ' +
    'store to it, and try again',
};

export const swapExclusiveUffdioMove = defineScenario({
  id: 'swap-exclusive-uffdio-move',
  title:
    'B18: UFFDIO_MOVE of a page that has come back while a swap device that needs it unchanged writes it',
  description:
    'Reclaim has unmapped a page and written it out to a checksumming disk, which has still to read it. The process loads from the page, ' +
    'which drops the exclusive marker if the device is not done (do_swap_page()), and moves it. UFFDIO_MOVE wants pages that are exclusive: ' +
    'it may say -EBUSY. That loses nothing: I-MOVE tells it, as an observation. Kernels before v6.8 have no UFFDIO_MOVE.',
  machine: { cpus: 1, pages: 8 },
  properties: [ownPageIsMoved, stableWhileWritten, ...swapStoreProperties],
  expected: [
    {
      with: [uffdioMove],
      verdict: 'verified',
      because: '-EBUSY is a cost of dropping the marker, and no corruption',
    },
  ],
  build(context) {
    const { get, machine, memory, property } = context;
    const race = new SwapRace(context, { swap: 'checksumming-disk' });
    const move = get(UFFDIO_MOVE);
    const moved = new UserPage(context, race.mm, inNextTable(memory));
    race.mm.mmap({ start: moved.address, pages: 1, vmFlags: VM_READ | VM_WRITE });
    race.runWriteback();
    machine.cpu(0).run('app', () => {
      race.load('hi');
      const result = move.movePages(race.mm, moved.address, ADDRESS);
      const { lo, hi } = result === 0 ? moved.loadBoth() : race.loadBoth();
      return { lo, hi, result };
    });
    return machine.program(({ app }) => {
      const { lo, hi, result } = app as Loaded & { readonly result: MoveResult };
      const judge = new Judge(context, race);
      if (result !== '-EINVAL') {
        assert(result === 0 || result === '-EBUSY', `UFFDIO_MOVE says ${result}`);
        judge.demand(property(ownPageIsMoved.id), result === 0, () => `UFFDIO_MOVE says ${result}`);
      }
      judge.store(lo, INITIAL.lo);
      judge.store(hi, INITIAL.hi);
      judge.state();
      judge.conclude();
    });
  },
});
