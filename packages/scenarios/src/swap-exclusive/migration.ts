import { cowByPageCount } from '@pagerace/cow';
import { choiceParameter, defineScenario } from '@pagerace/kernel';
import { lockPage, unlockPage } from '@pagerace/page-model';
import { RMAP, swpExclusive } from '@pagerace/rmap';
import { MigrationRace, migrationProperties } from './migration-race.js';

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
  properties: migrationProperties,
  expected: [
    {
      verdict: 'verified',
      because: 'a writable migration entry becomes a writable entry of the old page again',
    },
  ],
  build(context) {
    const { machine, parameters } = context;
    const race = new MigrationRace(context);
    race.swap.swapon({ pages: 1 });
    machine.boot(() => {
      race.submit();
      if (parameters.cached === 'yes') race.addToSwap();
      if (parameters.entry === 'read-only') race.writeProtect();
    });
    machine.cpu(0).run('app', () => {
      race.store('hi');
      race.deviceWrites();
    });
    machine.cpu(1).run('migration', () => race.migrate());
    return machine.program(() => {
      race.judge();
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
  properties: migrationProperties,
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
    const race = new MigrationRace(context);
    race.swap.swapon({ pages: 1 });
    const rmap = get(RMAP);
    machine.boot(() => {
      race.submit();
      race.addToSwap();
      lockPage(race.page);
      rmap.tryToUnmap(race.page, {});
      unlockPage(race.page);
    });
    machine.cpu(0).run('app', () => {
      if (parameters.first === 'load') race.load('hi');
      race.store('hi');
      race.deviceWrites();
    });
    machine.cpu(1).run('migration', () => race.migrate());
    return machine.program(() => {
      race.judge();
    });
  },
});
