import { cell, type Cell, Order } from '@pagerace/explorer';
import { standInHere } from './ordering-site.js';
import { mightSleep } from './preempt.js';
import { trace } from './trace.js';

/**
 * wait_event(): sleeps until the condition holds. What the waker did before it made the condition
 * true has happened: by the wake-up, and not by a barrier here. @returns the value that satisfied it
 */
export function waitEvent<T>(variable: Cell<T>, condition: (value: T) => boolean): T {
  mightSleep(`wait for ${variable.name}`);
  const order = standInHere('wait_event', Order.acquire, 'the wake-up of the task that waits');
  trace('wait_event');
  return variable.await(condition, order);
}

const isDone = (done: number): boolean => done > 0;
const oneLess = (done: number): number => done - 1;

/** struct completion: lets one wait for what another does. */
export class Completion {
  /** @internal */
  readonly done: Cell<number>;

  constructor(readonly name: string) {
    this.done = cell(0, `${name}.done`);
  }
}

/** Wakes one waiter, or the next one to come. */
export function complete({ done }: Completion): void {
  trace('complete');
  done.fetchAdd(1, Order.release);
}

/** Sleeps until {@link complete} was called once for this waiter. */
export function waitForCompletion({ name, done }: Completion): void {
  mightSleep(`wait_for_completion(${name})`);
  trace('wait_for_completion');
  done.awaitUpdate(isDone, oneLess, Order.acquire);
}
