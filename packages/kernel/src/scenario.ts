import type { Program, Verdict } from '@pagerace/explorer';
import type { PatchFacts } from '@pagerace/history';
import type { MemoryOptions } from '@pagerace/page-model';
import { hasPatch, type Kernel } from './kernel.js';
import type { ParameterSet, ParameterValues } from './parameters.js';
import type { PropertyDefinition } from './property.js';
import type { ScenarioContext } from './scenario-context.js';

/** How much machine a scenario needs. */
export interface MachineSize extends MemoryOptions {
  readonly cpus: number;
}

/** What a scenario is expected to show. The first expectation that fits a run counts. */
export interface Expectation {
  /** Patches that the kernel must have; default none. */
  readonly with?: readonly PatchFacts[];
  /** Patches that it must lack; default none. */
  readonly without?: readonly PatchFacts[];
  /** Ids of architectures; none means every one. */
  readonly architectures?: readonly string[];
  readonly verdict: Verdict;
  /** Of a violation: the properties that are violated. */
  readonly properties?: readonly string[];
  /** Why, with the source if somebody has said so. */
  readonly because?: string;
}

export interface ScenarioFacts<Set extends ParameterSet> {
  readonly id: string;
  readonly title: string;
  /** A paragraph: what each thread does, and what is at stake. */
  readonly description: string;
  readonly parameters?: Set;
  readonly machine: MachineSize | ((parameters: ParameterValues<Set>) => MachineSize);
  /** Patches without which there is nothing to see; default none. */
  readonly needs?: (parameters: ParameterValues<Set>) => readonly PatchFacts[];
  readonly properties: readonly PropertyDefinition[];
  /** Id of the architecture to take where none is named: one on which the scenario goes wrong before its fix. */
  readonly defaultArchitecture?: string;
  readonly expected?: readonly Expectation[];
  /**
   * Makes the initial state, gives CPUs and agents their threads, and returns
   * `context.machine.program()`. Called for each exploration.
   */
  readonly build: (context: ScenarioContext<ParameterValues<Set>>) => Program;
}

/** A small program over the modelled kernel, with what must hold. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly parameters: ParameterSet;
  readonly properties: readonly PropertyDefinition[];
  readonly defaultArchitecture?: string;
  readonly expected: readonly Expectation[];
  /** @internal */
  readonly machineSize: (parameters: unknown) => MachineSize;
  /** @internal */
  readonly needs: (parameters: unknown) => readonly PatchFacts[];
  /** @internal */
  readonly build: (context: ScenarioContext<unknown>) => Program;
}

// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export function defineScenario<const Set extends ParameterSet = {}>(
  facts: ScenarioFacts<Set>,
): Scenario {
  const { machine, needs, defaultArchitecture } = facts;
  return {
    id: facts.id,
    title: facts.title,
    description: facts.description,
    parameters: facts.parameters ?? {},
    properties: facts.properties,
    ...(defaultArchitecture === undefined ? {} : { defaultArchitecture }),
    expected: facts.expected ?? [],
    machineSize: (parameters) =>
      typeof machine === 'function' ? machine(parameters as ParameterValues<Set>) : machine,
    needs: (parameters) => needs?.(parameters as ParameterValues<Set>) ?? [],
    build: (context) => facts.build(context as ScenarioContext<ParameterValues<Set>>),
  };
}

/**
 * What a scenario expects of a kernel on an architecture, if anything. Of a kernel with a patch that no
 * release has, it expects something only where it names that patch.
 */
export function expectationOf(
  { expected }: Scenario,
  kernel: Kernel,
  architecture: string,
): Expectation | undefined {
  const unmerged = kernel.adds.filter(({ since }) => since === undefined);
  return expected.find(
    ({ with: has = [], without: lacks = [], architectures }) =>
      has.every((patch) => hasPatch(kernel, patch)) &&
      !lacks.some((patch) => hasPatch(kernel, patch)) &&
      unmerged.every(({ id }) => has.some((patch) => patch.id === id)) &&
      (architectures?.includes(architecture) ?? true),
  );
}
