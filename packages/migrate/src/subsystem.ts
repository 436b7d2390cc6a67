import type { Wiring } from '@pagerace/di';
import { type History, unchanged } from '@pagerace/history';
import { MIGRATE } from './migrate.js';
import { PageMigration } from './page-migration.js';

export const migrateHistories: readonly History[] = [
  // Before ffa65753c431 a task that waits takes a reference, which makes the migration fail if it comes early.
  // Read in v4.12, v5.14-rc5 and v5.17-rc5.
  unchanged('mm/migrate.c:migration_entry_wait()', 'v5.17-rc1'),
  // Before c3096e6782b7 the new page is put on the LRU list when it is mapped and unlocked. Read in v5.17-rc5 and
  // v6.1-rc7.
  unchanged(
    'mm/migrate.c:__unmap_and_move(), where the new page gets on the LRU list',
    'v5.18-rc1',
  ),
];

/** Binds page migration. */
export function migrateSubsystem(wiring: Wiring): void {
  wiring.bind(MIGRATE, PageMigration);
}
