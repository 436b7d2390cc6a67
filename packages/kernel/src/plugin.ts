import type { MemoryModel } from '@pagerace/explorer';
import type { ArchitectureDefinition } from './architecture-definition.js';
import type { Kernel } from './kernel.js';
import type { Patch } from './patch.js';
import type { Scenario } from './scenario.js';

/** What a package adds to the choices that there are. */
export interface Plugin {
  /** The name of the package, for messages. */
  readonly id: string;
  readonly scenarios?: readonly Scenario[];
  readonly patches?: readonly Patch[];
  readonly kernels?: readonly Kernel[];
  readonly architectures?: readonly ArchitectureDefinition[];
  readonly models?: readonly MemoryModel[];
}

/** Defines a plug-in. */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin;
}

/** Defines a memory model as a plug-in has it; see the explorer for what it must do. */
export function defineModel(model: MemoryModel): MemoryModel {
  return model;
}
