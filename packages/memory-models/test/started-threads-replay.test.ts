import {
  assert,
  cell,
  decodeExecutionId,
  explore,
  replay,
  type Setup,
  spawn,
} from '@pagerace/explorer';
import { expect, it } from 'vitest';
import { memoryModels } from '../src/index.js';

/** The exploration comes to the first thread's child before the second's; the execution in question has only the latter. */
const untilViolated: Setup = () => {
  const [x, y] = [cell(0, 'x'), cell(0, 'y')];
  return {
    threads: [
      () => {
        x.write(1);
        spawn(() => y.write(1), 'not yet started').join();
      },
      () => {
        const seen = x.read();
        const child = spawn(() => seen === 1 && y.read() === 0, 'started');
        assert(child.join() !== true, 'started in between');
      },
    ],
  };
};

it.each(memoryModels)('a witness with started threads replays under $id', (model) => {
  const { violations } = explore(untilViolated, { model });
  const trace = replay(untilViolated, decodeExecutionId(violations[0]!.witness.id, ''), model);
  expect(trace.violations.map(({ message }) => message)).toEqual(['started in between']);
  expect(trace.steps.some(({ threadName }) => threadName === 'started')).toBe(true);
});
