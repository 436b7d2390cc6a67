export {
  expectedPageRefs,
  migrateFilePage,
  migratePageCopy,
  migratePageMoveMapping,
} from './migrate-file-page.js';
export { MIGRATE, type Migrate } from './migrate.js';
export { migrationEntryWait } from './migration-entry-wait.js';
export { migrateHistories, migrateSubsystem } from './subsystem.js';
