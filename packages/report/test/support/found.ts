import {
  decodeExecutionId,
  ExplorationRun,
  type MemoryModel,
  replay,
  type Setup,
  type Trace,
} from '@pagerace/explorer';

/** The simplest execution that violates a property, and its id. */
export function found(setup: Setup, model: MemoryModel): { trace: Trace; id: string } {
  const run = new ExplorationRun(setup, { model, maximumExecutions: 100_000 });
  run.advance();
  const { violations, verdict } = run.result();
  const id = violations[0]?.witness.id;
  if (id === undefined) throw new Error(`nothing found: ${verdict}`);
  return { id, trace: replay(setup, decodeExecutionId(id, ''), model) };
}
