import { canonicalText, Exploration, exploreGraphs, Outcome } from '@pagerace/explorer';
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { coherent } from './coherent.js';
import { candidateOf } from './graph-candidate.js';
import { randomProgram, toSetup, toSource } from './random-programs.js';
import { referenceForms } from './reference-forms.js';

/**
 * Programs that wait, lock, try, choose and start threads have the executions, and the ones that
 * never end, that the reference form allows. For a longer run than the usual one, set RUNS and SEED.
 */
const numRuns = Number(process.env.RUNS ?? 100);
const seed = Number(process.env.SEED ?? 20_250_419);
const mostGraphs = 1000;

const missingFrom = (texts: readonly string[], from: readonly string[], what: string): string[] => {
  const has = new Set(from);
  return texts.filter((text) => !has.has(text)).map((text) => `${what}: ${text}`);
};

function differences(found: readonly string[], expected: readonly string[]): string[] {
  return [
    ...missingFrom(expected, found, 'missing'),
    ...missingFrom(found, expected, 'wrong'),
    ...found.filter((text, at) => found.indexOf(text) !== at).map((text) => `repeated: ${text}`),
    ...expected
      .filter((text, at) => expected.indexOf(text) !== at)
      .map((text) => `candidate repeated: ${text}`),
  ];
}

it.each(referenceForms)(
  'programs that wait have the executions of the reference form, under $id',
  (model, reference, instructions) => {
    let executions = 0;
    let forbidden = 0;
    let deadlocked = 0;
    fc.assert(
      fc.property(randomProgram, (program) => {
        const setup = toSetup(program);
        const complete: string[] = [];
        const deadlocks: string[] = [];
        let all = 0;
        const exploration = new Exploration(setup, {
          model: coherent,
          dataRaces: false,
          onRestart: () => {
            complete.length = deadlocks.length = 0;
          },
          onExecution: (outcome, graph) => {
            if (++all > mostGraphs || outcome === Outcome.blocked) return;
            if (!reference.check(candidateOf(graph, instructions)).consistent) forbidden++;
            else (outcome === Outcome.complete ? complete : deadlocks).push(canonicalText(graph));
          },
        });
        exploration.advance(() => all > mostGraphs);
        fc.pre(all <= mostGraphs);
        executions += complete.length;
        deadlocked += deadlocks.length;
        const found = exploreGraphs(setup, model);
        const problems = [
          ...differences(found.texts, complete),
          ...differences(found.deadlocks, deadlocks).map((line) => `deadlock ${line}`),
        ];
        if (problems.length > 0) throw new Error([toSource(program), ...problems].join('\n'));
      }),
      { numRuns, seed, endOnFailure: process.env.SHRINK === undefined },
    );
    expect(executions).toBeGreaterThan(numRuns);
    expect(forbidden).toBeGreaterThan(numRuns / 10);
    expect(deadlocked).toBeGreaterThan(numRuns / 20);
  },
);
