import type { Estimate, Result, Step, Trace, Verdict, ViolationReport } from '@pagerace/explorer';
import {
  asExpected,
  type Expectation,
  type Extent,
  type Misfit,
  type RunReport,
  type Subject,
} from './run-report.js';
import { placeOf } from './timeline/annotation.js';
import { type ProgressFacts, remaining } from './progress-line.js';
import { valueText } from './value.js';

/** The version of every document below; it grows when a reader of the one before would go wrong. */
export const documentVersion = 1;

/** A violation, and how to see it. */
export interface ViolationDocument extends ViolationReport {
  /** The command that replays the witness. */
  readonly replay: string;
}

/** How far a bounded or random search went. */
export type SearchFacts =
  | {
      readonly kind: 'bounded';
      readonly bound: number;
      /** Everything with at most so many preemptions was explored; -1 if not even those with none. */
      readonly explored: number;
    }
  | {
      readonly kind: 'random';
      readonly seed: number;
      readonly samples: number;
      /** How many ordering constraints a bug may need for the probability to hold. */
      readonly depth: number;
      readonly threads: number;
      readonly steps: number;
      readonly probabilityPerRun: number;
      /** That some run had found such a bug, if there is one. */
      readonly probability: number;
    };

/** One run. */
export interface RunDocument
  extends Subject, Omit<Result, 'violations' | 'observations' | 'model'>, Partial<Extent> {
  readonly format: 'pagerace.run';
  readonly version: typeof documentVersion;
  readonly violations: readonly ViolationDocument[];
  /** What was seen and is no violation; left out if there is nothing. */
  readonly observations?: readonly ViolationDocument[];
  /** How far a bounded or random search went, and what it is worth. */
  readonly search?: SearchFacts;
  readonly expected?: Expectation;
  /** Whether the run came out so; left out where nothing is expected or the run does not tell. */
  readonly asExpected?: boolean;
  /** What the kernel is modelled with though it came later. */
  readonly newerCode?: string;
}

/** Several kernels, architectures or models over one scenario. */
export interface CompareDocument {
  readonly format: 'pagerace.compare';
  readonly version: typeof documentVersion;
  readonly scenario: string;
  /** Whether every run that was asked for was made. */
  readonly complete: boolean;
  /** Whether every run came out as expected; left out where some run does not tell. */
  readonly asExpected?: boolean;
  readonly runs: readonly RunDocument[];
  /** What could not be run, and why; left out if there is nothing. */
  readonly misfits?: readonly (Subject & { readonly because: string })[];
}

/** One step of a trace. Values that JSON does not know are written as text. */
export interface StepDocument {
  readonly step: number;
  readonly thread: number;
  readonly operation: Step['operation'];
  readonly cell: string;
  readonly before?: unknown;
  readonly after?: unknown;
  /** The steps whose newer writes a stale read missed. */
  readonly missed: readonly number[];
  /** How many newer writes a write went under. */
  readonly under: number;
  /** The kernel's spelling of the operation. */
  readonly primitive?: string;
  /** The calls around it, outermost first. */
  readonly stack: readonly { readonly name: string; readonly file: string }[];
  readonly detail: number;
}

/** One execution, step by step. */
export interface TraceDocument extends Subject {
  readonly format: 'pagerace.trace';
  readonly version: typeof documentVersion;
  readonly id: string;
  readonly threads: readonly string[];
  readonly steps: readonly StepDocument[];
  readonly violations: readonly { readonly property: string; readonly message: string }[];
  readonly waiting: Trace['waiting'];
}

/** How much there is to explore. */
export interface EstimateDocument extends Subject {
  readonly format: 'pagerace.estimate';
  readonly version: typeof documentVersion;
  /** Executions, with the bounds of a 95 % interval; `high` is null where the samples are too few for one. */
  readonly estimate: Estimate;
  /** Executions per second, as measured here. */
  readonly rate: number;
  /** Whether all samples were taken, or the user wanted an end. */
  readonly complete: boolean;
}

/** What a reproducer printed. */
export interface ReproductionDocument extends Subject {
  readonly format: 'pagerace.reproduction';
  readonly version: typeof documentVersion;
  /** The injection point. */
  readonly at: string;
  /** The pages that it printed, and the byte that it found in each. */
  readonly pages: readonly { readonly address: string; readonly byte: number }[];
  readonly verdict: Verdict;
}

/** What makes the difference between two kernels. */
export interface BisectDocument {
  readonly format: 'pagerace.bisect';
  readonly version: typeof documentVersion;
  readonly good: Subject;
  readonly bad: Subject;
  /** Of which of the two the patches are changes. */
  readonly from: string;
  /** The patches of which none can be left out; none where an exploration did not tell. */
  readonly culprits?: readonly (PatchDocument & {
    readonly kind: 'added' | 'taken out';
  })[];
  readonly explored: readonly {
    readonly kernel: string;
    readonly verdict: Verdict;
    readonly milliseconds: number;
  }[];
}

/** A patch that an expectation names. */
export interface PatchDocument {
  readonly id: string;
  readonly title: string;
  readonly commit?: string;
  readonly since?: string;
}

