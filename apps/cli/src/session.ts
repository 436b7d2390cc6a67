import type { Registry } from '@pagerace/kernel';
import type { GlobalOptions } from './global-options.js';
import { loadRegistry } from './plugins.js';
import { processTerminal, type Terminal } from './terminal.js';

/** What a command works with that leaves kernels to other threads, or needs none. */
export interface BareSession {
  readonly terminal: Terminal;
  readonly options: GlobalOptions;
}

/** What a command works with that chooses in the thread that it is called in. */
export interface Session extends BareSession {
  readonly registry: Registry;
}

export async function openSession(options: GlobalOptions): Promise<Session> {
  return {
    terminal: processTerminal(options.color),
    registry: await loadRegistry(options.plugin),
    options,
  };
}
