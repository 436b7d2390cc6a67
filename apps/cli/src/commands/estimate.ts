import {
  counted,
  duration,
  estimateDocument,
  json,
  pageWidth,
  roughly,
  wrap,
} from '@pagerace/report';
import { ExitCode } from '../exit-code.js';
import { ExplorationThread } from '../exploration-thread.js';
import type { Measured } from '../measuring.js';
import { readParameters } from '../parameters.js';
import type { BareSession } from '../session.js';
import { subjectText } from '../subject-text.js';

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

/** An interval that spans more than this is of little use. */
const tooWide = 10;

/** Says how much there is to explore, and how long that takes here. */
export async function estimate(
  scenario: string,
  options: EstimateOptions,
  { terminal, options: { json: asJson, plugin } }: BareSession,
): Promise<ExitCode> {
  const choice = {
    scenario,
    kernel: options.kernel,
    architecture: options.arch,
    model: options.model,
    parameters: readParameters(options.set),
    weaken: options.weaken,
  };
  const { samples = 10_000, seed = 1, timeout = 5 } = options;
  const effort = { samples, seed, milliseconds: timeout * 1000 };
  const thread = new ExplorationThread(plugin);
  const measuring = async () => {
    const selected = await thread.perform({ kind: 'select', choice });
    const measured = await thread.perform({ kind: 'measure', choice: selected.choice, effort });
    return { selected, measured };
  };
  const { selected, measured } = await measuring().finally(() => thread.end());

  const { estimate: size, rate, interrupted } = measured;
  if (asJson) terminal.out(json(estimateDocument(selected.subject, size, rate, !interrupted)));
  else terminal.out([subjectText(selected), ...wrap(words(measured), pageWidth)].join('\n'));
  return interrupted ? ExitCode.inconclusive : ExitCode.success;
}

function words({ estimate: size, rate, explored, interrupted }: Measured): string {
  const { mean, low, high, samples } = size;
  if (explored !== undefined)
    return `${roughly(mean)} executions exactly: they were explored in ${duration(explored)} while measuring.`;
  const descents = counted(samples, 'random descent');
  const isKnown = high < Infinity;
  return [
    isKnown
      ? `About ${roughly(mean)} executions (95 % interval ${roughly(low)} to ${roughly(high)}, from ${descents}).`
      : `About ${roughly(mean)} executions by ${descents}: too few for an interval. More --samples, or a longer --timeout, give one.`,
    // No execution came to its end while the rate was measured.
    ...(rate === 0 || !isKnown
      ? []
      : [
          `At ${roughly(rate)}/s that takes ${duration((low / rate) * 1000)} to ${duration((high / rate) * 1000)}.`,
        ]),
    ...(isKnown && high > tooWide * low
      ? [
          'So wide an interval tells little: a few descents outweigh all others. More --samples and a longer --timeout may narrow it.',
        ]
      : []),
    ...(interrupted ? ['Interrupted: the estimate is what was sampled so far.'] : []),
  ].join(' ');
}
