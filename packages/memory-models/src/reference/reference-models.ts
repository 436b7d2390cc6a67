import { referenceArmv8 } from './armv8.js';
import { referenceLkmm } from './lkmm.js';
import { referencePower } from './power.js';
import { referenceRc11, referenceRc11Cpp20 } from './rc11.js';
import { type ReferenceModel } from './reference-model.js';
import { referenceRiscv } from './riscv.js';
import { referenceSc } from './sequential-consistency.js';
import { referenceTso } from './total-store-order.js';

/** Every memory model in its published form. */
export const referenceModels: readonly ReferenceModel[] = [
  referenceSc,
  referenceTso,
  referenceLkmm,
  referenceArmv8,
  referencePower,
  referenceRiscv,
  referenceRc11,
  referenceRc11Cpp20,
];
