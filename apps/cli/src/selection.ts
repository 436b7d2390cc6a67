import {
  composeRun,
  expectationOf,
  type Registry,
  type Run,
  type Scenario,
} from '@pagerace/kernel';
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
  readonly newerCode?: string;
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
    ...(newerCode === undefined ? {} : { newerCode }),
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
    ...(kernel.newerCode === undefined ? {} : { newerCode: kernel.newerCode }),
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
  if (model.id === portable) return expectationOf(scenario, kernel.id, portable);
  if (registry.architecture(architecture.id).model !== model.id) return undefined;
  return expectationOf(scenario, kernel.id, architecture.id);
}

/**
 * The kernels that show what a scenario is about: the last that is expected to go wrong, and that kernel
 * with the patch that makes it right, or else the first later one that is right; or else every kernel that
 * the scenario names, or that there is.
 */
export function usualKernels(registry: Registry, scenario: Scenario): readonly string[] {
  const base = brokenKernel(scenario);
  if (base === undefined) return namedKernels(registry, scenario);
  const sound = scenario.expected
    .filter(({ verdict }) => verdict === 'verified')
    .flatMap(({ kernels }) => kernels ?? []);
  const patch = sound.find((one) => one.startsWith('+'));
  if (patch !== undefined) return [base, base + patch];
  const ids = registry.kernels.map(({ id }) => id);
  const later = sound.find((one) => ids.indexOf(one) > ids.indexOf(base));
  return later === undefined ? namedKernels(registry, scenario) : [base, later];
}

/** Every kernel that a scenario expects something of, in its order; if it names none, all that there are. */
export function namedKernels(registry: Registry, scenario: Scenario): readonly string[] {
  const all = registry.kernels.map(({ id }) => id);
  const named = scenario.expected.flatMap(({ kernels }) => kernels ?? []);
  const base = brokenKernel(scenario) ?? named.find((one) => !one.startsWith('+')) ?? all[0];
  if (base === undefined) {
    throw new UsageError('there is no kernel to run; a plug-in must bring one');
  }
  const kernels = named.map((kernel) => (kernel.startsWith('+') ? base + kernel : kernel));
  return kernels.length === 0 ? all : [...new Set(kernels)];
}

/** The last kernel by name that is expected to go wrong. */
function brokenKernel(scenario: Scenario): string | undefined {
  return scenario.expected
    .filter(({ verdict }) => verdict === 'violated' || verdict === 'deadlock')
    .flatMap(({ kernels }) => kernels ?? [])
    .findLast((one) => !one.startsWith('+'));
}
