import type { Result } from '@pagerace/explorer';

/** The result of a program that cannot be explored: what was found before is lost with it. */
export function modelError(model: string, error: string, milliseconds: number): Result {
  return {
    verdict: 'model error',
    covers: error,
    error,
    complete: false,
    model,
    executions: 0,
    violating: 0,
    blocked: 0,
    deadlocks: 0,
    violations: [],
    neverCovered: [],
    milliseconds,
  };
}
