import { canonicalText, Exploration, exploreGraphs, Outcome } from '@pagerace/explorer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyProgram, toSetup } from './access-programs.js';
import { coherent } from './coherent.js';
import { candidateOf } from './graph-candidate.js';
import { referenceForms } from './reference-forms.js';

const numRuns = Number(process.env.RUNS ?? 150);
const seed = Number(process.env.SEED ?? 20_250_211);
const mostGraphs = 3000;

describe('the incremental form has the graphs that the reference form has', () => {
  it.each(referenceForms)('$id', (model, reference, instructions) => {
    let graphs = 0;
    let forbidden = 0;
    fc.assert(
      fc.property(anyProgram, (program) => {
        const setup = toSetup(program);
        const expected: string[] = [];
        let all = 0;
        const exploration = new Exploration(setup, {
          model: coherent,
          dataRaces: false,
          onExecution: (outcome, graph) => {
            all++;
            if (outcome !== Outcome.complete || all > mostGraphs) return;
            if (reference.check(candidateOf(graph, instructions)).consistent)
              expected.push(canonicalText(graph));
            else forbidden++;
          },
        });
        exploration.advance(() => all > mostGraphs);
        fc.pre(all <= mostGraphs);
        graphs += expected.length;
        expect([...exploreGraphs(setup, model).texts].sort()).toEqual(expected.sort());
      }),
      { numRuns, seed, endOnFailure: true },
    );
    expect(graphs).toBeGreaterThan(numRuns);
    expect(forbidden).toBeGreaterThan(numRuns / 10);
  });
});
