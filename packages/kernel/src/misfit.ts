import type { ArchitectureFacts } from './architecture-definition.js';
import type { MachineSize } from './scenario.js';

/** Says in its message what an architecture lacks that a scenario needs. */
export class MisfitError extends Error {
  override readonly name = 'MisfitError';
}

/** @throws {MisfitError} when a machine of that size cannot be had on that architecture */
export function mustFit(
  { cpus, hugePages = 0 }: MachineSize,
  { id, thp, smp }: ArchitectureFacts,
): void {
  if (hugePages > 0 && thp === false) {
    throw new MisfitError(`${id} has no transparent huge pages`);
  }
  if (cpus > 1 && smp === false) throw new MisfitError(`${id} has one CPU only`);
}
