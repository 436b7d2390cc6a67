import type { Registry } from '@pagerace/kernel';
import type { GlobalOptions } from './global-options.js';
import { loadRegistry } from './plugins.js';
import { processTerminal, type Terminal } from './terminal.js';

/** What a command works with that needs nothing but files. */
export interface FileSession {
  readonly terminal: Terminal;
  readonly options: GlobalOptions;
}

/** What every other command works with. */
export interface Session extends FileSession {
  readonly registry: Registry;
}

export async function openSession(options: GlobalOptions): Promise<Session> {
  return {
    terminal: processTerminal(options.color),
    registry: await loadRegistry(options.plugin),
    options,
  };
}
