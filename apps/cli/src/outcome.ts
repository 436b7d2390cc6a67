import { asExpected, isBroken, type RunReport } from '@pagerace/report';
import { ExitCode } from './exit-code.js';

/** What one run ends with: a violation is one, even where the scenario expects it. */
export function runExitCode(run: RunReport): ExitCode {
  const { result } = run;
  if (result.verdict === 'model error') return ExitCode.internal;
  if (isBroken(result)) return ExitCode.violation;
  switch (asExpected(run)) {
    case false:
      return ExitCode.violation;
    case true:
      return ExitCode.success;
    case undefined:
      return result.verdict === 'verified' ? ExitCode.success : ExitCode.inconclusive;
  }
}

/** What a comparison ends with: a violation that the scenario expects is as it should be. */
export function compareExitCode(runs: readonly RunReport[], isComplete: boolean): ExitCode {
  const codes = runs.map((run) => {
    if (run.result.verdict === 'model error') return ExitCode.internal;
    const outcome = asExpected(run);
    if (outcome === undefined)
      return run.expected === undefined ? runExitCode(run) : ExitCode.inconclusive;
    return outcome ? ExitCode.success : ExitCode.violation;
  });
  for (const code of [ExitCode.internal, ExitCode.violation, ExitCode.inconclusive]) {
    if (codes.includes(code)) return code;
  }
  return isComplete ? ExitCode.success : ExitCode.inconclusive;
}
