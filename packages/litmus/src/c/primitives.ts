/**
 * The Linux kernel's primitives, as tools/memory-model/linux-kernel.def defines them for herd7's variant `lkmmv2`:
 * what each does to memory, and in which order it takes its arguments.
 */
import {
  type KernelAccessTag,
  type KernelFenceTag,
  type Tag,
} from '@pagerace/memory-models/reference';

import { type ThreadMemory, zero } from '../execution/thread.js';
import { constant, operate, type Tainted, unionOf } from '../value.js';

/** How an argument is written: `lvalue` as in READ_ONCE(*x), `pointer` as in smp_load_acquire(x). */
export type ParameterKind = 'lvalue' | 'pointer' | 'value';

export interface Primitive {
  readonly parameters: readonly ParameterKind[];
  /** An lvalue is handed over as its address. A primitive without a result returns 0. */
  run(memory: ThreadMemory, ...args: Tainted[]): Tainted;
}

type Ordering = 'full' | 'relaxed' | 'acquire' | 'release';

const suffixes: readonly (readonly [suffix: string, ordering: Ordering])[] = [
  ['', 'full'],
  ['_relaxed', 'relaxed'],
  ['_acquire', 'acquire'],
  ['_release', 'release'],
];

const primitives = new Map<string, Primitive>();

function define(
  name: string,
  parameters: readonly ParameterKind[],
  run: (memory: ThreadMemory, ...args: Tainted[]) => unknown,
): void {
  primitives.set(name, {
    parameters,
    run: (memory, ...args) => (run(memory, ...args) as Tainted | undefined) ?? zero,
  });
}

/** A value computed from two, each with a part in it. */
function combine(operator: string, a: Tainted, b: Tainted): Tainted {
  return { value: operate(operator, a.value, b.value), from: unionOf(a.from, b.from) };
}

/**
 * Both accesses of a read-modify-write carry its annotation, which the model gives a meaning on one of them
 * (herd7's variant `lkmmv2`); a fully ordered one is as if enclosed by two smp_mb().
 */
const annotation: Readonly<Record<Ordering, KernelAccessTag>> = {
  full: 'Mb',
  relaxed: 'Once',
  acquire: 'Acquire',
  release: 'Release',
};

/** An unconditional read-modify-write; what `result` makes of the old and the new value is its result. */
function modify(
  memory: ThreadMemory,
  pointer: Tainted,
  tag: KernelAccessTag,
  change: (old: Tainted) => Tainted,
  result: (old: Tainted, changed: Tainted) => Tainted,
): Tainted {
  const old = memory.read(pointer, [tag, 'RMW']);
  const changed = change(old);
  memory.write(pointer, changed, [tag, 'RMW'], { rmw: old });
  return result(old, changed);
}

/** A read-modify-write that writes only if the old value is right. */
function modifyIf(
  memory: ThreadMemory,
  pointer: Tainted,
  tag: KernelAccessTag,
  condition: (old: Tainted) => boolean,
  change: (old: Tainted) => Tainted,
): { old: Tainted; succeeded: boolean } {
  const old = memory.read(pointer, [tag, 'RMW']);
  const succeeded = memory.decide(condition(old), old);
  if (succeeded) memory.write(pointer, change(old), [tag, 'RMW'], { rmw: old });
  return { old, succeeded };
}

// Single accesses.
const load =
  (...tags: Tag[]) =>
  (memory: ThreadMemory, ...[address]: Tainted[]) =>
    memory.read(address!, tags);
const store =
  (...tags: Tag[]) =>
  (memory: ThreadMemory, ...[address, value]: Tainted[]) => {
    memory.write(address!, value!, tags);
  };
