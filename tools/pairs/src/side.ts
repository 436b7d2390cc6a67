import type { ScenarioContext } from '@pagerace/kernel';
import type { Half, Mm, VirtualAddress } from '@pagerace/page-model';

/** Where every operation acts: aligned to what an entry above the last level covers. */
export const ADDRESS: VirtualAddress = 0x7f0000000000;

/** One of the two sides of a pair: the process that its operation acts on, and what tells it from the other. */
export interface Side {
  readonly context: ScenarioContext<unknown>;
  /** The name of its thread, which is also what its device and its child are named after. */
  readonly name: string;
  readonly mm: Mm;
  /** Which half of the page it writes to: each side has one, so that neither overwrites the other. */
  readonly half: Half;
}

/** The first address of a side's half. */
export function addressOf({ context, half }: Side): VirtualAddress {
  return ADDRESS + (half === 'lo' ? 0 : context.memory.pageSize / 2);
}
