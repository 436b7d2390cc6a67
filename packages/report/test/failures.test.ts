import type { Result, ViolationReport } from '@pagerace/explorer';
import { describe, expect, it } from 'vitest';
import { distinctFailures, needsWeakMemory, type RunReport, table } from '../src/index.js';

function violation(property: string, id: string, weakSteps = 0, switches = 2): ViolationReport {
  return { property, message: '', executions: 1, witness: { id, switches, weakSteps, steps: 9 } };
}

function run(
  architecture: string,
  violations: readonly ViolationReport[],
  more: Partial<Result> = {},
): RunReport {
  return {
    subject: { scenario: 'race', kernel: 'v5.17', architecture, model: 'own' },
    result: {
      verdict: violations.length > 0 ? 'violated' : 'verified',
      covers: '',
      complete: true,
      model: 'own',
      executions: 100,
      violating: violations.length,
      blocked: 0,
      deadlocks: 0,
      violations,
      neverCovered: [],
      milliseconds: 3000,
      ...more,
    },
  };
}

const summary = (runs: readonly RunReport[]) =>
  distinctFailures(runs).map(({ property, weak, subjects, subject, violation: { witness } }) => ({
    property,
    weak,
    on: subjects.map(({ architecture }) => architecture).join(' '),
    simplest: `${witness.id} on ${subject.architecture}`,
  }));

describe('failures', () => {
  it('are told once, by the simplest execution on any machine', () => {
    expect(
      summary([
        run('x86', [violation('I-DIO', 'a', 0, 3)]),
        run('s390', []),
        run('arm64', [violation('I-DIO', 'b', 0, 2)]),
      ]),
    ).toEqual([{ property: 'I-DIO', weak: false, on: 'x86 arm64', simplest: 'b on arm64' }]);
  });

  it('are told of the first machine of those that are as simple, however many steps each has', () => {
    const [shorter] = [violation('I-DIO', 'a')].map(({ witness, ...rest }) => ({
      ...rest,
      witness: { ...witness, steps: 3 },
    }));
    expect(
      summary([run('x86', [violation('I-DIO', 'b')]), run('arm64', [shorter!])])[0]!.simplest,
    ).toBe('b on x86');
  });

  it('are two where one machine gets there by interleaving and another only by reordering', () => {
    expect(
      summary([run('x86', [violation('I-DIO', 'a')]), run('power', [violation('I-DIO', 'b', 1)])]),
    ).toEqual([
      { property: 'I-DIO', weak: false, on: 'x86', simplest: 'a on x86' },
      { property: 'I-DIO', weak: true, on: 'power', simplest: 'b on power' },
    ]);
  });

  it('name a machine once that breaks a property with several messages', () => {
    expect(
      summary([run('x86', [violation('I-DIO', 'a', 0, 3), violation('I-DIO', 'b', 0, 1)])]),
    ).toEqual([{ property: 'I-DIO', weak: false, on: 'x86', simplest: 'b on x86' }]);
  });
});

describe('weak memory', () => {
  it('is needed where no violation comes by interleaving alone, and everything was explored', () => {
    const needs = (...args: Parameters<typeof run>) => needsWeakMemory(run(...args).result);
    expect(needs('x86', [violation('I-DIO', 'a', 2)])).toBe(true);
    expect(needs('x86', [violation('I-DIO', 'a', 2), violation('I-REF', 'b')])).toBe(false);
    expect(needs('x86', [violation('I-DIO', 'a', 2)], { complete: false })).toBe(false);
    expect(needs('x86', [])).toBe(false);
  });
});

describe('a cell', () => {
  it('marks a violation that needs weak memory', () => {
    expect(table([run('power', [violation('I-DIO', 'a', 1)])])).toMatch(
      /^power +\u2717 I-DIO \(1 of 100\), needs weak memory, 3\.0 s$/m,
    );
  });

  it('keeps a time together', () => {
    const runs = ['x86', 'arm64'].map((kernel) => {
      const one = run('power', [violation('I-COH & I-DIO & I-REF', 'a', 1)], { milliseconds: 123 });
      return { ...one, subject: { ...one.subject, kernel } };
    });
    for (let width = 60; width <= 100; width++)
      expect(table(runs, { width }).match(/123 ms/g)).toHaveLength(2);
  });

  it('says how far a run came that ended early, and how much there is', () => {
    const early = run('power', [], {
      verdict: 'bounded',
      complete: false,
      incomplete: 'time limit',
    });
    const estimate = { mean: 5e6, low: 4e6, high: 6e6, samples: 200 };
    expect(table([{ ...early, extent: { explored: 0.024, estimate } }])).toContain(
      '~ nothing found in 100 executions, time limit, 2.4 % explored of 4 to 6 million, 3.0 s',
    );
  });

  it('says why a machine cannot run the scenario', () => {
    const subject = { scenario: 'race', kernel: 'v5.17', architecture: 'nios2', model: 'sc' };
    const because = 'nios2 has no huge pages';
    const lines = table([run('x86', [])], { misfits: [{ subject, because }] }).split('\n');
    expect(lines[2]).toMatch(/^nios2 +- nios2 has no huge pages$/);
  });

  it('is found by the name that its machine is given', () => {
    const machineName = ({ architecture }: { architecture: string }) => `any ${architecture}`;
    expect(table([run('x86', [])], { machineName })).toMatch(/^any x86 +\u2713 verified/m);
  });
});
