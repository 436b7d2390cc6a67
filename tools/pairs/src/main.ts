import { explorePair } from './exploring.js';
import { findingsOf, toldInShort } from './judging.js';
import { nameOf } from './exploring.js';
import { type Options, readOptions, usage } from './options.js';
import { explorationLine, findingLines, replayText, titleOf } from './telling.js';

function main(args: readonly string[]): number {
  const options = readOptions(args);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  if (options.replay === undefined) return exploreAll(options);
  console.log(
    replayText(options.selected[0]!, options.platforms[0]!, options.replay, options.json),
  );
  return 0;
}

function exploreAll({ selected, platforms, bounds, all, json }: Options): number {
  const counts = new Map<string, number>();
  const told: string[] = [];
  let faults = 0;
  let races = 0;
  if (!json) console.log(['start state', 'pair', ...platforms.map(titleOf)].join(' | '));
  for (const pair of selected) {
    const row = platforms.map((platform) => explorePair(pair, platform, bounds));
    for (const explored of row) {
      const { verdict } = explored.result;
      counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
      const findings = findingsOf(explored, bounds);
      const known = findings.filter(({ knownRace }) => knownRace !== undefined).length;
      races += known;
      faults += findings.length - known;
      told.push(...findings.flatMap((finding) => findingLines(explored, finding)));
      if (json) console.log(explorationLine(explored, findings));
    }
    if (json || (!all && row.every(({ result }) => result.verdict === 'verified'))) continue;
    console.log([pair.state.id, nameOf(pair), ...row.map(toldInShort)].join(' | '));
  }
  const explorations = selected.length * platforms.length;
  if (json) {
    const verdicts = Object.fromEntries(counts);
    console.log(
      JSON.stringify({
        format: 'pagerace.pairs',
        version: 1,
        explorations,
        verdicts,
        races,
        faults,
      }),
    );
  } else {
    console.log(
      `\n${[...counts].map(([verdict, count]) => `${String(count)} ${verdict}`).join(', ')}`,
    );
    for (const line of told) console.log(line);
    console.log(
      `${String(explorations)} explorations, ${String(races)} known races, ${String(faults)} faults`,
    );
  }
  return faults === 0 ? 0 : 1;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (thrown) {
  const isUsage =
    thrown instanceof Error && ['UsageError', 'ExecutionIdError'].includes(thrown.name);
  if (!isUsage) throw thrown;
  console.error(`${thrown.message}\nnode tools/pairs/dist/main.js --help lists the options`);
  process.exitCode = 2;
}
