import type { MemoryModel } from '@pagerace/explorer';
import { armv8 } from './armv8.js';
import { lkmm } from './lkmm.js';
import { power } from './power.js';
import { rc11, rc11Cpp20 } from './rc11.js';
import { riscv, riscvQspinlock } from './riscv.js';
import { sc } from './sc.js';
import { tso } from './tso.js';

/** Every model that the explorer can use, the strongest first. */
export const memoryModels: readonly MemoryModel[] = [
  sc,
  tso,
  armv8,
  riscv,
  riscvQspinlock,
  power,
  lkmm,
  rc11,
  rc11Cpp20,
];
