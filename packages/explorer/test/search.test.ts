import { describe, expect, it } from 'vitest';
import {
  canonicalText,
  type Cell,
  cell,
  enumerate,
  Exploration,
  exploreGraphs,
  Outcome,
  type Setup,
} from '../src/index.js';
import { coherent, sc } from './models.js';
import { onRandomPrograms } from './random-programs.js';

function differences(found: readonly string[], expected: Iterable<string>): string[] {
  const [has, wants] = [new Set(found), new Set(expected)];
  return [
    ...[...wants].filter((text) => !has.has(text)).map((text) => `missing: ${text}`),
    ...[...has].filter((text) => !wants.has(text)).map((text) => `wrong: ${text}`),
    ...found.filter((text, at) => found.indexOf(text) !== at).map((text) => `repeated: ${text}`),
  ];
}

/** As {@link exploreGraphs}, for a search that may have lost its way: it ends after so many graphs. */
function graphsOf(setup: Setup, most: number): Record<'texts' | 'deadlocks', string[]> {
  const found = { texts: [] as string[], deadlocks: [] as string[] };
  let graphs = 0;
  new Exploration(setup, {
    model: sc,
    dataRaces: false,
    onRestart: () => {
      found.texts = [];
      found.deadlocks = [];
    },
    onExecution: (outcome, graph) => {
      if (outcome === Outcome.blocked) return;
      found[outcome === Outcome.complete ? 'texts' : 'deadlocks'].push(canonicalText(graph));
    },
  }).advance(() => ++graphs > most);
  return found;
}

describe('the search', () => {
  it('has every execution that the interleavings have, each once', () => {
    const numRuns = Number(process.env.RUNS ?? 400);
    const seed = Number(process.env.SEED ?? 20_261_129);
    let [executions, deadlocks] = [0, 0];
    onRandomPrograms({ numRuns, seed }, (setup) => {
      const expected = enumerate(setup, { memory: 'sc' });
      const found = graphsOf(setup, 5000);
      executions += expected.executions.size;
      deadlocks += expected.deadlocks.size;
      expect(differences(found.texts, expected.executions.keys())).toEqual([]);
      expect(differences(found.deadlocks, expected.deadlocks.keys())).toEqual([]);
    });
    // The programs meet, and some get stuck.
    expect(executions).toBeGreaterThan(4 * numRuns);
    expect(deadlocks).toBeGreaterThan(numRuns / 10);
  });

  it('makes a read that came first read from a write that comes later', () => {
    const setup: Setup = () => {
      const x = cell(0, 'x');
      return { threads: [() => x.read(), () => x.write(1)] };
    };
    expect(exploreGraphs(setup, sc).texts.toSorted()).toEqual([
      'T0[R0=1.0] T1[W0=1] 0:1.0',
      'T0[R0=init] T1[W0=1] 0:1.0',
    ]);
  });

  it('puts the writes of a location in every order', () => {
    const setup: Setup = () => {
      const x = cell(0, 'x');
      return { threads: [1, 2, 3].map((value) => () => x.write(value)) };
    };
    for (const model of [sc, coherent]) expect(exploreGraphs(setup, model).texts).toHaveLength(6);
  });

  /**
   * Among them: an update that a write revisits, and that goes before another write then, revisits in turn
   * the read of that other write.
   */
  it('has every execution of four operations on one location, each in a thread of its own', () => {
    const operations: ((x: Cell<number>, thread: number) => unknown)[] = [
      (x) => x.read(),
      (x, thread) => x.write(thread),
      (x) => x.fetchAdd(1),
      (x) =>
        x.awaitUpdate(
          (value) => value > 0,
          (value) => value - 1,
        ),
      (x) => x.await((value) => value > 0),
    ];
    const programs = operations.flatMap((first) =>
      operations.flatMap((second) =>
        operations.flatMap((third) =>
          operations.map((fourth) => [first, second, third, fourth] as const),
        ),
      ),
    );
    for (const program of programs) {
      const setup: Setup = () => {
        const x = cell(0, 'x');
        return { threads: program.map((operation, at) => () => operation(x, at + 1)) };
      };
      const expected = enumerate(setup, { memory: 'sc' });
      const found = graphsOf(setup, 500);
      const source = program.map(String).join(' || ');
      expect(differences(found.texts, expected.executions.keys()), source).toEqual([]);
      expect(differences(found.deadlocks, expected.deadlocks.keys()), source).toEqual([]);
    }
  });

  it('lets every reader read every write, where the model orders nothing between', () => {
    const setup: Setup = () => {
      const [x, y] = [cell(0, 'x'), cell(0, 'y')];
      return {
        threads: [
          () => {
            x.write(1);
            y.write(1);
          },
          () => {
            y.read();
            x.read();
          },
        ],
      };
    };
    expect(exploreGraphs(setup, sc).texts).toHaveLength(3);
    expect(exploreGraphs(setup, coherent).texts).toHaveLength(4);
  });
});