define('READ_ONCE', ['lvalue'], load('Once'));
define('WRITE_ONCE', ['lvalue', 'value'], store('Once'));
define('smp_load_acquire', ['pointer'], load('Acquire'));
define('smp_store_release', ['pointer', 'value'], store('Release'));
define('rcu_dereference', ['lvalue'], load('Once'));
define('rcu_dereference_check', ['lvalue', 'value'], load('Once'));
define('rcu_dereference_protected', ['lvalue', 'value'], load('Once'));
define('rcu_assign_pointer', ['lvalue', 'value'], store('Release'));
define('smp_store_mb', ['lvalue', 'value'], (memory, address, value) => {
  memory.write(address, value, ['Once']);
  memory.fence('Mb');
});

// Fences, and RCU, whose markers are fences to the model.
const fences: Readonly<Record<string, KernelFenceTag>> = {
  smp_mb: 'Mb',
  smp_rmb: 'Rmb',
  smp_wmb: 'Wmb',
  smp_mb__before_atomic: 'Before-atomic',
  smp_mb__after_atomic: 'After-atomic',
  smp_mb__after_spinlock: 'After-spinlock',
  smp_mb__after_unlock_lock: 'After-unlock-lock',
  smp_mb__after_srcu_read_unlock: 'After-srcu-read-unlock',
  barrier: 'Barrier',
  rcu_read_lock: 'Rcu-lock',
  rcu_read_unlock: 'Rcu-unlock',
  synchronize_rcu: 'Sync-rcu',
  synchronize_rcu_expedited: 'Sync-rcu',
};
for (const [name, tag] of Object.entries(fences)) {
  define(name, [], (memory) => {
    memory.fence(tag);
  });
}
for (const name of ['srcu_read_lock', 'srcu_down_read']) {
  define(name, ['pointer'], load('Srcu-lock'));
}
for (const name of ['srcu_read_unlock', 'srcu_up_read']) {
  define(name, ['pointer', 'value'], store('Srcu-unlock'));
}
for (const name of ['synchronize_srcu', 'synchronize_srcu_expedited']) {
  define(name, ['pointer'], (memory, pointer) => {
    memory.fence('Sync-srcu', pointer);
  });
}

// Spinlocks: 0 is unlocked, 1 is locked, as lock.cat arranges their events.
function lock(memory: ThreadMemory, pointer: Tainted): Tainted {
  const read = memory.readValue(pointer, [], 0, 'LKR');
  memory.write(pointer, constant(1), [], { kind: 'LKW', rmw: read });
  return { value: 1, from: read.from };
}
define('spin_lock', ['pointer'], (memory, pointer) => {
  lock(memory, pointer);
});
define('spin_unlock', ['pointer'], (memory, pointer) => {
  memory.write(pointer, zero, [], { kind: 'UL' });
});
define('spin_trylock', ['pointer'], (memory, pointer) => {
  if (memory.choose([true, false])) return lock(memory, pointer);
  return { ...memory.readValue(pointer, [], 1, 'LF'), value: 0 };
});
define('spin_is_locked', ['pointer'], (memory, pointer) => {
  const locked = memory.choose([1, 0]);
  return memory.readValue(pointer, [], locked, locked === 1 ? 'LF' : 'RU');
});

// Exchanges.
for (const prefix of ['', 'atomic_', 'atomic64_', 'atomic_long_']) {
  for (const [suffix, ordering] of suffixes) {
    define(`${prefix}xchg${suffix}`, ['pointer', 'value'], (memory, pointer, value) =>
      modify(memory, pointer, annotation[ordering], () => value, (old) => old),
    ); // prettier-ignore
    define(
      `${prefix}cmpxchg${suffix}`,
      ['pointer', 'value', 'value'],
      (memory, pointer, expected, desired) =>
        modifyIf(
          memory,
          pointer,
          annotation[ordering],
          (old) => old.value === expected.value,
          () => desired,
        ).old,
    );
  }
}

// Atomics.
const operators: Readonly<Record<string, string>> = {
  add: '+', sub: '-', and: '&', or: '|', xor: '^', andnot: '&~',
}; // prettier-ignore

