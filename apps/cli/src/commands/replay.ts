import { ExecutionIdError } from '@pagerace/explorer';
import { json, traceDocument } from '@pagerace/report';
import { ExitCode } from '../exit-code.js';
import { readParameters } from '../parameters.js';
import { replayCommand } from '../replay-command.js';
import { type Choice, select, type Selection } from '../selection.js';
import type { Session } from '../session.js';
import { witnessOf, witnessText } from '../witness-text.js';

export interface ReplayOptions {
  readonly kernel?: string;
  readonly arch?: string;
  readonly model?: string;
  readonly set?: readonly string[];
  readonly weaken?: readonly string[];
  readonly everyStep?: boolean;
}

/** Shows one execution again. */
export function replay(
  scenario: string,
  id: string,
  options: ReplayOptions,
  session: Session,
): ExitCode {
  const { terminal, options: globals } = session;
  const choice: Choice = {
    scenario,
    kernel: options.kernel,
    architecture: options.arch,
    model: options.model,
    parameters: readParameters(options.set),
    weaken: options.weaken,
  };
  const selection = select(session.registry, choice);
  let witness;
  try {
    witness = witnessOf(selection, id);
  } catch (thrown) {
    if (!(thrown instanceof ExecutionIdError)) throw thrown;
    const owner = ownerOf(id, choice, session);
    if (owner === undefined) throw thrown;
    const { kernel, architecture, model } = owner.subject;
    throw new ExecutionIdError(
      `${id} is an execution of --kernel ${kernel} --arch ${architecture} --model ${model}`,
    );
  }
  if (globals.json) terminal.out(json(traceDocument(selection.subject, id, witness.trace)));
  else {
    const command = replayCommand(selection.subject, id, options.set, globals.plugin);
    terminal.out(witnessText(selection, witness, command, options.everyStep));
  }
  const { trace } = witness;
  return trace.violations.length + trace.waiting.length > 0 ? ExitCode.violation : ExitCode.success;
}

/** The run of the same scenario that an id belongs to, if it is one that has a name. */
function ownerOf(id: string, choice: Choice, { registry }: Session): Selection | undefined {
  for (const { id: kernel } of registry.kernels) {
    for (const { id: architecture } of registry.architectures) {
      for (const { id: model } of registry.models) {
        const selection = attempt(() =>
          select(registry, { ...choice, kernel, architecture, model }),
        );
        if (selection !== undefined && attempt(() => witnessOf(selection, id)) !== undefined)
          return selection;
      }
    }
  }
  return undefined;
}

function attempt<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch {
    return undefined;
  }
}
