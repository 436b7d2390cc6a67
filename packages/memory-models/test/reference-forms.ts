import {
  armv8,
  lkmm,
  power,
  rc11,
  rc11Cpp20,
  referenceArmv8,
  referenceLkmm,
  referencePower,
  referenceRc11,
  referenceRc11Cpp20,
  referenceRiscv,
  referenceSc,
  referenceTso,
  riscv,
  riscvQspinlock,
  sc,
  tso,
} from '../src/index.js';
import {
  aarch64,
  c11,
  kernelPrimitives,
  powerInstructions,
  riscvInstructions,
  riscvQspinlockInstructions,
  x86,
} from './graph-candidate.js';

/** Each model, its published form, and what the kernel's primitives are to that. */
export const referenceForms = [
  [sc, referenceSc, x86],
  [tso, referenceTso, x86],
  [rc11, referenceRc11, c11],
  [rc11Cpp20, referenceRc11Cpp20, c11],
  [armv8, referenceArmv8, aarch64],
  [riscv, referenceRiscv, riscvInstructions],
  [riscvQspinlock, referenceRiscv, riscvQspinlockInstructions],
  [power, referencePower, powerInstructions],
  [lkmm, referenceLkmm, kernelPrimitives],
] as const;
