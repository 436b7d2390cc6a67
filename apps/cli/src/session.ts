import type { Registry } from '@pagerace/kernel';
import type { GlobalOptions } from './global-options.js';
import { loadRegistry } from './plugins.js';
import { processTerminal, type Terminal } from './terminal.js';

/** What every command works with. */
export interface Session {
  readonly terminal: Terminal;
  readonly registry: Registry;
  readonly options: GlobalOptions;
}

export async function openSession(options: GlobalOptions): Promise<Session> {
  return {
    terminal: processTerminal(options.color),
    registry: await loadRegistry(options.plugin),
    options,
  };
}
