import { Wiring, WiringError } from '@pagerace/di';
import type { MemoryModel, Program, Setup } from '@pagerace/explorer';
import { GUP_CONFIG } from '@pagerace/gup';
import {
  bootable,
  MACHINE,
  Machine,
  type MachineOptions,
  type OrderingSites,
} from '@pagerace/machine';
import { auditPageTables, auditReferences, MEMORY_OPTIONS } from '@pagerace/page-model';
import type { ArchitectureDefinition } from './architecture-definition.js';
import { builtAlike } from './built-alike.js';
import type { Kernel } from './kernel.js';
import { mustFit } from './misfit.js';
import { parseParameters } from './parameters.js';
import { checkMachine, PluginError } from './plugin-check.js';
import type { Scenario } from './scenario.js';
import { ScenarioContext } from './scenario-context.js';
import { subsystems } from './subsystems.js';
import { UsageError } from './usage-error.js';
import { WithoutFastGup } from './without-fast-gup.js';

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
    mustCover: scenario.properties.map(({ id }) => id),
    fingerprint: fingerprintOf(request, parameters),
  };
}

function mustHavePatches(scenario: Scenario, kernel: Kernel, parameters: unknown): void {
  const missing = scenario
    .needs(parameters)
    .find((needed) => !kernel.patches.some(({ id }) => id === needed));
  if (missing === undefined) return;
  throw new UsageError(
    `${scenario.id}, so set, needs the patch ${missing}, which ${kernel.id} lacks: take ${kernel.id}+${missing}`,
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

function wire(kernel: Kernel, architecture: ArchitectureDefinition): Wiring {
  const wiring = new Wiring();
  for (const subsystem of subsystems) subsystem(wiring);
  for (const provision of architecture.provides) provision.bind(wiring);
  if (architecture.fastGup === false) wiring.override(GUP_CONFIG, WithoutFastGup);
  for (const patch of kernel.patches) {
    patch.provides.forEach((provision, nth) => {
      // A plug-in may have been seen by no compiler: a misspelt token is undefined.
      const token = provision.token as symbol | undefined;
      if (typeof token !== 'symbol')
        throw new PluginError(
          `the patch ${patch.id}: provides[${String(nth)}].token must be a token, and is ${String(token)}`,
        );
      try {
        provision.override(wiring);
      } catch (thrown) {
        if (!(thrown instanceof WiringError)) throw thrown;
        if (thrown.kind !== 'nothing to override')
          throw new PluginError(`the patch ${patch.id}: ${thrown.message}`);
        const seam = token.description ?? 'a seam';
        const twice = wiring.hasNamesake(token)
          ? '. Another token of that name is bound: the package that makes the token is there twice'
          : '';
        throw new UsageError(
          `the patch ${patch.id} does not fit: nothing here has ${seam}${twice}`,
        );
      }
    });
  }
  return wiring;
}
