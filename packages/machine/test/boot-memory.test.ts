import { explore } from '@pagerace/explorer';
import { sc } from '@pagerace/memory-models';
import { expect, test } from 'vitest';
import {
  atomicAddUnless,
  atomicInc,
  bootable,
  cell,
  Completion,
  Machine,
  Mutex,
  mutexLock,
  mutexUnlock,
  readOnce,
  waitForCompletion,
  writeOnce,
} from '../src/index.js';

test('what set-up leaves in memory is the initial state, and makes no event', () => {
  const results: unknown[] = [];
  const setup = bootable(() => {
    const machine = new Machine();
    const variable = cell(1, 'variable');
    const mutex = new Mutex('mutex');
    machine.boot(() => {
      mutexLock(mutex);
      atomicInc(variable);
      writeOnce(variable, readOnce(variable) * 10);
      expect(atomicAddUnless(variable, 1, 20)).toBe(false);
      mutexUnlock(mutex);
    });
    machine.cpu(0).run('reader', () => readOnce(variable));
    machine.cpu(1).run('locker', () => mutexLock(mutex));
    return machine.program(({ reader }) => results.push(reader));
  });
  const { executions, verdict } = explore(setup, { model: sc });
  expect({ executions, verdict, results }).toEqual({
    executions: 1,
    verdict: 'verified',
    results: [20],
  });
});

test('a set-up that would wait for ever says for what', () => {
  const setup = bootable(() => {
    const machine = new Machine();
    machine.boot(() => waitForCompletion(new Completion('io')));
    return machine.program();
  });
  const { verdict, error } = explore(setup, { model: sc });
  expect(verdict).toBe('model error');
  expect(error).toContain('set-up would wait for ever for io.done, which is 0');
});
