import { ExecutionIdError } from '@pagerace/explorer';
import type { Registry } from '@pagerace/kernel';
import { json, traceDocument } from '@pagerace/report';
import { replayCommand } from './replay-command.js';
import { type Choice, select, type Selection } from './selection.js';
import { witnessOf, witnessText } from './witness-text.js';

/** One execution that is to be shown again, and how. */
export interface ReplayRequest {
  readonly id: string;
  readonly everyStep: boolean;
  readonly asJson: boolean;
  /** The parameters as they were given, for the command that shows it again. */
  readonly settings: readonly string[];
}

/** An execution as a replay shows it. */
export interface Replayed {
  /** The timeline, or the JSON document. */
  readonly text: string;
  /** Whether it violates a property, or is a deadlock. */
  readonly isBroken: boolean;
}

/** @throws {ExecutionIdError} for an id that is not of this choice; of which it is, if it has a name */
export function showAgain(
  registry: Registry,
  choice: Choice,
  { id, everyStep, asJson, settings }: ReplayRequest,
  plugins: readonly string[],
): Replayed {
  const selection = select(registry, choice);
  let witness;
  try {
    witness = witnessOf(selection, id);
  } catch (thrown) {
    if (!(thrown instanceof ExecutionIdError && thrown.isOfAnother)) throw thrown;
    const owner = ownerOf(id, choice, registry);
    if (owner === undefined) throw thrown;
    const { kernel, architecture, model } = owner.subject;
    throw new ExecutionIdError(
      `${id} is an execution of --kernel ${kernel} --arch ${architecture} --model ${model}`,
    );
  }
  const { trace } = witness;
  const command = replayCommand(selection.subject, id, settings, plugins);
  return {
    text: asJson
      ? json(traceDocument(selection.subject, id, trace))
      : witnessText(selection, witness, command, everyStep),
    isBroken: trace.violations.length + trace.waiting.length > 0,
  };
}

/** The run of the same scenario that an id belongs to, if it is one that has a name. */
function ownerOf(id: string, choice: Choice, registry: Registry): Selection | undefined {
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

/** What it returns, if it does not throw. */
export function attempt<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch {
    return undefined;
  }
}
