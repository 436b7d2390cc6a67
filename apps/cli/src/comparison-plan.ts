import { expectationOf, MisfitError, type Registry } from '@pagerace/kernel';
import type { Misfit } from '@pagerace/report';
import { UsageError } from './failure.js';
import { every, machineKey, machinesOf, portable } from './machines.js';
import {
  namedKernels,
  select,
  type Selected,
  usualArchitecture,
  usualKernels,
  wordsOf,
} from './selection.js';

/** What a user wants to compare. */
export interface ComparisonRequest {
  readonly scenario: string;
  readonly a?: string | undefined;
  readonly b?: readonly string[] | undefined;
  readonly kernels?: readonly string[] | undefined;
  readonly arch?: readonly string[] | undefined;
  readonly model?: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
}

/** What a comparison explores, in words that another thread can be told. */
export interface ComparisonPlan {
  readonly selected: readonly Selected[];
  readonly misfits: readonly Misfit[];
  /** What a row of the table is called, by {@link machineKey}. */
  readonly machineNames: ReadonlyMap<string, string>;
  /** Every architecture, with the kernels that the scenario expects to go wrong there. */
  readonly brokenOn: ReadonlyMap<string, readonly string[]>;
}

/**
 * Says what a comparison is to explore.
 *
 * @throws {MisfitError} when nothing fits
 */
export function planComparison(registry: Registry, request: ComparisonRequest): ComparisonPlan {
  const { scenario, model, parameters } = request;
  const kernels = kernelsOf(request, registry);
  const usual = (): string =>
    model === portable ? portable : usualArchitecture(registry.scenario(scenario));
  const { arch = [usual()] } = request;
  const machines = machinesOf(registry, arch, model);
  const selected: Selected[] = [];
  const misfits: Misfit[] = [];
  for (const { architecture, model } of machines) {
    for (const kernel of kernels) {
      try {
        const choice = { scenario, kernel, architecture, model, parameters };
        selected.push(wordsOf(select(registry, choice)));
      } catch (thrown) {
        if (!(thrown instanceof MisfitError)) throw thrown;
        const subject = { scenario, kernel, architecture, model };
        misfits.push({ subject, because: thrown.message });
        if (misfits.length === machines.length * kernels.length) throw thrown;
      }
    }
  }
  return {
    selected,
    misfits,
    machineNames: new Map(machines.map(({ name, ...machine }) => [machineKey(machine), name])),
    brokenOn: brokenOn(registry, scenario, [...new Set(selected.map((one) => one.subject.kernel))]),
  };
}

function brokenOn(
  registry: Registry,
  scenario: string,
  kernels: readonly string[],
): ComparisonPlan['brokenOn'] {
  const isBroken = (kernel: string, architecture: string): boolean => {
    const expected = expectationOf(
      registry.scenario(scenario),
      registry.kernel(kernel),
      architecture,
    );
    return expected?.verdict === 'violated' || expected?.verdict === 'deadlock';
  };
  return new Map(
    registry.architectures.map(({ id }) => [id, kernels.filter((kernel) => isBroken(kernel, id))]),
  );
}

function kernelsOf(
  { scenario, a, b = [], kernels: all = [] }: ComparisonRequest,
  registry: Registry,
): readonly string[] {
  const named = [...(a === undefined ? [] : [a]), ...b, ...all.filter((one) => one !== every)];
  const about = registry.scenario(scenario);
  const kernels = [
    ...new Set([...named, ...(all.includes(every) ? namedKernels(registry, about) : [])]),
  ];
  if (kernels.length === 0) kernels.push(...usualKernels(registry, about));
  if (kernels.length === 1 && a !== undefined) {
    throw new UsageError('--a names the first kernel to compare, and --b must name another');
  }
  return kernels;
}
