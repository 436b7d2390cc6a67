import { conditionText } from './condition.js';
import { type ExplanationObject } from './explanation/object.js';
import { dataRaceFlag, type FinalState, type LitmusVerdict, noExecutionFlag } from './judge.js';
import { type Expected, type LitmusTest } from './test.js';

/** herd7's word for what a quantifier asks. */
const kinds = { exists: 'Allowed', '~exists': 'Forbidden', forall: 'Required' } as const;

/** How long a verdict took to find, in milliseconds. */
export interface Timing {
  readonly milliseconds?: number;
}

/**
 * A verdict as herd7 prints it, so that scripts which read its output can read this one. The line `Hash=`
 * is left out: it is a digest of herd7's own form of the test. A verdict without states has no `States`.
 */
export function reportText(test: LitmusTest, verdict: LitmusVerdict, timing: Timing = {}): string {
  const { name } = test;
  const { states, positive, negative, observation } = verdict;
  const lines = [`Test ${name} ${kinds[test.condition.quantifier]}`];
  if (states) lines.push(`States ${String(states.length)}`, ...states.map(stateText));
  lines.push(verdict.ok ? 'Ok' : 'No', 'Witnesses');
  // Of the whole condition, where the line Observation counts the proposition: they differ for ~exists.
  const isNegated = test.condition.quantifier === '~exists';
  const [fitting, unfitting] = isNegated ? [negative, positive] : [positive, negative];
  lines.push(`Positive: ${String(fitting)} Negative: ${String(unfitting)}`);
  for (const flag of verdict.flags) lines.push(`Flag ${flag}`);
  lines.push(`Condition ${conditionText(test.condition)}`);
  lines.push(`Observation ${name} ${observation} ${String(positive)} ${String(negative)}`);
  if (timing.milliseconds !== undefined) {
    lines.push(`Time ${name} ${(timing.milliseconds / 1000).toFixed(2)}`);
  }
  return `${lines.join('\n')}\n`;
}

function stateText({ values }: FinalState): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${String(value)};`)
    .join(' ');
}

/** The same as a plain object, for JSON. */
export interface LitmusReport {
  readonly name: string;
  readonly file: string;
  readonly architecture: string;
  readonly model: string;
  readonly condition: string;
  readonly observation: string;
  readonly ok: boolean;
  readonly positive: number;
  readonly negative: number;
  readonly states?: readonly FinalState[];
  readonly flags: readonly string[];
  /** From the test's comment `Result:`. */
  readonly expected?: string;
  /** Whether it is as that comment says. */
  readonly asExpected?: boolean;
  readonly milliseconds?: number;
  readonly explanation?: ExplanationObject;
}

export function reportObject(
  test: LitmusTest,
  model: string,
  verdict: LitmusVerdict,
  timing: Timing = {},
): LitmusReport {
  const { name, file, architecture, expected } = test;
  const { observation, ok, positive, negative, states, flags } = verdict;
  return {
    name,
    file,
    architecture,
    model,
    condition: conditionText(test.condition),
    observation,
    ok,
    positive,
    negative,
    ...(states && { states }),
    flags,
    ...(expected && {
      expected: `${expected.observation}${expected.dataRace ? ' DATARACE' : ''}`,
      asExpected: isAsExpected(expected, verdict),
    }),
    ...timing,
  };
}

/** As the kernel's tools/memory-model/scripts/judgelitmus.sh has it. */
function isAsExpected(expected: Expected, { observation, flags }: LitmusVerdict): boolean {
  if (expected.dataRace) return flags.includes(dataRaceFlag);
  const isDeadlock = flags.includes(noExecutionFlag);
  if (expected.observation === 'DEADLOCK') return isDeadlock;
  return expected.observation === observation && !isDeadlock;
}
