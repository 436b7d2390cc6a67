import type { Program, Verdict } from '@pagerace/explorer';
import type { ParameterSet, ParameterValues } from './parameters.js';
import type { PropertyDefinition } from './property.js';
import type { ScenarioContext } from './scenario-context.js';

/** How much machine a scenario needs. */
export interface MachineSize {
  readonly cpus: number;
  /** Page frames that can be allocated. */
  readonly pages: number;
  /** Levels of a page table; default 2, the others folded. */
  readonly pageTableLevels?: number;
  /** Huge pages that can be allocated; default none. */
  readonly hugePages?: number;
  /** HPAGE_PMD_NR, of how many pages a huge one is made here; default 1. */
  readonly hpagePmdNr?: number;
  /** Whether CPUs keep translations in a TLB; default false: they walk the table for each access. */
  readonly tlb?: boolean;
}

/** What a scenario is expected to show. The first expectation that fits a run counts. */
export interface Expectation {
  /** Ids of kernels, with their patches, or patch ids after a `+`; none means every kernel. */
  readonly kernels?: readonly string[];
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
  /** Ids of patches without which there is nothing to see; default none. */
  readonly needs?: (parameters: ParameterValues<Set>) => readonly string[];
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
  readonly needs: (parameters: unknown) => readonly string[];
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

/** What a scenario expects of a kernel on an architecture, if anything. */
export function expectationOf(
  { expected }: Scenario,
  kernel: string,
  architecture: string,
): Expectation | undefined {
  const patches = kernel.split('+').slice(1);
  return expected.find(
    ({ kernels, architectures }) =>
      (kernels?.some(
        (one) => one === kernel || (one.startsWith('+') && patches.includes(one.slice(1))),
      ) ??
        true) &&
      (architectures?.includes(architecture) ?? true),
  );
}
