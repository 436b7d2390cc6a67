import { defineKernelFunction, smpCallFunctionMany, smpMb } from '@pagerace/machine';
import type { Mm } from '@pagerace/page-model';

/** Waits until no CPU that runs the process is in the middle of a walk of its page table. */
export const serializeAgainstPteLookup = defineKernelFunction(
  'arch/powerpc/mm/book3s64/pgtable.c',
  'serialize_against_pte_lookup',
  (mm: Mm): void => {
    smpMb();
    smpCallFunctionMany(mm.cpumask);
  },
);