for (const prefix of ['atomic', 'atomic64', 'atomic_long']) {
  define(`${prefix}_read`, ['pointer'], load('Once'));
  define(`${prefix}_read_acquire`, ['pointer'], load('Acquire'));
  define(`${prefix}_set`, ['pointer', 'value'], store('Once'));
  define(`${prefix}_set_release`, ['pointer', 'value'], store('Release'));

  for (const [word, operator] of Object.entries(operators)) {
    const unordered = (memory: ThreadMemory, amount: Tainted, pointer: Tainted): void => {
      modify(
        memory,
        pointer,
        'Noreturn',
        (old) => combine(operator, old, amount),
        (old) => old,
      );
    };
    define(`${prefix}_${word}`, ['value', 'pointer'], (memory, amount, pointer) => {
      unordered(memory, amount, pointer);
    });
    const step = word === 'add' ? 'inc' : word === 'sub' ? 'dec' : undefined;
    if (step !== undefined) {
      define(`${prefix}_${step}`, ['pointer'], (memory, pointer) => {
        unordered(memory, constant(1), pointer);
      });
    }
    for (const [suffix, ordering] of suffixes) {
      const change = (memory: ThreadMemory, amount: Tainted, pointer: Tainted, fetch: boolean) =>
        modify(
          memory,
          pointer,
          annotation[ordering],
          (old) => combine(operator, old, amount),
          (old, changed) => (fetch ? old : changed),
        );
      define(`${prefix}_fetch_${word}${suffix}`, ['value', 'pointer'], (memory, amount, pointer) =>
        change(memory, amount, pointer, true),
      );
      if (step === undefined) continue;
      define(`${prefix}_${word}_return${suffix}`, ['value', 'pointer'], (memory, amount, pointer) =>
        change(memory, amount, pointer, false),
      );
      define(`${prefix}_fetch_${step}${suffix}`, ['pointer'], (memory, pointer) =>
        change(memory, constant(1), pointer, true),
      );
      define(`${prefix}_${step}_return${suffix}`, ['pointer'], (memory, pointer) =>
        change(memory, constant(1), pointer, false),
      );
      if (word === 'add') {
        define(`${prefix}_add_negative${suffix}`, ['value', 'pointer'], (memory, amount, pointer) =>
          combine('<', change(memory, amount, pointer, false), zero),
        );
      }
      if (suffix === '') {
        define(`${prefix}_${step}_and_test`, ['pointer'], (memory, pointer) =>
          combine('==', change(memory, constant(1), pointer, false), zero),
        );
        if (word === 'sub') {
          define(`${prefix}_sub_and_test`, ['value', 'pointer'], (memory, amount, pointer) =>
            combine('==', change(memory, amount, pointer, false), zero),
          );
        }
      }
    }
  }

  const addUnless = (
    memory: ThreadMemory,
    pointer: Tainted,
    amount: Tainted,
    unless: Tainted,
  ): { old: Tainted; succeeded: boolean } =>
    modifyIf(
      memory,
      pointer,
      'Mb',
      (old) => old.value !== unless.value,
      (old) => combine('+', old, amount),
    );
  const asResult = ({ old, succeeded }: { old: Tainted; succeeded: boolean }): Tainted => ({
    value: Number(succeeded),
    from: old.from,
  });
  define(`${prefix}_add_unless`, ['pointer', 'value', 'value'], (memory, pointer, amount, unless) =>
    asResult(addUnless(memory, pointer, amount, unless)),
  );
  define(
    `${prefix}_fetch_add_unless`,
    ['pointer', 'value', 'value'],
    (memory, pointer, amount, unless) => addUnless(memory, pointer, amount, unless).old,
  );
  define(`${prefix}_inc_not_zero`, ['pointer'], (memory, pointer) =>
    asResult(addUnless(memory, pointer, constant(1), zero)),
  );
}

/** The primitive of that name, if there is one. */
export function primitiveNamed(name: string): Primitive | undefined {
  return primitives.get(name);
}
