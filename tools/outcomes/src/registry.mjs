import { loadRegistry } from '@pagerace/cli';

/** Everything that comes with pagerace: what the tables are made of. */
export const registry = await loadRegistry();
