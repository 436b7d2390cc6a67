import type { MemoryModel, Program, Setup } from '@pagerace/explorer';
import {
  bootable,
  MACHINE,
  Machine,
  type MachineOptions,
  type OrderingSites,
} from '@pagerace/machine';
import type { History } from '@pagerace/history';
import { auditPageTables, auditReferences, MEMORY_OPTIONS } from '@pagerace/page-model';
import type { ArchitectureDefinition } from './architecture-definition.js';
import { builtAlike } from './built-alike.js';
import { hasPatch, type Kernel } from './kernel.js';
import { mustFit } from './misfit.js';
import { parseParameters } from './parameters.js';
import { checkMachine, PluginError } from './plugin-check.js';
import type { Scenario } from './scenario.js';
import { ScenarioContext } from './scenario-context.js';
import { UsageError } from './usage-error.js';
import { newerCode } from './variant.js';
import { historiesOf, wire } from './wire.js';

export interface RunRequest {
  readonly scenario: Scenario;
  readonly kernel: Kernel;
  readonly architecture: ArchitectureDefinition;
  readonly model: MemoryModel;
  /** Values, or their text, by the parameters' names. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** To list ordering sites, or to switch some. */
  readonly orderingSites?: OrderingSites;
}

/** Everything that an explorer needs to know of one run. */
export interface Run extends Required<
  Pick<RunRequest, 'scenario' | 'kernel' | 'architecture' | 'model'>
> {
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Builds the program anew each time: nothing is shared between runs or explorations. */
  readonly setup: Setup;
  /** Of every function that changed: of the subsystems, and of the architecture. */
  readonly histories: readonly History[];
  /** What is modelled of the kernel though a later release brought it: who reads a verdict must know. */
  readonly newerCode: readonly string[];
  /** The scenario's properties: an exploration in which one never applied is vacuous. */
  readonly mustCover: readonly string[];
  /** Tells this run from others, for the ids of its executions. */
  readonly fingerprint: string;
}

/**
 * Puts a run together.
 *
 * @throws {UsageError} when the parts do not fit
 * @throws {MisfitError} when the architecture lacks what the scenario needs
 */
export function composeRun(request: RunRequest): Run {
  const { scenario, kernel, architecture, model, orderingSites } = request;
  const parameters = parseParameters(scenario.parameters, request.parameters ?? {});
  const size = scenario.machineSize(parameters);
  checkMachine(scenario.id, size);
  mustFit(size, architecture);
  mustHavePatches(scenario, kernel, parameters);
  const histories = historiesOf(architecture);
  // Before anything runs: a patch for a seam that is not there is found here.
  wire(kernel, architecture);

  const build = bootable(() => {
    const options: MachineOptions = orderingSites === undefined ? {} : { orderingSites };
    const wiring = wire(kernel, architecture)
      .bindValue(MACHINE, new Machine({ cpus: size.cpus, ...options }))
      .bindValue(MEMORY_OPTIONS, size);
    const context = new ScenarioContext<unknown>(wiring, parameters, scenario.properties);
    // A plug-in may have been seen by no compiler.
    const program = scenario.build(context) as Partial<Program> | undefined;
    if (program?.threads === undefined)
      throw new PluginError(
        `the scenario ${scenario.id} builds no program: its build() must return machine.program()`,
      );
    return {
      threads: program.threads,
      finally: (results) => {
        // An execution that was violated may have left something behind.
        context.takeHeld();
        program.finally?.(results);
        const { held, pinned } = context.takeHeld();
        auditReferences(context.memory, held, pinned);
        auditPageTables(context.memory);
      },
    };
  });

  return {
    scenario,
    kernel,
    architecture,
    model,
    parameters,
    setup: builtAlike(scenario.id, build),
    histories,
    newerCode: newerCode(histories, kernel),
    mustCover: scenario.properties.map(({ id }) => id),
    fingerprint: fingerprintOf(request, parameters),
  };
}

function mustHavePatches(scenario: Scenario, kernel: Kernel, parameters: unknown): void {
  const missing = scenario
    .needs(parameters)
    .flatMap((needed) => (hasPatch(kernel, needed) ? [] : needed.id));
  if (missing.length === 0) return;
  const patches = `patch${missing.length === 1 ? '' : 'es'} ${missing.join(', ')}`;
  throw new UsageError(
    `${scenario.id}, so set, needs the ${patches}, which ${kernel.id} lacks: take ${[kernel.id, ...missing].join('+')}`,
  );
}

function fingerprintOf(
  { scenario, kernel, architecture, model, orderingSites }: RunRequest,
  parameters: Readonly<Record<string, unknown>>,
): string {
  const settings = Object.entries(parameters)
    .filter(([name, value]) => {
      const parameter = scenario.parameters[name]!;
      return parameter.silentDefault !== true || value !== parameter.default;
    })
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const overrides = orderingSites?.overridden ?? [];
  return [scenario.id, kernel.id, architecture.id, model.id, ...settings, ...overrides].join(' ');
}
