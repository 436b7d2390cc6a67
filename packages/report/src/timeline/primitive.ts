/** Whether the operation takes a lock: then its name says it all, and the lock's value nothing. */
export function isAcquire(primitive: string | undefined): boolean {
  return (
    primitive !== undefined &&
    /(^|_)(try)?lock(_|$)|^down_|^local_irq_(save|disable)$/.test(primitive)
  );
}

/** Whether the operation releases a lock. */
export function isRelease(primitive: string | undefined): boolean {
  return (
    primitive !== undefined && /(^|_)unlock(_|$)|^up_|^local_irq_(restore|enable)$/.test(primitive)
  );
}

/** Whether the operation changes something only under a condition: if it only read, it has failed. */
export function isConditional(primitive: string | undefined): boolean {
  return (
    primitive !== undefined &&
    /cmpxchg|_unless(_|$)|_not_zero(_|$)|trylock|^test_and_set_bit_lock$/.test(primitive)
  );
}

/** The ordinary accesses of C, which have no name in the source. */
export function isPlain(primitive: string | undefined): boolean {
  return primitive === undefined || primitive === 'read' || primitive === 'write';
}

/** Words of the machine and not of the source, such as `send IPI`: they are no call. */
export function isProse(primitive: string): boolean {
  return primitive.includes(' ');
}
