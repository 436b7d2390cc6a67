import { type Cell, type Fence, fence, type Order } from '@pagerace/explorer';
import { fenceHere, orderHere } from './ordering-site.js';
import { trace } from './trace.js';

/**
 * A barrier instruction, or an instruction that is one among other things, which the kernel's
 * portable vocabulary has no name for: `dsb(ishst)`, `ptesync`, `IPTE`.
 */
export function barrierInstruction(instruction: string, kind: Fence, suffix?: string): void {
  const here = fenceHere(instruction, kind, suffix);
  if (here === undefined) return;
  trace(instruction);
  fence(here);
}

/**
 * A read-modify-write that an architecture writes in its own instructions, such as an `ldarx`/`stdcx.`
 * loop, or that the kernel has for bits of an ordinary word, such as `test_and_clear_bit`.
 *
 * @param change a pure function; `undefined` writes nothing
 * @returns the value before
 */
export function updateInstruction<T>(
  instruction: string,
  variable: Cell<T>,
  change: (old: T) => T | undefined,
  order: Order,
  suffix?: string,
): T {
  const here = orderHere(instruction, order, suffix);
  trace(instruction);
  return variable.update(change, here);
}
