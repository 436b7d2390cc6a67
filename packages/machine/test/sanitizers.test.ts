import { describe, expect, test } from 'vitest';
import {
  Allocation,
  BUG_ON,
  cell,
  choose,
  referenceAdd,
  referenceSubAndTest,
  VM_BUG_ON,
  WARN_ON,
  smpMb,
} from '../src/index.js';
import { run, tso, violated } from './program.js';

/** One CPU uses an object while another drops what may be the last reference to it. */
function useWithReference(takes: boolean) {
  return run((machine) => {
    const object = new Allocation('object', true);
    const references = cell(takes ? 2 : 1, 'references');
    const drop = (): void => {
      if (referenceSubAndTest(references, 1)) object.free();
    };
    machine.cpu(0).run('user', () => {
      object.check('use of');
      if (takes) drop();
    });
    machine.cpu(1).run('owner', drop);
  });
}

describe('use after free', () => {
  test('is found where no reference protects the use', () => {
    expect(useWithReference(false).violations).toMatchObject([
      { property: 'use-after-free', message: 'use of object, which is free' },
    ]);
  });

  test('checks of one who holds a reference add no executions', () => {
    const { verdict, executions } = useWithReference(true);
    expect(verdict).toBe('verified');
    expect(executions).toBe(2);
  });

  test('a stale pointer into memory that was given out again is one too', () => {
    const { violations } = run((machine) => {
      const object = new Allocation('object', true);
      machine.cpu(0).run('user', () => {
        const generation = object.check('use of');
        object.free();
        object.allocate();
        object.check('use of', generation);
      });
    });
    expect(violations.map(({ message }) => message)).toEqual([
      'use of object, which was freed and given out again',
    ]);
  });
});

test('a double free', () => {
  expect(
    violated((machine) => {
      const object = new Allocation('object', true);
      machine.cpu(0).run('one', () => object.free());
      machine.cpu(1).run('other', () => object.free());
    }),
  ).toEqual(['double-free']);
});

test('a count of references goes neither below zero nor up from it', () => {
  expect(
    violated((machine) => {
      const references = cell(1, 'references');
      machine.cpu(0).run('drops', () => {
        referenceSubAndTest(references, 1);
        referenceSubAndTest(references, 1);
      });
    }),
  ).toEqual(['refcount']);
  expect(
    violated((machine) => {
      const references = cell(0, 'references');
      machine.cpu(0).run('takes', () => referenceAdd(references, 1));
    }),
  ).toEqual(['refcount']);
});

test.each([
  ['BUG_ON', BUG_ON],
  ['VM_BUG_ON', VM_BUG_ON],
  ['WARN_ON', WARN_ON],
] as const)(
  '%s is a violation in just the executions where its condition holds',
  (property, bug) => {
    const { violations, executions } = run((machine) => {
      machine.cpu(0).run('chooser', () => bug(choose(3) === 2, 'the third'));
    });
    expect(executions).toBe(3);
    expect(violations).toMatchObject([{ property, message: 'the third', executions: 1 }]);
  },
);

test('a machine has the CPUs it was given, and no two threads of one name', () => {
  const { verdict } = run(
    (machine) => {
      expect(machine.cpus.map(String)).toEqual(['CPU 0', 'CPU 1', 'CPU 2']);
      expect(() => machine.cpu(3)).toThrow('there is no CPU 3: the machine has 3');
      machine.cpu(0).run('twin', () => smpMb());
      expect(() => machine.cpu(1).run('twin', () => {})).toThrow('two threads named twin');
    },
    tso,
    { cpus: 3 },
  );
  expect(verdict).toBe('verified');
});
