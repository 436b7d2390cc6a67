import {
  type Cell,
  decodeExecutionId,
  ExecutionIdError,
  ModelError,
  replay,
  type Result,
  type Step,
  type Trace,
  type ViolationReport,
} from '@pagerace/explorer';
import { formatValue } from '@pagerace/machine';
import { bySimplicity, valueText } from '@pagerace/report';
import { timeline } from '@pagerace/report/timeline';
import { observed } from './observed-cells.js';
import { replayCommand } from './replay-command.js';
import type { Selection } from './selection.js';
import { subjectText } from './subject-text.js';

/** One execution of a run, and how the values in it are written. */
export interface Witness {
  readonly id: string;
  readonly trace: Trace;
  readonly format: (step: Step, value: unknown) => string;
}

/** @throws {ExecutionIdError} when the id is none of this run */
export function witnessOf({ run }: Selection, id: string): Witness {
  const cells = new Map<string, Cell<unknown>>();
  const trace = replay(
    observed(run.setup, cells),
    decodeExecutionId(id, run.fingerprint),
    run.model,
  );
  return {
    id,
    trace,
    format: (step, value) => {
      const cell = cells.get(step.cell);
      const isPlainObject =
        typeof value === 'object' && value !== null && value.toString === Object.prototype.toString;
      return cell === undefined || isPlainObject || value == null
        ? valueText(value)
        : formatValue(cell, value);
    },
  };
}

/**
 * The execution that shows a violation that was just found.
 *
 * @throws {ModelError} when the scenario, built anew, has no such execution
 */
export function foundWitness(
  selection: Selection,
  { property, message, witness: { id } }: ViolationReport,
): Witness {
  let why = `it no longer violates ${property}`;
  try {
    const witness = witnessOf(selection, id);
    const { violations, waiting } = witness.trace;
    const isShown =
      property === 'deadlock'
        ? waiting.length > 0
        : violations.some((one) => one.property === property && one.message === message);
    if (isShown) return witness;
  } catch (thrown) {
    if (!(thrown instanceof ExecutionIdError)) throw thrown;
    why = thrown.message;
  }
  throw new ModelError(
    `the scenario ${selection.subject.scenario} answers differently when it is built again: ${why}`,
  );
}

/** The timeline of one execution: the same from the exploration and from a replay. */
export function witnessText(
  selection: Selection,
  { id, trace, format }: Witness,
  replayCommand: string,
  everyStep = false,
): string {
  return timeline(trace, {
    title: subjectText(selection),
    model: selection.subject.model,
    id,
    replay: replayCommand,
    everyStep,
    format,
  });
}

/** The violations of a run, the one with the simplest witness first. */
export function simplestFirst({ violations }: Result): readonly ViolationReport[] {
  return [...violations].sort(bySimplicity);
}

/** Which executions that go wrong are shown, and what the commands that replay them name besides. */
export interface Showing {
  /** Every violation's; else the simplest. */
  readonly all: boolean;
  /** As the user gave them. */
  readonly settings: readonly string[];
  readonly plugins: readonly string[];
}

/**
 * The timelines of a result's violations that are to be shown.
 *
 * @param anew selects the run again
 * @param told the ids of the executions that were shown before; those that follow are added
 * @throws {ModelError} when the scenario, built anew, has no such execution
 */
export function timelinesOf(
  result: Result,
  { all, settings, plugins }: Showing,
  anew: () => Selection,
  told: Set<string>,
): readonly string[] {
  const violations = simplestFirst(result);
  return (all ? violations : violations.slice(0, 1)).flatMap((violation) => {
    const { id } = violation.witness;
    if (told.has(id)) return [];
    told.add(id);
    const selection = anew();
    const witness = foundWitness(selection, violation);
    const command = replayCommand(selection.subject, id, settings, plugins);
    return [witnessText(selection, witness, command)];
  });
}
