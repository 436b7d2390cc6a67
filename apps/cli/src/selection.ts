import {
  composeRun,
  expectationOf,
  type Registry,
  type Run,
  type Scenario,
  UsageError as KernelUsageError,
} from '@pagerace/kernel';
import type { Verdict } from '@pagerace/explorer';
import type { OrderingSites } from '@pagerace/machine';
import type { Expectation, Subject } from '@pagerace/report';
import { UsageError } from './failure.js';
import { every, machinesOf, portable } from './machines.js';
import { weakenedSites } from './weakened-sites.js';

/** The ids that a user gave, or did not. */
export interface Choice {
  readonly scenario: string;
  readonly kernel?: string | undefined;
  readonly architecture?: string | undefined;
  readonly model?: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  /** Ordering sites to weaken; see {@link weakenedSites}. */
  readonly weaken?: readonly string[] | undefined;
}

/** One run in words, which any thread can be told. */
export interface Selected {
  /** What it was selected by, so that another thread can do the same. */
  readonly choice: Choice;
  readonly subject: Subject;
  readonly expected?: Expectation;
  /** The code that its kernel is modelled with though it came later. */
  readonly newerCode: readonly string[];
}

/** One run, and the words for it. */
export interface Selection extends Selected {
  readonly run: Run;
  /** The ordering sites that the run meets, of which some may be weakened. */
  readonly orderingSites: OrderingSites;
}

/** The words for a run alone. */
export function wordsOf({ choice, subject, expected, newerCode }: Selection): Selected {
  return {
    choice,
    subject,
    ...(expected === undefined ? {} : { expected }),
    newerCode,
  };
}

/** The architecture where none is named. */
export function usualArchitecture({ defaultArchitecture = 'x86' }: Scenario): string {
  return defaultArchitecture;
}

/** @throws {UsageError} for what does not exist or does not fit */
export function select(registry: Registry, choice: Choice): Selection {
  const scenario = registry.scenario(choice.scenario);
  const kernel = registry.kernel(choice.kernel ?? usualKernels(registry, scenario)[0]!);
  const named = choice.architecture ?? usualArchitecture(scenario);
  if (named === every || named.includes(',')) {
    throw new UsageError(`it takes one architecture, not ${named}; compare takes several`);
  }
  const machine = machinesOf(registry, [named], choice.model)[0]!;
  const architecture = registry.architecture(machine.architecture);
  const model = registry.model(machine.model);
  const orderingSites = weakenedSites(choice.weaken ?? []);
  const weakened = orderingSites.overridden;
  const { parameters } = choice;
  const run = composeRun({ scenario, kernel, architecture, model, parameters, orderingSites });
  const expected = weakened.length === 0 ? expectationFor(registry, run) : undefined;
  return {
    choice: { ...choice, kernel: kernel.id },
    run,
    orderingSites,
    subject: {
      scenario: scenario.id,
      kernel: kernel.id,
      architecture: architecture.id,
      model: model.id,
      ...(weakened.length === 0 ? {} : { weakened }),
    },
    ...(expected === undefined ? {} : { expected }),
    newerCode: run.newerCode,
  };
}

/**
 * What a scenario expects of a run: of one on any architecture, what it expects whatever the
 * architecture, and nothing of one under another memory model than the architecture's own.
 */
function expectationFor(
  registry: Registry,
  { scenario, kernel, architecture, model }: Run,
): Expectation | undefined {
  const isPortable = model.id === portable;
  if (!isPortable && registry.architecture(architecture.id).model !== model.id) return undefined;
  const expected = expectationOf(scenario, kernel, isPortable ? portable : architecture.id);
  if (expected === undefined) return undefined;
  // A patch of a plug-in cannot be told to another thread.
  const { verdict, properties, because } = expected;
  return {
    verdict,
    ...(properties === undefined ? {} : { properties }),
    ...(because === undefined ? {} : { because }),
  };
}

/**
 * The kernels that show what a scenario is about: the newest that is expected to go wrong, and that kernel
 * with the patch that makes it right, or else the first later one that is right; or else the newest of all and
 * the same with a patch, if the patch alone is expected to make it right; or else every kernel of which the
 * scenario expects something, or that there is.
 */
export function usualKernels(registry: Registry, scenario: Scenario): readonly string[] {
  const architecture = usualArchitecture(scenario);
  const verdictOf = (name: string): Verdict | undefined => {
    const kernel = ifItFits(() => registry.kernel(name));
    return kernel && expectationOf(scenario, kernel, architecture)?.verdict;
  };
  const goesWrong = (name: string): boolean =>
    ['violated', 'deadlock'].includes(verdictOf(name) ?? '');
  const newestFirst = registry.kernels.map(({ id }) => id).reverse();
  const named = [...new Set(scenario.expected.flatMap(({ with: has = [] }) => has))].map(
    ({ id }) => `+${id}`,
  );
  const broken =
    newestFirst.find(goesWrong) ??
    newestFirst.flatMap((id) => named.map((patch) => id + patch)).find(goesWrong);
  const isRight = (name: string): boolean => verdictOf(name) === 'verified';
  // Where nothing is expected of the newest kernel, and a patch makes it right, that is the question.
  const isOpen = (name: string): boolean =>
    verdictOf(name) === undefined && named.some((patch) => isRight(name + patch));
  const asked = broken ?? newestFirst.slice(0, 1).find(isOpen);
  if (asked === undefined) return namedKernels(registry, scenario);
  const later = newestFirst.slice(0, Math.max(0, newestFirst.indexOf(asked))).reverse();
  const right = [...named.map((patch) => asked + patch), ...later].find(isRight);
  return right === undefined ? namedKernels(registry, scenario) : [asked, right];
}

/** Every kernel that a scenario expects something of on some architecture; if of none, all that there are. */
export function namedKernels(registry: Registry, scenario: Scenario): readonly string[] {
  const { kernels } = registry;
  if (kernels.length === 0) {
    throw new UsageError('there is no kernel to run; a plug-in must bring one');
  }
  const machines = [...registry.architectures.map(({ id }) => id), portable];
  const named = kernels.filter((kernel) =>
    machines.some((id) => expectationOf(scenario, kernel, id) !== undefined),
  );
  return (named.length === 0 ? kernels : named).map(({ id }) => id);
}

/** What is asked for, or nothing when the patches of its kernel do not fit. */
export function ifItFits<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (thrown) {
    if (thrown instanceof KernelUsageError) return undefined;
    throw thrown;
  }
}
