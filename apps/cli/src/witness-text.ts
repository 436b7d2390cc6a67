import {
  decodeExecutionId,
  replay,
  type Result,
  type Trace,
  type ViolationReport,
} from '@pagerace/explorer';
import { timeline } from '@pagerace/report';
import type { Selection } from './selection.js';

/** What stands above a timeline, and names one run to a person. */
export function subjectText({ subject }: Selection): string {
  const { scenario, kernel, architecture, model } = subject;
  return `${scenario} on ${kernel}, ${architecture} (${model})`;
}

/** @throws {ExecutionIdError} when the id is none of this run */
export function traceOf({ run }: Selection, id: string): Trace {
  return replay(run.setup, decodeExecutionId(id, run.fingerprint), run.model);
}

/** The timeline of one execution: the same from the exploration and from a replay. */
export function witnessText(
  selection: Selection,
  id: string,
  replayCommand: string,
  everyStep = false,
  trace: Trace = traceOf(selection, id),
): string {
  return timeline(trace, {
    title: subjectText(selection),
    model: selection.subject.model,
    id,
    replay: replayCommand,
    everyStep,
  });
}

/** The violations of a run, the one with the simplest witness first. */
export function simplestFirst({ violations }: Result): readonly ViolationReport[] {
  return [...violations].sort(
    ({ witness: a }, { witness: b }) =>
      a.weakSteps - b.weakSteps ||
      a.switches - b.switches ||
      a.steps - b.steps ||
      (a.id < b.id ? -1 : 1),
  );
}
