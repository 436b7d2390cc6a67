/** What all locks of one kind have in common: their place in the lock order. */
export interface LockClass {
  readonly name: string;
  readonly id: number;
}

/** Above any number of lock classes; two ids are packed into one number with it. */
export const lockClassLimit = 4096;

const classes = new Map<string, LockClass>();
const byId: LockClass[] = [];

/**
 * The lock class of that name.
 *
 * @param subclass tells locks of one class apart that are nested in a known order (`spin_lock_nested()`)
 */
export function lockClass(name: string, subclass = 0): LockClass {
  const key = subclass === 0 ? name : `${name}/${String(subclass)}`;
  let known = classes.get(key);
  if (known === undefined) {
    known = { name: key, id: byId.length };
    classes.set(key, known);
    byId.push(known);
  }
  return known;
}

/** The lock class with that id. */
export function lockClassOf(id: number): LockClass {
  return byId[id]!;
}
