import { defineKernelFunction, thisCpu } from '@pagerace/machine';
import type { Mm } from './mm-struct.js';

/** switch_mm(): this CPU, which {@link Mm.willRunOn} was told of, begins to run a process. */
export const switchMm = defineKernelFunction('kernel/sched/core.c', 'switch_mm', (mm: Mm): void => {
  // Whoever takes an entry out does so before he looks at the mask: either he finds this CPU there, or
  // it finds the entry gone. That takes full barriers on both sides.
  mm.setCpu(thisCpu());
  mm.memory.arch.switchMmBarrier();
});