/** What a scenario does, and what is expected of it. */
export interface ScenarioDocument {
  readonly format: 'pagerace.scenario';
  readonly version: typeof documentVersion;
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly threads: readonly string[];
  readonly parameters: readonly {
    readonly name: string;
    readonly description: string;
    readonly range: string;
  }[];
  readonly properties: readonly { readonly id: string; readonly statement: string }[];
  /** The first that fits a run counts. */
  readonly expected: readonly {
    readonly with: readonly PatchDocument[];
    readonly without: readonly PatchDocument[];
    /** None means every one. */
    readonly architectures?: readonly string[];
    readonly verdict: Verdict;
    readonly properties: readonly string[];
    readonly because?: string;
  }[];
  /** The architecture and the kernels that show what it is about. */
  readonly architecture: string;
  readonly kernels: readonly string[];
}

/** One thing that can be chosen by its id. */
export interface CatalogueEntry {
  readonly id: string;
  readonly title: string;
  /** Of a scenario. */
  readonly description?: string;
  readonly properties?: readonly { readonly id: string; readonly statement: string }[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly description: string;
    readonly range: string;
  }[];
  readonly defaultArchitecture?: string;
  /** Of a patch: without a commit in Linus's tree it was not merged. */
  readonly merged?: boolean;
  readonly commit?: string;
  readonly since?: string;
  readonly url?: string;
  /** Of a kernel: what it has, and what is modelled of it though a later release brought it. */
  readonly patches?: readonly string[];
  /** Of a function, what came after its oldest form: `form` is the name of a class, or a value. */
  readonly forms?: readonly {
    readonly origin: 'oldest' | 'merged' | 'posted' | 'asked';
    readonly patch: string;
    readonly since?: string;
    readonly form: string;
  }[];
  /** Those that the kernel listed before it lacks. */
  readonly brings?: readonly string[];
  readonly newerCode?: readonly string[];
  /** Of an architecture: the id of its memory model, and what else is to be known of it. */
  readonly model?: string;
  readonly clearBeforeLoad?: string;
  readonly tlbFlush?: { readonly by: string; readonly deferred: boolean };
  readonly thp?: boolean | string;
  readonly fastGup?: boolean | string;
  readonly rcuTableFree?: boolean | string;
  /** Of a memory model: where its definition comes from. */
  readonly source?: string;
}

/** What can be chosen, by its kind. */
export interface CatalogueDocument {
  readonly format: 'pagerace.catalogue';
  readonly version: typeof documentVersion;
  readonly [kind: string]: string | number | readonly CatalogueEntry[];
}

/** What is told while an exploration runs: one of these on each line. */
export type EventDocument =
  | ({ readonly event: 'started' } & Subject)
  | ({
      readonly event: 'progress';
      readonly remaining?: { readonly low: number; readonly high: number };
    } & Subject &
      ProgressFacts)
  | ({
      readonly event: 'violation';
      readonly property: string;
      readonly message: string;
      readonly id: string;
    } & Subject)
  | ({
      readonly event: 'ended';
      readonly verdict: Result['verdict'];
      readonly complete: boolean;
    } & Subject)
  | {
      readonly event: 'load';
      /** Those that have completed, of how many. */
      readonly requests: number;
      readonly of: number;
      readonly milliseconds: number;
      /** Bytes. */
      readonly memory: number;
    }
  | { readonly event: 'error'; readonly message: string; readonly exitCode: number };

/** @param replay the command that replays an execution of the run */
export function runDocument(run: RunReport, replay: (id: string) => string): RunDocument {
  const { violations, observations, ...result } = run.result;
  const expected = asExpected(run);
  const documents = (reports: readonly ViolationReport[]): ViolationDocument[] =>
    reports.map((report) => ({ ...report, replay: replay(report.witness.id) }));
  return {
    format: 'pagerace.run',
    version: documentVersion,
    ...result,
    ...run.extent,
    ...run.subject,
    violations: documents(violations),
    ...(observations === undefined ? {} : { observations: documents(observations) }),
    ...(run.expected === undefined ? {} : { expected: run.expected }),
    ...(expected === undefined ? {} : { asExpected: expected }),
    ...(run.newerCode === undefined ? {} : { newerCode: run.newerCode }),
  };
}

/**
 * @param isComplete whether every run that was asked for was made
 * @param replay the command that replays an execution of a run
 */
export function compareDocument(
  scenario: string,
  runs: readonly RunReport[],
  isComplete: boolean,
  replay: (subject: Subject, id: string) => string,
  misfits: readonly Misfit[] = [],
): CompareDocument {
  const outcomes = runs.map(asExpected);
  const together = outcomes.includes(false)
    ? false
    : outcomes.includes(undefined) || !isComplete
      ? undefined
      : true;
  return {
    format: 'pagerace.compare',
    version: documentVersion,
    scenario,
    complete: isComplete,
    ...(together === undefined ? {} : { asExpected: together }),
    runs: runs.map((run) => runDocument(run, (id) => replay(run.subject, id))),
    ...(misfits.length === 0
      ? {}
      : { misfits: misfits.map(({ subject, because }) => ({ ...subject, because })) }),
  };
}

