export {
  type ArchitectureDefinition,
  type ArchitectureFacts,
  type Availability,
  defineArchitecture,
  type TlbFlushFacts,
} from './architecture-definition.js';
export {
  applyPatches,
  defineKernel,
  hasPatch,
  type Kernel,
  type KernelFacts,
  kernelOf,
  withoutPatches,
} from './kernel.js';
export { MisfitError, mustFit } from './misfit.js';
export { nearest, noSuch } from './nearest.js';
export {
  bytesParameter,
  choiceParameter,
  flagParameter,
  integerParameter,
  type Parameter,
  type ParameterSet,
  type ParameterValues,
} from './parameters.js';
export { definePatch, type Patch } from './patch.js';
export { defineModel, definePlugin, type Plugin } from './plugin.js';
export { checkPlugin, PluginError } from './plugin-check.js';
export { Property, type PropertyDefinition } from './property.js';
export { standingProperties } from './standing-properties.js';
export type { AnyProvision, Constructor, Provision, Provisions } from './provision.js';
export { Registry } from './registry.js';
export { composeRun, type Run, type RunRequest } from './run.js';
export {
  defineScenario,
  type Expectation,
  expectationOf,
  type MachineSize,
  type Scenario,
  type ScenarioFacts,
} from './scenario.js';
export { ScenarioContext } from './scenario-context.js';
export { UsageError } from './usage-error.js';
export { newerCode, patchesIn, variantIn } from './variant.js';
export { historiesOf, wire } from './wire.js';
