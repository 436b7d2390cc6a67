import { token } from '@pagerace/di';
import type { Page } from '@pagerace/page-model';

export const MIGRATE = token<Migrate>('migrate.Migrate', { providedBy: ['@pagerace/migrate'] });

/** Page migration: another page takes the place of a page, wherever it is mapped. */
export interface Migrate {
  /**
   * do_migrate_range() (mm/memory_hotplug.c), for one page: takes it off its LRU list, and migrates it.
   *
   * @returns whether another page has its place now
   */
  doMigrateRange(page: Page): boolean;
}
