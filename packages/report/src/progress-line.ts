import type { Progress } from '@pagerace/explorer';
import { bytes, counted, count, duration, roughly, unknown } from './number.js';
import type { Extent } from './run-report.js';
import { shorten } from './wrap.js';

/** How long an exploration still takes, as far as its estimate tells. In milliseconds. */
export interface Remaining {
  readonly low: number;
  readonly high: number;
}

/** How far a search has come; only one through execution graphs knows how much there will be. */
export type ProgressFacts = Pick<Progress, 'executions' | 'rate' | 'milliseconds' | 'memory'> &
  Partial<Progress>;

/** @returns undefined as long as there is no estimate, or no rate to reckon with */
export function remaining({ executions, estimate, rate }: ProgressFacts): Remaining | undefined {
  if (estimate === undefined || !(rate > 0)) return undefined;
  const until = (total: number): number => (Math.max(0, total - executions) / rate) * 1000;
  return { low: until(estimate.low), high: until(estimate.high) };
}

/**
 * How far an exploration has come, in one line: executions, rate, how many there will be, the share
 * explored, memory, and the time left; where the line is too short, what matters less is left out.
 */
export function progressLine(progress: ProgressFacts, width = 100): string {
  const { executions, violating = 0, rate, estimate, explored, memory } = progress;
  const left = remaining(progress);
  const done = [
    counted(executions, 'execution'),
    ...(violating > 0 ? [`${count(violating)} violating`] : []),
    `${roughly(rate)}/s`,
  ];
  const size =
    estimate === undefined ? [] : [`of ${interval(roughly(estimate.low), roughly(estimate.high))}`];
  const share = explored === undefined ? [] : [percent(explored)];
  const time =
    left === undefined ? [] : [`${interval(duration(left.low), duration(left.high))} left`];
  const lines = [
    [...done, ...size, ...share, bytes(memory), ...time],
    [...done, ...size, ...share, ...time],
    [...done, ...share, ...time],
    done,
  ].map((parts) => parts.join(', '));
  return lines.find((line) => line.length <= width) ?? shorten(lines.at(-1)!, width);
}

/** How far an exploration came that ended early, and how large it is: `2.4 % explored of 4 to 6 million`. */
export function extentText({ explored, estimate }: Extent): string {
  const size = interval(roughly(estimate.low), roughly(estimate.high));
  return `${percent(explored)} of ${size}`;
}

function interval(low: string, high: string): string {
  if (low === high) return `about ${low}`;
  if (high === unknown) return `at least ${low}`;
  // The unit once, where both have the same: `1.2 to 3.4 s`.
  const [, unit] = /( [a-zA-Z]+)$/.exec(high) ?? [];
  return `${unit !== undefined && low.endsWith(unit) ? low.slice(0, -unit.length) : low} to ${high}`;
}

function percent(share: number): string {
  const value = share * 100;
  return `${value < 0.01 && value > 0 ? '<0.01' : value < 10 ? String(Number(value.toPrecision(2))) : String(Math.floor(value))} % explored`;
}
