import { expect, test } from 'vitest';
import {
  cell,
  complete,
  Completion,
  readOnce,
  Spinlock,
  spinLock,
  waitEvent,
  waitForCompletion,
  writeOnce,
} from '../src/index.js';
import { outcomes, run, violated } from './program.js';

test('who waits for a condition sees what its waker did before', () => {
  const all = outcomes((machine) => {
    const [data, done] = [cell(0, 'data'), cell(false, 'done')];
    machine.agent('nvme0').run(() => {
      writeOnce(data, 0x79);
      done.write(true);
    });
    machine.cpu(0).run('waiter', () => {
      waitEvent(done, (is) => is);
      return readOnce(data);
    });
  });
  expect(all).toEqual(['nvme0=undefined waiter=121']);
});

test('a completion lets one waiter through per complete()', () => {
  const waiters = (completions: number) =>
    run((machine) => {
      const io = new Completion('io');
      machine.agent('device').run(() => {
        for (let n = 0; n < completions; n++) complete(io);
      });
      machine.cpu(0).run('one', () => waitForCompletion(io));
      machine.cpu(1).run('other', () => waitForCompletion(io));
    }).verdict;
  expect(waiters(1)).toBe('deadlock');
  expect(waiters(2)).toBe('verified');
});

test('waiting is sleeping', () => {
  expect(
    violated((machine) => {
      const lock = new Spinlock('lock');
      machine.cpu(0).run('waiter', () => {
        spinLock(lock);
        waitEvent(cell(1, 'ready'), (value) => value === 1);
      });
    }),
  ).toEqual(['sleep-in-atomic']);
});
