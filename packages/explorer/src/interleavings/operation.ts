import type { Cell } from '../cell.js';
import type { Fence, Order } from '../order.js';
import type { Condition, ThreadBody } from '../runtime.js';
import type { Update } from '../update.js';

/** What a thread is about to do. */
export type Operation =
  | {
      readonly kind: 'read';
      readonly cell: Cell<unknown>;
      /** What the read waits for, if it waits. */
      readonly condition: Condition | null;
    }
  | {
      readonly kind: 'write';
      readonly cell: Cell<unknown>;
      readonly value: unknown;
      readonly order: Order;
    }
  | {
      readonly kind: 'update';
      readonly cell: Cell<unknown>;
      readonly update: Update;
      readonly first: unknown;
      readonly second: unknown;
      readonly condition: Condition | null;
    }
  | { readonly kind: 'fence'; readonly fence: Fence }
  | { readonly kind: 'choose'; readonly alternatives: number }
  | { readonly kind: 'spawn'; readonly thread: number; readonly body: ThreadBody }
  | { readonly kind: 'join'; readonly thread: number };

const kinds = ['read', 'write', 'update', 'fence', 'choose', 'spawn', 'join'] as const;
type Kind = (typeof kinds)[number];

/**
 * Kind and operand of an operation as one number, by which a replay sees whether the thread asks again
 * for what it asked for before.
 *
 * @param operand the id of the cell or of the thread, the kind of fence, the number of alternatives
 */
export function signature(kind: Kind, operand: number): number {
  return operand * kinds.length + kinds.indexOf(kind);
}

/** A signature in words. */
export function signatureText(signature: number): string {
  const operand = String(Math.floor(signature / kinds.length));
  const kind = kinds[signature % kinds.length]!;
  switch (kind) {
    case 'read':
    case 'write':
    case 'update':
      return `${kind} of cell ${operand}`;
    case 'fence':
      return `fence ${operand}`;
    case 'choose':
      return `choose(${operand})`;
    case 'spawn':
    case 'join':
      return `${kind} of thread ${operand}`;
  }
}
