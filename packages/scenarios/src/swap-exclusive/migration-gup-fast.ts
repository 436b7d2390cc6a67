import { choiceParameter, defineScenario } from '@pagerace/kernel';
import { MIGRATE } from '@pagerace/migrate';
import { lockPage, type Page, unlockPage } from '@pagerace/page-model';
import { ordersTheFlush } from '../gup-fast-collapse/architectures.js';
import { directReadIsSeen, mappingIsCoherent } from '../madv-free/properties.js';
import { Judge, swapProperties } from './judge.js';
import { SwapRace } from './swap-race.js';

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
  properties: [directReadIsSeen, mappingIsCoherent, ...swapProperties],
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
    const { get, machine, parameters } = context;
    const race = new SwapRace(context);
    const { page, swap } = race;
    const pin = parameters.reference === 'pin';
    const migrate = get(MIGRATE);
    machine.boot(() => {
      if (parameters.page !== 'cached') return;
      lockPage(page);
      swap.addToSwap(page);
      unlockPage(page);
    });
    machine.cpu(0).run('app', () => {
      const got = race.hold({ write: true, pin, fastOnly: true });
      if (got !== undefined) race.deviceWrites(got);
      return got;
    });
    machine.cpu(1).run('migration', () => migrate.doMigrateRange(page));
    return machine.program(({ app }) => {
      const judge = new Judge(context, race);
      if (app !== undefined) judge.held(app as Page, { pin });
      judge.state();
      judge.conclude();
    });
  },
});
