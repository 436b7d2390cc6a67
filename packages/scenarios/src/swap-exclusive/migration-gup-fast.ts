import { GET_USER_PAGES } from '@pagerace/gup';
import { choiceParameter, defineScenario } from '@pagerace/kernel';
import { MIGRATE } from '@pagerace/migrate';
import {
  lockPage,
  lruAddDrain,
  mappedPage,
  type Page,
  unlockPage,
  USER_ACCESS,
  VM_READ,
  VM_WRITE,
} from '@pagerace/page-model';
import { SWAP } from '@pagerace/swap';
import { ordersTheFlush } from '../gup-fast-collapse/architectures.js';
import { judgeGivenOut, writeAsDevice } from '../gup-fast-collapse/judge-page.js';
import { noLostWrite, noStalePin } from '../gup-fast-collapse/properties.js';
import { referencesAreCounted } from '../madv-free/properties.js';

const ADDRESS = 0x7f0000000000;

export const swapExclusiveMigrationGupFast = defineScenario({
  id: 'swap-exclusive-migration-gup-fast',
  title: 'B8: GUP-fast against the migration of its page',
  description:
    'A process asks GUP-fast for a page, and writes to it as a device does. Meanwhile the page is migrated: a ' +
    'migration entry takes the place of the entry, and the page is copied if nobody else refers to it. Of a page ' +
    'that is not in the swap cache the count is only compared, and not frozen (folio_migrate_mapping()): a ' +
    'reference that comes later is given back, as GUP-fast finds the entry changed. If neither sees the other, ' +
    'what is written goes to a page that nobody has.',
  parameters: {
    page: choiceParameter('where the page is: in the page table alone, or in the swap cache, too', [
      'mapped',
      'cached',
    ]),
    reference: choiceParameter('FOLL_GET or FOLL_PIN', ['get', 'pin']),
  },
  machine: { cpus: 2, pages: 4 },
  properties: [noStalePin, noLostWrite, referencesAreCounted],
  expected: [
    {
      architectures: [
        ...ordersTheFlush,
        'arm-lpae',
        'mips-mmid',
        'riscv',
        'riscv-qspinlock',
        'w',
        'w-ipi',
        'w-no-rcu',
      ],
      verdict: 'verified',
      because:
        'each side does its own part before it looks at the other’s, with a full barrier between',
    },
  ],
  build(context) {
    const { get, machine, memory, parameters } = context;
    const pin = parameters.reference === 'pin';
    const mm = context.process('app', 0);
    mm.mmap({ start: ADDRESS, pages: 1, vmFlags: VM_READ | VM_WRITE });
    const user = get(USER_ACCESS);
    const gup = get(GET_USER_PAGES);
    const migrate = get(MIGRATE);
    const swap = get(SWAP);
    swap.swapon({ pages: 1 });
    const page = machine.boot(() => {
      user.userWrite(mm, ADDRESS, 1);
      user.userWrite(mm, ADDRESS + memory.pageSize / 2, 2);
      lruAddDrain(memory);
      const mapped = mappedPage(mm, ADDRESS)!;
      if (parameters.page === 'cached') {
        lockPage(mapped);
        swap.addToSwap(mapped);
        unlockPage(mapped);
      }
      return mapped;
    });
    machine.cpu(0).run('app', () => {
      const [got] = gup.getUserPagesFast(mm, ADDRESS, 1, { write: true, pin, fastOnly: true });
      if (got !== undefined) writeAsDevice(got);
      return got;
    });
    machine.cpu(1).run('migration', () => migrate.doMigrateRange(page));
    return machine.program(({ app }) => {
      const got = app as Page | undefined;
      context.property(referencesAreCounted.id).applies();
      if (got === undefined) return;
      if (pin) context.pinsAtEnd(got);
      else context.holdsAtEnd(got);
      judgeGivenOut(context, got, mappedPage(mm, ADDRESS));
    });
  },
});
