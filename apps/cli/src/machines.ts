import type { Registry } from '@pagerace/kernel';
import { UsageError } from './failure.js';

/** An architecture and the memory model to explore it under. */
export interface Machine {
  /** Its architecture, with the model where that is not the architecture's own. */
  readonly name: string;
  readonly architecture: string;
  readonly model: string;
}

/** What tells a machine from others. */
export function machineKey({
  architecture,
  model,
}: Pick<Machine, 'architecture' | 'model'>): string {
  return `${architecture} ${model}`;
}

/** The model of what the kernel may rely on anywhere: what holds under it holds on any architecture. */
export const portable = 'lkmm';

/** In a list of architectures, or of kernels: every one. */
export const every = 'all';

/**
 * The machines of these names, or every one that is known.
 *
 * @param names architectures, `lkmm` for any architecture, or `all`
 * @param model a model for all of them; by default each architecture's own
 * @throws {UsageError} for an architecture or a model that does not exist, or that contradict each other
 */
export function machinesOf(
  registry: Registry,
  names: readonly string[] | undefined,
  model: string | undefined,
): readonly Machine[] {
  const machineOf = (id: string): Machine => {
    const isModel = id === portable && registry.models.some((one) => one.id === portable);
    if (isModel && model !== undefined && model !== portable) {
      throw new UsageError(
        `${portable} is any architecture by that model: --model ${model} contradicts it`,
      );
    }
    const architecture = registry.architecture(isModel ? barest(registry) : id);
    const chosen = isModel ? portable : registry.model(model ?? architecture.model).id;
    const named = isModel ? id : architecture.id;
    const goesWithoutSaying = isModel || chosen === architecture.model;
    return {
      name: goesWithoutSaying ? named : `${named} (${chosen})`,
      architecture: architecture.id,
      model: chosen,
    };
  };
  const everyOne = registry.architectures.map(({ id }) => id);
  const asked = names === undefined || names.includes(every) ? everyOne : names;
  const machines = asked.map(machineOf);
  return [...new Map(machines.map((machine) => [machine.name, machine])).values()];
}

/** The architecture that orders least by itself, to stand for all of them: W, where it is known. */
function barest({ architectures }: Registry): string {
  const w = architectures.find(({ id }) => id === 'w');
  return (w ?? architectures.find(({ model }) => model === portable) ?? architectures[0]!).id;
}
