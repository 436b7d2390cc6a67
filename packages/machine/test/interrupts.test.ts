import { describe, expect, test } from 'vitest';
import {
  cell,
  localIrqRestore,
  localIrqSave,
  mightSleep,
  PerCpu,
  rcuReadLock,
  rcuReadUnlock,
  readOnce,
  smpCallFunctionMany,
  spinLockIrq,
  Spinlock,
  spinUnlockIrq,
  synchronizeRcu,
  writeOnce,
} from '../src/index.js';
import { outcomes, run, sc, violated } from './program.js';

/** CPU 0 reads two variables in a section; CPU 1 writes the first, waits somehow, writes the second. */
function section(
  enter: () => void,
  leave: () => void,
  wait: (cpus: Parameters<typeof smpCallFunctionMany>[0]) => void,
) {
  return outcomes((machine) => {
    const before = cell(0, 'before');
    const after = cell(0, 'after');
    machine.cpu(0).run('section', () => {
      enter();
      const seen = `${String(readOnce(before))}${String(readOnce(after))}`;
      leave();
      return seen;
    });
    machine.cpu(1).run('waiter', () => {
      writeOnce(before, 1);
      wait(machine.cpus);
      writeOnce(after, 1);
    });
  }).map((outcome) => outcome.slice('section='.length, 'section='.length + 2));
}

const nothing = (): void => {};

describe('a section with interrupts off', () => {
  test('holds up an IPI, and so what its sender does after it', () => {
    expect(section(nothing, nothing, smpCallFunctionMany)).toContain('01');
    expect(section(localIrqSave, localIrqRestore, smpCallFunctionMany)).toEqual(['00', '10', '11']);
  });

  test('ends with the outermost restore', () => {
    const enter = (): void => {
      localIrqSave();
      localIrqSave();
      localIrqRestore();
    };
    expect(section(enter, localIrqRestore, smpCallFunctionMany)).not.toContain('01');
  });

  test('is one for spin_lock_irq() too', () => {
    let lock: Spinlock | undefined;
    const enter = (): void => spinLockIrq(lock!);
    const leave = (): void => spinUnlockIrq(lock!);
    const all = outcomes((machine) => {
      lock = new Spinlock('lock');
      machine.cpu(0).run('section', () => {
        enter();
        leave();
        return 'done';
      });
    });
    expect(all).toEqual(['section=done']);
  });

  test('must not sleep, nor send an IPI that it waits for, nor end twice', () => {
    expect(
      violated((machine) => {
        machine.cpu(0).run('sleeper', () => {
          localIrqSave();
          mightSleep('a test');
        });
      }),
    ).toEqual(['sleep-in-atomic']);
    expect(
      violated((machine) => {
        machine.cpu(0).run('sender', () => {
          localIrqSave();
          smpCallFunctionMany(machine.cpus);
        });
      }),
    ).toEqual(['WARN_ON']);
    expect(
      violated((machine) => {
        machine.cpu(0).run('restorer', () => localIrqRestore());
      }),
    ).toEqual(['interrupts-off']);
  });
});

test('an IPI runs its handler on every other CPU before its sender goes on', () => {
  const all = outcomes((machine) => {
    const acknowledged = cell('', 'acknowledged');
    machine.cpu(1).run('sender', () => {
      smpCallFunctionMany(machine.cpus, (cpu) => {
        acknowledged.write(`${acknowledged.read()}${String(cpu.id)}`);
      });
      return acknowledged.read();
    });
  });
  expect(all).toEqual(['sender=0']);
});

test('two CPUs may send each other IPIs at once', () => {
  const { verdict } = run((machine) => {
    machine.cpu(0).run('one', () => smpCallFunctionMany(machine.cpus));
    machine.cpu(1).run('other', () => smpCallFunctionMany(machine.cpus));
  });
  expect(verdict).toBe('verified');
});

describe('RCU', () => {
  test('a grace period waits for readers, and for sections with interrupts off', () => {
    expect(section(nothing, nothing, synchronizeRcu)).toContain('01');
    expect(section(rcuReadLock, rcuReadUnlock, synchronizeRcu)).toEqual(['00', '10', '11']);
    expect(section(localIrqSave, localIrqRestore, synchronizeRcu)).toEqual(['00', '10', '11']);
  });

  test('readers nest, and must leave what they entered', () => {
    const enter = (): void => {
      rcuReadLock();
      rcuReadLock();
      rcuReadUnlock();
    };
    expect(section(enter, rcuReadUnlock, synchronizeRcu)).not.toContain('01');
    expect(
      violated((machine) => {
        machine.cpu(0).run('leaver', () => rcuReadUnlock());
      }),
    ).toEqual(['lock-not-held']);
  });

  test('a reader must not wait for a grace period', () => {
    expect(
      violated((machine) => {
        machine.cpu(0).run('reader', () => {
          rcuReadLock();
          synchronizeRcu();
        });
      }),
    ).toEqual(['sleep-in-atomic']);
  });
});

test('two threads of one CPU exclude each other where they must not be preempted', () => {
  const interleaved = (off: boolean) =>
    outcomes((machine) => {
      const variable = cell(0, 'variable');
      const twice = () => {
        if (off) localIrqSave();
        const first = readOnce(variable);
        writeOnce(variable, first + 1);
        if (off) localIrqRestore();
        return first;
      };
      machine.cpu(0).run('one', twice).run('other', twice);
    }, sc);
  expect(interleaved(false)).toContain('one=0 other=0');
  expect(interleaved(true)).toEqual(['one=0 other=1', 'one=1 other=0']);
});

describe('a device', () => {
  test('has its own per-CPU data, and must not sleep', () => {
    expect(
      outcomes((machine) => {
        const where = new PerCpu(machine, (cpu) => String(cpu));
        machine.cpu(0).run('app', () => where.here());
        machine.agent('nvme0').run(() => where.here());
      }),
    ).toEqual(['app=CPU 0 nvme0=CPU 2']);
    expect(
      violated((machine) => {
        machine.agent('nvme0').run(() => mightSleep('an interrupt'));
      }),
    ).toEqual(['sleep-in-atomic']);
  });

  test('may have a kernel thread do what sleeps', () => {
    const all = outcomes((machine) => {
      machine.agent('nvme0').run(() =>
        machine
          .spawn('kworker', () => {
            mightSleep('a process');
            return 'slept';
          })
          .join(),
      );
    });
    expect(all).toEqual(['nvme0=slept']);
  });
});
