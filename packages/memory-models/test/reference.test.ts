import { canonicalText, exploreGraphs, Outcome } from '@pagerace/explorer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyProgram, litmusProgram, toSetup } from './access-programs.js';
import { coherent } from './coherent.js';
import { exploreWithin } from './explore-within.js';
import { candidateOf } from './graph-candidate.js';
import { referenceForms } from './reference-forms.js';

/*
 * RUNS programs of each kind, made of SEED. Of each, the reference form is asked about every coherent graph: it takes a
 * millisecond for one, so the programs are smaller than those of thread-order.test.ts.
 */
const seed = Number(process.env.SEED ?? 20_250_211);
/** A program of which finding the coherent graphs takes more runs of its threads is another one's turn. */
const mostRuns = 6000;

describe.each([
  { kind: 'any programs', programs: anyProgram, numRuns: Number(process.env.RUNS ?? 150) },
  {
    kind: 'litmus tests',
    programs: litmusProgram,
    numRuns: Number(process.env.RUNS ?? 30),
  },
])(
  'the incremental form has the graphs that the reference form has: $kind',
  ({ programs, numRuns }) => {
    it.each(referenceForms)(
      '$id',
      (model, reference, instructions) => {
        let graphs = 0;
        let forbidden = 0;
        fc.assert(
          fc.property(programs, (program) => {
            const setup = toSetup(program);
            const expected: string[] = [];
            let refused = 0;
            const whole = exploreWithin(mostRuns, setup, {
              model: coherent,
              onExecution: (outcome, graph) => {
                if (outcome !== Outcome.complete) return;
                if (reference.check(candidateOf(graph, instructions)).consistent)
                  expected.push(canonicalText(graph));
                else refused++;
              },
            });
            fc.pre(whole);
            graphs += expected.length;
            forbidden += refused;
            expect([...exploreGraphs(setup, model).texts].sort()).toEqual(expected.sort());
          }),
          { numRuns, seed, endOnFailure: true },
        );
        expect(graphs).toBeGreaterThan(numRuns);
        expect(forbidden).toBeGreaterThan(numRuns / 10);
      },
      3_600_000,
    );
  },
);