export function traceDocument(subject: Subject, id: string, trace: Trace): TraceDocument {
  const at = trace.steps.map(placeOf);
  return {
    format: 'pagerace.trace',
    version: documentVersion,
    ...subject,
    id,
    threads: trace.threadNames,
    steps: trace.steps.map((step, index): StepDocument => {
      const { primitive, stack } = at[index]!;
      return {
        step: step.step,
        thread: step.thread,
        operation: step.operation,
        cell: step.cell,
        ...(step.cell === '' ? {} : { before: plain(step.before), after: plain(step.after) }),
        missed: step.missed,
        under: step.under,
        ...(primitive === undefined ? {} : { primitive }),
        stack: stack.map(({ name, file }) => ({ name, file })),
        detail: step.detail,
      };
    }),
    violations: trace.violations.map(({ property, message }) => ({ property, message })),
    waiting: trace.waiting,
  };
}

export function estimateDocument(
  subject: Subject,
  estimate: Estimate,
  rate: number,
  complete: boolean,
): EstimateDocument {
  return {
    format: 'pagerace.estimate',
    version: documentVersion,
    ...subject,
    estimate,
    rate,
    complete,
  };
}

export function reproductionDocument(
  subject: Subject,
  at: string,
  pages: readonly { readonly address: number; readonly byte: number }[],
  verdict: Verdict,
): ReproductionDocument {
  return {
    format: 'pagerace.reproduction',
    version: documentVersion,
    ...subject,
    at,
    // An address may need more than the 53 bits that every reader of JSON keeps.
    pages: pages.map(({ address, byte }) => ({ address: `0x${address.toString(16)}`, byte })),
    verdict,
  };
}

export function catalogueDocument(
  things: Readonly<Record<string, readonly CatalogueEntry[]>>,
): CatalogueDocument {
  return { ...things, format: 'pagerace.catalogue', version: documentVersion };
}

export function progressEvent(subject: Subject, progress: ProgressFacts): EventDocument {
  const left = remaining(progress);
  return {
    event: 'progress',
    ...subject,
    ...progress,
    ...(left === undefined ? {} : { remaining: left }),
  };
}

/** A document as JSON text that a person can read, too. */
export function json(document: {
  readonly format: `pagerace.${string}`;
  readonly version: typeof documentVersion;
}): string {
  return JSON.stringify(document, null, 2);
}

/** An event as one line of NDJSON, without the line's end. */
export function jsonLine(event: EventDocument): string {
  return JSON.stringify(event);
}

/** A cell's value as JSON knows it; what it does not know becomes text. */
function plain(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'undefined':
      return null;
    default:
      return value === null ? null : valueText(value);
  }
}

export interface BisectReport {
  readonly good: Subject;
  readonly bad: Subject;
  /** The kernel that the patches are added to, or taken out of. */
  readonly from: Subject;
  readonly culprits:
    | readonly {
        readonly kind: 'added' | 'taken out';
        readonly patch: PatchDocument;
      }[]
    | undefined;
  readonly explored: readonly RunReport[];
}

export function bisectDocument({
  good,
  bad,
  from,
  culprits,
  explored,
}: BisectReport): BisectDocument {
  return {
    format: 'pagerace.bisect',
    version: documentVersion,
    good,
    bad,
    from: from.kernel,
    ...(culprits === undefined
      ? {}
      : {
          culprits: culprits.map(({ kind, patch }) => ({ kind, ...patchDocument(patch) })),
        }),
    explored: explored.map(({ subject, result }) => ({
      kernel: subject.kernel,
      verdict: result.verdict,
      milliseconds: result.milliseconds,
    })),
  };
}

export interface ScenarioReport {
  readonly scenario: {
    readonly id: string;
    readonly title: string;
    readonly description: string;
    readonly parameters: Readonly<
      Record<string, { readonly description: string; readonly range: string }>
    >;
    readonly properties: ScenarioDocument['properties'];
    readonly expected: readonly Partial<ScenarioDocument['expected'][number]>[];
  };
  readonly threads: readonly string[];
  readonly architecture: string;
  readonly kernels: readonly string[];
}

export function scenarioDocument({
  scenario: { id, title, description, parameters, properties, expected },
  ...facts
}: ScenarioReport): ScenarioDocument {
  return {
    format: 'pagerace.scenario',
    version: documentVersion,
    id,
    title,
    description,
    ...facts,
    parameters: Object.entries(parameters).map(([name, { description: what, range }]) => ({
      name,
      description: what,
      range,
    })),
    properties: properties.map(({ id: property, statement }) => ({ id: property, statement })),
    expected: expected.map(({ with: has = [], without = [], verdict, ...more }) => ({
      properties: [],
      ...more,
      verdict: verdict!,
      with: has.map(patchDocument),
      without: without.map(patchDocument),
    })),
  };
}

/** The facts of a patch, and nothing of what it does. */
function patchDocument({ id, title, commit, since }: PatchDocument): PatchDocument {
  return {
    id,
    title,
    ...(commit === undefined ? {} : { commit }),
    ...(since === undefined ? {} : { since }),
  };
}
