import type { Setup } from '@pagerace/explorer';
import * as programs from './programs.js';

export type ModelId = 'sc' | 'tso' | 'rc11';

/** A program of the speed table. */
export interface Measured {
  readonly name: string;
  readonly setup: Setup;
  /** By model; undefined where no number is published. */
  readonly executions: Readonly<Record<ModelId, number | undefined>>;
}

function same(executions: number): Measured['executions'] {
  return { sc: executions, tso: executions, rc11: executions };
}

export const measured: readonly Measured[] = [
  {
    name: 'ainc(9)',
    setup: programs.ainc(9),
    executions: same(362_880),
  },
  {
    name: 'casrot(12)',
    setup: programs.casrot(12),
    executions: same(919_146),
  },
  {
    name: 'fib_bench(5)',
    setup: programs.fibBench(5, programs.acquireRelease),
    executions: { sc: 218_243, tso: undefined, rc11: 525_630 },
  },
  {
    name: 'inc(6)',
    setup: programs.inc(6),
    executions: same(518_400),
  },
  {
    name: 'indexer(15)',
    setup: programs.indexer(15),
    executions: same(4_096),
  },
  {
    name: 'big0',
    setup: programs.big0(programs.acquireRelease),
    executions: { sc: 69_112, tso: undefined, rc11: 82_472 },
  },
  {
    name: 'lockinc(9)',
    setup: programs.lockinc(9),
    executions: same(362_880),
  },
  {
    name: 'readers(17)',
    setup: programs.readers(17),
    executions: same(131_072),
  },
  {
    name: 'sb(17)',
    setup: programs.sb(17),
    executions: { sc: 131_071, tso: 131_072, rc11: 131_072 },
  },
  {
    name: 'spinlock(6)',
    setup: programs.spinlock(6),
    executions: same(518_400),
  },
  {
    name: 'ticketlock(8)',
    setup: programs.ticketlock(8),
    executions: same(40_320),
  },
  {
    name: 'lastzero(15)',
    setup: programs.lastzero(15),
    executions: same(147_456),
  },
  {
    name: '2+2w(17)',
    setup: programs.twoPlusTwoWrites(17),
    executions: { sc: 131_071, tso: 131_071, rc11: 131_072 },
  },
];

/** Programs of millions of executions, whose numbers GenMC 0.11 publishes in its tests. */
export const bigCounts: readonly Measured[] = [
  {
    name: 'big1',
    setup: programs.big1(),
    executions: { sc: 1_820_474, tso: 1_820_474, rc11: 2_950_753 },
  },
  {
    name: 'big2',
    setup: programs.big2(),
    executions: { sc: 5_284_890, tso: 5_284_890, rc11: 14_973_624 },
  },
];
