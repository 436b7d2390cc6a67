/**
 * Tests of any number of threads, each of which reads what the thread before it writes, in a ring: the
 * condition is that every thread sees that write.
 */

/** One thread's code between its read of `from` and its write of `to`. */
type Link = (from: string, to: string) => string;

export const links = {
  /** A read-side critical section around both. */
  rcuReader: (from, to) =>
    `rcu_read_lock(); r0 = READ_ONCE(*${from}); WRITE_ONCE(*${to}, 1); rcu_read_unlock();`,
  /** A grace period between them. */
  gracePeriod: (from, to) => `r0 = READ_ONCE(*${from}); synchronize_rcu(); WRITE_ONCE(*${to}, 1);`,
  /** A critical section of one lock around both. */
  locked: (from, to) =>
    `spin_lock(lock); r0 = READ_ONCE(*${from}); WRITE_ONCE(*${to}, 1); spin_unlock(lock);`,
  acquireRelease: (from, to) => `r0 = smp_load_acquire(${from}); smp_store_release(${to}, 1);`,
  unordered: (from, to) => `r0 = READ_ONCE(*${from}); WRITE_ONCE(*${to}, 1);`,
} satisfies Record<string, Link>;

export function ring(name: string, code: readonly Link[]): string {
  const threads = code.map((link, i) => {
    const [from, to] = [`x${String(i)}`, `x${String((i + 1) % code.length)}`];
    return `P${String(i)}(int *${from}, int *${to}, spinlock_t *lock) { int r0; ${link(from, to)} }`;
  });
  const seen = code.map((_, i) => `${String(i)}:r0=1`).join(' /\\ ');
  return `C ${name}\n{}\n${threads.join('\n')}\nexists (${seen})\n`;
}

/** `readers` critical sections and as many grace periods as given, alternating as far as they go. */
export function rcuRing(readers: number, gracePeriods: number): string {
  const code: Link[] = [];
  for (let i = 0; i < Math.max(readers, gracePeriods); i++) {
    if (i < gracePeriods) code.push(links.gracePeriod);
    if (i < readers) code.push(links.rcuReader);
  }
  return ring(`RCU-${String(readers)}R-${String(gracePeriods)}G`, code);
}

/** Every thread the same. */
export function uniformRing(link: Link, threads: number, last: Link = link): string {
  return ring('ring', [...Array.from({ length: threads - 1 }, () => link), last]);
}
