export { MIGRATE, type Migrate } from './migrate.js';
export { migrationEntryWait } from './migration-entry-wait.js';
export { migrateHistories, migrateSubsystem } from './subsystem.js';
