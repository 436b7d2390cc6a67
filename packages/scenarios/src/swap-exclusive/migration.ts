import { cowByPageCount } from '@pagerace/cow';
import { choiceParameter, defineScenario, type ScenarioContext } from '@pagerace/kernel';
import { MIGRATE } from '@pagerace/migrate';
import { lockPage, unlockPage, walkToPte } from '@pagerace/page-model';
import { swpExclusive } from '@pagerace/rmap';
import { Judge, swapReadProperties } from './judge.js';
import { SwapRace } from './swap-race.js';

function addToSwap({ page, swap }: SwapRace): void {
  lockPage(page);
  swap.addToSwap(page);
  unlockPage(page);
}

/** The device has written to the page, which it holds still, and the process has stored. */
function judge(context: ScenarioContext<unknown>, race: SwapRace): void {
  const judge = new Judge(context, race);
  judge.held(race.page);
  judge.store(race.atEnd().hi);
  judge.state();
  judge.conclude();
}

export const swapExclusiveMigration = defineScenario({
  id: 'swap-exclusive-migration',
  title: 'B8: a page is to be migrated that a device has for writing',
  description:
    'A driver has taken FOLL_WRITE | FOLL_GET on a page, for a device that writes to its lower half. The page ' +
    'is to be migrated: migration entries take the place of its entry, and since somebody refers to the page ' +
    'the old one is put back. The process stores to the upper half. If that store copies the page, what the ' +
    'device writes is lost.',
  parameters: {
    entry: choiceParameter('whether the entry is writable, or mprotect() has made it read-only', [
      'writable',
      'read-only',
    ]),
    cached: choiceParameter('whether the page is in the swap cache', ['no', 'yes']),
  },
  machine: { cpus: 2, pages: 4 },
  properties: swapReadProperties,
  expected: [
    {
      verdict: 'verified',
      because: 'a writable migration entry becomes a writable entry of the old page again',
    },
  ],
  build(context) {
    const { arch, get, machine, parameters } = context;
    const race = new SwapRace(context);
    const migrate = get(MIGRATE);
    machine.boot(() => {
      race.hold({ write: true });
      if (parameters.cached === 'yes') addToSwap(race);
      // As mprotect() leaves it when it takes the right to write and gives it back.
      if (parameters.entry === 'read-only')
        arch.ptepSetWrprotect(race.mm, race.address, walkToPte(race.mm, race.address)!.ptep);
    });
    machine.cpu(0).run('app', () => {
      race.store('hi');
      race.deviceWrites(race.page);
    });
    machine.cpu(1).run('migration', () => migrate.doMigrateRange(race.page));
    return machine.program(() => {
      judge(context, race);
    });
  },
});

export const swapExclusiveMigrationUnmapped = defineScenario({
  id: 'swap-exclusive-migration-unmapped',
  title: 'B48: a page of the swap cache is to be migrated that a device has for writing',
  description:
    'A driver has taken FOLL_WRITE | FOLL_GET on a page, for a device that writes to its lower half. Reclaim has ' +
    'put the page into the swap cache and unmapped it, and writes nothing to swap because of that reference. Now ' +
    'the page is to be migrated: its references cannot be frozen (page_ref_freeze()), so it stays. The process ' +
    'comes back to the page and stores to the upper half.',
  parameters: {
    first: choiceParameter('what the process does first', ['load', 'store']),
  },
  machine: { cpus: 2, pages: 4 },
  properties: swapReadProperties,
  expected: [
    {
      without: [cowByPageCount],
      verdict: 'verified',
      because: 'do_wp_page() counts mappings and swap entries, not references',
    },
    {
      with: [cowByPageCount],
      without: [swpExclusive],
      verdict: 'violated',
      properties: ['I-COH & I-DIO'],
      because: 'as without migration: the store sees the reference, and copies',
    },
    {
      with: [swpExclusive],
      architectures: ['x86'],
      verdict: 'verified',
      because: 'the swap entry says that the page is exclusive, and the page stays',
    },
  ],
  build(context) {
    const { get, machine, parameters } = context;
    const race = new SwapRace(context);
    const migrate = get(MIGRATE);
    machine.boot(() => {
      race.hold({ write: true });
      race.reclaim();
    });
    machine.cpu(0).run('app', () => {
      if (parameters.first === 'load') race.load('hi');
      race.store('hi');
      race.deviceWrites(race.page);
    });
    machine.cpu(1).run('migration', () => migrate.doMigrateRange(race.page));
    return machine.program(() => {
      judge(context, race);
    });
  },
});
