import type { Wiring } from '@pagerace/di';
import { type History, unchanged } from '@pagerace/history';
import { MIGRATE } from './migrate.js';
import { PageMigration } from './page-migration.js';

export const migrateHistories: readonly History[] = [
  // Before ffa65753c431 a task that waits takes a reference, which makes the migration fail if it comes early.
  // Read in v4.12, v5.14-rc5 and v5.17-rc5.
  unchanged('mm/migrate.c:migration_entry_wait()', 'v5.17-rc1'),
];

/** Binds page migration. */
export function migrateSubsystem(wiring: Wiring): void {
  wiring.bind(MIGRATE, PageMigration);
}
