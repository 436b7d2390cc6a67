import { ExitCode } from '../exit-code.js';
import { ExplorationThread } from '../exploration-thread.js';
import { readParameters } from '../parameters.js';
import type { BareSession } from '../session.js';

export interface ReplayOptions {
  readonly kernel?: string;
  readonly arch?: string;
  readonly model?: string;
  readonly set?: readonly string[];
  readonly weaken?: readonly string[];
  readonly everyStep?: boolean;
}

/** Shows one execution again. */
export async function replay(
  scenario: string,
  id: string,
  { kernel, arch, model, set = [], weaken, everyStep = false }: ReplayOptions,
  { terminal, options: { json = false, plugin } }: BareSession,
): Promise<ExitCode> {
  const parameters = readParameters(set);
  const choice = { scenario, kernel, architecture: arch, model, parameters, weaken };
  const request = { id, everyStep, asJson: json, settings: set };
  const thread = new ExplorationThread(plugin);
  const { text, isBroken } = await thread
    .perform({ kind: 'replay', choice, request })
    .finally(() => thread.end());
  terminal.out(text);
  return isBroken ? ExitCode.violation : ExitCode.success;
}
