import { describe, expect, test } from 'vitest';
import { explorePair, nameOf, pairs, replayPair } from '../src/exploring.js';
import { findingsOf, toldInShort } from '../src/judging.js';
import { knownRaces } from '../src/known-races.js';
import { failureOf } from '../src/mending.js';
import { operations } from '../src/operations.js';
import { readOptions } from '../src/options.js';
import { startStates } from '../src/start-states.js';
import { explorationLine, findingLines, replayText } from '../src/telling.js';

const bounds = { executions: 50, time: Infinity };
const onNewest = (architecture: string) => ({ kernel: 'v6.15', architecture });

const pairOf = (state: string, name: string) =>
  pairs.find((pair) => pair.state.id === state && nameOf(pair) === name)!;

describe('a sample of the pairs', () => {
  test.each([
    ['swapped', 'load | load', 'x86'],
    ['swapped+shared/child', 'load | store', 'x86'],
    ['lazyfree', 'munmap | reclaim', 'x86'],
    ['huge', 'madv-dontneed | collapse', 'x86'],
    ['huge', 'load | pin', 'x86'],
    ['huge+shared', 'store | split', 'x86'],
    ['dirty', 'load | munmap', 'arm64'],
  ])('%s: %s on %s finds nothing', (state, name, architecture) => {
    const explored = explorePair(pairOf(state, name), onNewest(architecture), bounds);
    expect(findingsOf(explored, bounds)).toEqual([]);
  });

  test.each(startStates.map(({ id }) => id))('the state %s can be made', (state) => {
    const one = { ...bounds, executions: 1 };
    const { result } = explorePair(pairOf(state, 'load | load'), onNewest('arm64'), one);
    expect(result.error).toBeUndefined();
  });
});

describe('a known race', () => {
  const more = { ...bounds, executions: 500 };
  const pair = pairOf('lazyfree', 'dio-read | reclaim');
  const platform = { kernel: 'v5.17-rc2', architecture: 'x86' };
  const explored = explorePair(pair, platform, more);
  const race = knownRaces.find(({ pair: [first] }) => first === 'dio-read')!;

  test('comes back by itself, and is gone with the patch that mends it', () => {
    expect(toldInShort(explored)).toBe('✗ no-lost-write');
    expect(findingsOf(explored, more)).toMatchObject([
      { property: 'no-lost-write', knownRace: { mendedBy: 'madv-free-refcount-check' } },
    ]);
  });

  test.each([
    ['flush-batched-pending', 'v5.17-rc2 has flush-batched-pending'],
    ['radix-collapse-no-ipi', 'radix-collapse-no-ipi does not mend it'],
    [
      'swapbacked-iff-dirty',
      'swapbacked-iff-dirty is not what mends it: madv-free-refcount-check, droppable will do',
    ],
  ])('is not explained by %s', (mendedBy, because) => {
    expect(failureOf({ ...race, mendedBy }, explored, more)).toBe(because);
  });

  test('must be one of this pair, from this start state', () => {
    const elsewhere = { ...explored, pair: pairOf('dirty', 'dio-read | reclaim') };
    const [finding] = findingsOf(elsewhere, more);
    expect(finding!.knownRace).toBeUndefined();
    expect(findingLines(elsewhere, finding!)[0]).toMatch(/^✗ dirty: dio-read \| reclaim/u);
  });

  test('can be looked at by its execution', () => {
    const findings = findingsOf(explored, more);
    const line = JSON.parse(explorationLine(explored, findings)) as {
      scenario: string;
      findings: readonly { execution: string; knownRace: object }[];
    };
    expect(line).toMatchObject({ scenario: 'lazyfree: dio-read | reclaim', verdict: 'violated' });
    const { execution, knownRace } = line.findings[0]!;
    expect(knownRace).toMatchObject({ mendedBy: 'madv-free-refcount-check' });
    expect(findingLines(explored, findings[0]!).at(-1)).toMatch(
      new RegExp(`--states lazyfree --pairs 'dio-read\\|reclaim' .* --replay ${execution}$`, 'u'),
    );
    const { violations } = replayPair(pair, platform, execution);
    expect(violations.map(({ property }) => property)).toEqual(['no-lost-write']);
    const text = replayText(pair, platform, execution, false);
    expect(text).toContain('lazyfree: dio-read | reclaim on v5.17-rc2, x86 (tso)');
    expect(text).toContain('try_to_unmap_one()');
    expect(JSON.parse(replayText(pair, platform, execution, true))).toMatchObject({
      format: 'pagerace.trace',
      violations: [{ property: 'no-lost-write' }],
    });
  });

  test.each(knownRaces)('$pair names what there is', ({ pair: ids, states }) => {
    expect(operations.map(({ id }) => id)).toEqual(expect.arrayContaining([...ids]));
    expect(startStates.map(({ id }) => id)).toEqual(expect.arrayContaining([...states]));
  });
});

describe('the command line', () => {
  test('chooses pairs and platforms', () => {
    const { selected, platforms } = readOptions([
      ...['--states', 'dirty', '--pairs', 'load|store,munmap|munmap'],
      ...['--kernels', 'v6.1,v6.15', '--arch', 'arm64'],
    ]);
    expect(selected.map(nameOf)).toEqual(['load | store', 'munmap | munmap']);
    expect(platforms).toEqual([
      { kernel: 'v6.1', architecture: 'arm64' },
      { kernel: 'v6.15', architecture: 'arm64' },
    ]);
  });

  test.each([
    [['--states', 'wet'], 'there is no start state wet'],
    [['--pairs', 'sing'], 'there is no operation or pair sing'],
    [['--executions', '0'], '--executions must be a number above 0, not 0'],
    [['--states', 'dirty', '--pairs', 'load|split'], 'no such pair'],
    [['--replay', 'x'], '--replay needs one pair of one start state'],
    [['--loud'], "Unknown option '--loud'"],
  ])('%s is refused', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});
