import {
  type Cell,
  fenceName,
  orderName,
  type Runtime,
  runtime,
  type Update,
  withRuntime,
} from '@pagerace/explorer';

/** Lets the operations of `body` through to the program's memory, and notes each with its order. */
export function recorded(log: string[], body: () => void): void {
  const memory = runtime();
  const recording: Runtime = {
    createCell: (initial, name) => memory.createCell(initial, name),
    allocate: (factory) => memory.allocate(factory),
    read: (cell, order) => {
      log.push(`read ${orderName(order)}`);
      return memory.read(cell, order);
    },
    write: (cell, value, order) => {
      log.push(`write ${orderName(order)}`);
      memory.write(cell, value, order);
    },
    update: (cell: Cell<unknown>, update: Update, first, second, order, condition) => {
      log.push(`${condition === null ? '' : 'waiting '}update ${orderName(order)}`);
      return memory.update(cell, update, first, second, order, condition);
    },
    await: (cell, condition, order) => {
      log.push(`wait ${orderName(order)}`);
      return memory.await(cell, condition, order);
    },
    fence: (fence) => {
      log.push(`fence ${fenceName(fence)}`);
      memory.fence(fence);
    },
    choose: (alternatives) => memory.choose(alternatives),
    spawn: (thread, name) => memory.spawn(thread, name),
    join: (thread) => memory.join(thread),
    assume: (condition) => memory.assume(condition),
    cover: (label) => memory.cover(label),
    currentThread: () => memory.currentThread(),
    tracing: false,
    reach: () => undefined,
    annotate: (annotation) => memory.annotate(annotation),
    locate: (place) => memory.locate(place),
  };
  withRuntime(recording, body);
}
