import { estimate as sampleSize, ExplorationRun } from '@pagerace/explorer';
import { duration, estimateDocument, json, pageWidth, roughly, wrap } from '@pagerace/report';
import { ExitCode } from '../exit-code.js';
import { readParameters } from '../parameters.js';
import { select } from '../selection.js';
import type { Session } from '../session.js';
import { subjectText } from '../witness-text.js';

export interface EstimateOptions {
  readonly kernel?: string;
  readonly arch?: string;
  readonly model?: string;
  readonly set?: readonly string[];
  readonly weaken?: readonly string[];
  readonly samples?: number;
  readonly seed?: number;
  readonly timeout?: number;
}

/** How long the rate is measured. In milliseconds. */
const measured = 300;

/** Says how much there is to explore, and how long that takes here. */
export function estimate(
  scenario: string,
  options: EstimateOptions,
  { registry, terminal, options: { json: asJson } }: Session,
): ExitCode {
  const selection = select(registry, {
    scenario,
    kernel: options.kernel,
    architecture: options.arch,
    model: options.model,
    parameters: readParameters(options.set),
    weaken: options.weaken,
  });
  const { setup, model } = selection.run;
  const until = performance.now() + (options.timeout ?? 5) * 1000;
  const size = sampleSize(setup, {
    model,
    ...(options.samples === undefined ? {} : { samples: options.samples }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    shouldStop: () => performance.now() >= until,
  });
  const exploration = new ExplorationRun(setup, { model, maximumMilliseconds: measured });
  exploration.advance();
  const { executions, milliseconds, complete } = exploration.result();
  const rate = (executions / milliseconds) * 1000;

  if (asJson) terminal.out(json(estimateDocument(selection.subject, size, rate)));
  else {
    const { mean, low, high, samples } = size;
    const text = complete
      ? `${roughly(executions)} executions exactly: they were explored in ${duration(milliseconds)} while measuring.`
      : `About ${roughly(mean)} executions (95 % interval ${roughly(low)} to ${roughly(high)}, from ${roughly(samples)} random descents). ` +
        `At ${roughly(rate)}/s that takes ${duration((low / rate) * 1000)} to ${duration((high / rate) * 1000)}.`;
    terminal.out([subjectText(selection), ...wrap(text, pageWidth)].join('\n'));
  }
  return ExitCode.success;
}
