import { archRiscv } from '@pagerace/arch-riscv';
import { archX86 } from '@pagerace/arch-x86';
import { explore, type Result } from '@pagerace/explorer';
import {
  type ArchitectureDefinition,
  composeRun,
  type Kernel,
  Registry,
  type Run,
} from '@pagerace/kernel';
import type { OrderingSites } from '@pagerace/machine';
import { memoryModels } from '@pagerace/memory-models';
import { scenarios } from '../../src/index.js';

export const registry = new Registry([
  { id: '@pagerace/memory-models', models: memoryModels },
  archX86,
  archRiscv,
  scenarios,
]);

export interface Choice {
  readonly scenario: string;
  /** A kernel, or its name with patches. */
  readonly kernel: string | Kernel;
  /** Default `x86`. */
  readonly architecture?: string | ArchitectureDefinition;
  /** Default `tso`. */
  readonly model?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly orderingSites?: OrderingSites;
}

export function compose(choice: Choice): Run {
  const {
    scenario,
    kernel,
    architecture = 'x86',
    model = 'tso',
    parameters,
    orderingSites,
  } = choice;
  return composeRun({
    scenario: registry.scenario(scenario),
    kernel: typeof kernel === 'string' ? registry.kernel(kernel) : kernel,
    architecture:
      typeof architecture === 'string' ? registry.architecture(architecture) : architecture,
    model: registry.model(model),
    ...(parameters === undefined ? {} : { parameters }),
    ...(orderingSites === undefined ? {} : { orderingSites }),
  });
}

/** Explores the whole. */
export function explored(choice: Choice): Result {
  const run = compose(choice);
  return explore(run.setup, { model: run.model, mustCover: run.mustCover });
}

/** The properties that some execution violates. */
export function violatedBy(choice: Choice): readonly string[] {
  const { violations, error } = explored(choice);
  if (error !== undefined) throw new Error(error);
  return [...new Set(violations.map(({ property }) => property))].sort();
}
