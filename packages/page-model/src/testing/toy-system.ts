import { Wiring } from '@pagerace/di';
import { Machine, MACHINE, type OrderingSites } from '@pagerace/machine';
import {
  ARCHITECTURE,
  GUP_COUNTERS,
  type GupCounters,
  keptByLocks,
  Memory,
  MEMORY,
  MEMORY_OPTIONS,
  NoGupCounters,
  PIN_COUNTING,
  type PinCounting,
  PTE_MAP_RULE,
  type PteMapRule,
  ReferenceThenBias,
  TLB,
  Tlb,
  TLB_FLUSH,
  USER_ACCESS,
  UserAccess,
} from '../index.js';
import { NoTlb, ToyArchitecture } from './toy-architecture.js';

export interface ToyOptions {
  /** Default 2. */
  readonly cpus?: number;
  /** Page frames. Default 6. */
  readonly pages?: number;
  readonly pageTableLevels?: number;
  readonly devicePages?: number;
  readonly hugePages?: number;
  readonly hpagePmdNr?: number;
  readonly tlb?: boolean;
  readonly pteMapRule?: PteMapRule;
  readonly pinBias?: number;
  readonly refcountBits?: number;
  readonly debugVm?: boolean;
  readonly statThreshold?: number;
  /** Default that of v5.14. */
  readonly pinCounting?: new () => PinCounting;
  /** Default none. */
  readonly gupCounters?: new () => GupCounters;
  readonly orderingSites?: OrderingSites | undefined;
}

/** A machine of no real architecture, and the objects of memory management on it. */
export interface ToySystem {
  readonly machine: Machine;
  /** Has everything of this package but a fault handler; to be added to before the first `get`. */
  readonly wiring: Wiring;
}

/** Makes a toy system, during set-up. */
export function toySystem({
  cpus = 2,
  pages = 6,
  pageTableLevels = 2,
  hugePages = 0,
  hpagePmdNr = 1,
  tlb = false,
  pteMapRule = keptByLocks,
  pinCounting = ReferenceThenBias,
  gupCounters = NoGupCounters,
  orderingSites,
  ...rest
}: ToyOptions = {}): ToySystem {
  const machine = new Machine({ cpus, ...(orderingSites === undefined ? {} : { orderingSites }) });
  const wiring = new Wiring()
    .bindValue(MACHINE, machine)
    .bindValue(MEMORY_OPTIONS, { pages, pageTableLevels, hugePages, hpagePmdNr, tlb, ...rest })
    .bind(ARCHITECTURE, ToyArchitecture)
    .bind(TLB, Tlb)
    .bind(TLB_FLUSH, NoTlb)
    .bind(MEMORY, Memory)
    .bindValue(PTE_MAP_RULE, pteMapRule)
    .bind(PIN_COUNTING, pinCounting)
    .bind(GUP_COUNTERS, gupCounters)
    .bind(USER_ACCESS, UserAccess);
  return { machine, wiring };
}
