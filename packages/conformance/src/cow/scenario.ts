import { choiceParameter, defineScenario, type Scenario } from '@pagerace/kernel';
import { type CowLayout, machineFor } from './layouts.js';
import { CowTest } from './cow-test.js';
import type { CowRow } from './rows.js';

/** A test of cow.c as a program: the parent on one CPU and its child on another, in turns. */
export function cowScenario(row: CowRow, layouts: readonly CowLayout[]): Scenario {
  const layoutOf = (id: string): CowLayout => layouts.find((one) => one.id === id)!;
  return defineScenario({
    id: `cow-${String(row.number)}`,
    title: `cow.c, test ${String(row.number)}: ${row.name}`,
    description: row.description,
    parameters: {
      layout: choiceParameter('what the memory is made of', idsOf(layouts)),
    },
    machine: ({ layout }) => machineFor(layoutOf(layout)),
    properties: [row.criterion],
    build(context) {
      const { machine, parameters, property } = context;
      const test = new CowTest(context);
      machine.boot(() => layoutOf(parameters.layout).setUp(test));
      const child = test.prepareChild(row.forked);
      const program = row.run(test, child);
      if (test.isThere) {
        machine.cpu(0).run('parent', program.parent);
        if (program.child !== undefined) machine.cpu(1).run('child', program.child);
      }
      return machine.program(({ parent, child: other }) => {
        const outcomes = [parent, other];
        if (outcomes.includes('skipped')) return;
        property(row.criterion.id).demand(!outcomes.includes('failed'), row.criterion.failure);
      });
    },
  });
}

function idsOf([first, ...others]: readonly CowLayout[]): readonly [string, ...string[]] {
  return [first!.id, ...others.map(({ id }) => id)];
}
