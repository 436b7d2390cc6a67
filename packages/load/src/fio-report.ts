import type { HeldPage, OddPage } from './held-pages.js';
import type { FioJob } from './fio-job.js';

/** A line of /proc/vmstat. */
export interface VmstatLine {
  readonly name: string;
  /** What a reader finds. */
  readonly value: number;
  /** What CPUs have not added to it yet. */
  readonly unfolded: number;
}

/** What a job came to. */
export interface FioReport {
  readonly kernel: string;
  readonly architecture: string;
  readonly job: FioJob;
  /** Requests that have completed, and bytes that they have transferred. */
  readonly requests: number;
  readonly bytes: number;
  /** Reads after which the process loaded from a page of its buffer what the device has not. */
  readonly differing: number;
  /** Why it did not go on to its end: it was asked to, or a property of the kernel was violated. */
  readonly stopped?: string;
  readonly violation?: { readonly property: string; readonly message: string };
  readonly vmstat: readonly VmstatLine[];
  /** Whether references of direct I/O are of the kind that the counters count. */
  readonly counted: boolean;
  /** What was found requested, less what was found returned, whenever a reader came by while the job ran. */
  readonly reader?: { readonly times: number; readonly least: number; readonly most: number };
  readonly held: readonly HeldPage[];
  readonly odd: readonly OddPage[];
  /** The requests whose pages the call site did not give back. */
  readonly leaked: readonly number[];
}

/** The difference of the counters, taken apart. */
export interface Difference {
  readonly requested: number;
  readonly returned: number;
  /** As a reader of /proc/vmstat finds it. */
  readonly difference: number;
  /** What of it is that CPUs have not added what they counted: the race of readers. */
  readonly unfolded: number;
  /** References that the counts of pages say are there still. */
  readonly outstanding: number;
  /** The rest: the counters count what is requested and what is returned in different ways. */
  readonly unexplained: number;
}

/** The sums of the counters; none for a kernel that has none. */
export function differenceIn({ held, vmstat }: FioReport): Difference | undefined {
  if (vmstat.length === 0) return undefined;
  const returnedLine = vmstat.at(-1)!;
  const requestedLines = vmstat.length === 2 ? vmstat.slice(0, 1) : vmstat.slice(0, 2);
  const sum = (of: (line: VmstatLine) => number): number =>
    requestedLines.reduce((total, line) => total + of(line), 0);
  const requested = sum(({ value }) => value);
  const difference = requested - returnedLine.value;
  const unfolded = returnedLine.unfolded - sum((line) => line.unfolded);
  const outstanding = held.reduce((total, { references }) => total + references, 0);
  return {
    requested,
    returned: returnedLine.value,
    difference,
    unfolded,
    outstanding,
    unexplained: difference - unfolded - outstanding,
  };
}

/** Whether the identity of the counters holds, and nothing else went wrong. */
export function isSound(report: FioReport): boolean {
  const { counted, differing, odd, violation } = report;
  if (violation !== undefined || odd.length > 0 || differing > 0) return false;
  const difference = differenceIn(report);
  return difference === undefined || !counted || difference.unexplained === 0;
}
