import { explore, type Setup } from '@pagerace/explorer';
import { rc11, rc11Cpp20 } from '@pagerace/memory-models';
import { expect, test } from 'vitest';
import * as programs from '../src/programs.js';

// Complete execution graphs under RC11, as GenMC 0.11 finds them.

const { acquireRelease } = programs;

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

const rotations = [2, 5, 14, 43, 144, 523, 2048, 8597];

const cases: [name: string, setup: Setup, executions: number][] = [
  ['fib_bench(4), acquire and release', programs.fibBench(4, acquireRelease), 34_205],
  ['fib_bench(5), acquire and release', programs.fibBench(5, acquireRelease), 525_630],
  ['big0, acquire and release', programs.big0(acquireRelease), 82_472],
];
for (const n of [2, 3, 4, 6]) {
  cases.push(
    [`sb ring of ${String(n)}`, programs.sb(n), 2 ** n],
    [`lb ring of ${String(n)}`, programs.lb(n), 2 ** n - 1],
    [`2+2W ring of ${String(n)}`, programs.twoPlusTwoWrites(n), 2 ** n],
    [`mp of ${String(n)}, relaxed`, programs.mp(n), 4 ** n],
    [`mp of ${String(n)}, acquire and release`, programs.mp(n, acquireRelease), 3 ** n],
    [`readers of ${String(n)}`, programs.readers(n), 2 ** n],
    [`lastzero of ${String(n)}`, programs.lastzero(n), (n + 3) * 2 ** (n - 2)],
    [`ainc of ${String(n)}`, programs.ainc(n), factorial(n)],
    [`lockinc of ${String(n)}`, programs.lockinc(n), factorial(n)],
    [`ticketlock of ${String(n)}`, programs.ticketlock(n), factorial(n)],
  );
}
for (const n of [2, 3, 4]) {
  cases.push(
    [`CoA of ${String(n)}`, programs.coA(n, acquireRelease), 4 * factorial(n) ** 2],
    [`inc of ${String(n)}`, programs.inc(n), factorial(n) ** 2],
    [`spinlock of ${String(n)}`, programs.spinlock(n), factorial(n) ** 2],
  );
}
rotations.forEach((executions, i) => {
  cases.push([`casrot of ${String(i + 2)}`, programs.casrot(i + 2), executions]);
});
for (const n of [11, 12, 13])
  cases.push([`indexer of ${String(n)}`, programs.indexer(n), 8 ** (n - 11)]);
const { casw, incrementAll, rw, wainc, wcas } = programs;
// As GenMC's own tests expect them.
cases.push(
  ['binc of 4', incrementAll(4, 2), 576],
  ['cinc of 4', incrementAll(4, 3), 13_824],
  ['casw of 4', casw(4), 1200],
  ['casw of 5', casw(5), 32_880],
  ['wcas of 5', wcas(5), 81],
  ['wcas of 9', wcas(9), 2305],
  ['wainc of 4', wainc(4), 120],
  ['5 writers and a reader', programs.writersAndReader(5), 720],
  ['rw of 4', rw(4), 576],
  ['wrw of 4', rw(4, true), 6576],
  ['eratosthenes of 5', programs.eratosthenes(5), 1512],
  ['IRIW-acq-sc', programs.iriwAcquireSequential, 16],
  ['LB+fr-fr-data+data', programs.lbFrFr, 18],
  ['W+RWC', programs.wRwc, 7],
  ['Z6+acq', programs.z6Acquire, 7],
  ['atomicpo', programs.atomicPo, 4],
  ['fr+w+w+w+reads', programs.writesAndReads, 210],
  ['inc+inc+RR+W+RR', programs.incrementsAndReads, 600],
);

test.each(cases)('%s', (_name, setup, executions) => {
  expect(explore(setup, { model: rc11 })).toMatchObject({ verdict: 'verified', executions });
});

/*
 * Where RC11 and C++20 tell release sequences apart. Of relseq and MPU2+rels+acq GenMC 0.11, which has C++20's,
 * finds 20, 36 and, of chase-lev, 65; RC11's own rule (its paper, §3) leaves 16, 35 and 59. Z6.U has 24 and
 * WWmerge1 18 by the paper's psc, of whose examples of what must be allowed Z6.U is one; GenMC's axiom forbids two
 * of the former and one of the latter.
 */
test.each([
  ['relseq', programs.relseq(), 16, 20],
  ['MPU2+rels+acq', programs.mpu2RelsAcq(), 35, 36],
  ['chase-lev', programs.chaseLev(), 59, 65],
  ['Z6.U', programs.z6U(), 24, 24],
  ['WWmerge1', programs.wwMerge1, 18, 18],
  ['IRIW, acquire', programs.iriw(), 16, 16],
] as const)('%s under RC11 and with C++20 release sequences', (_name, setup, old, cpp20) => {
  expect(explore(setup, { model: rc11 }).executions).toBe(old);
  expect(explore(setup, { model: rc11Cpp20 }).executions).toBe(cpp20);
});
