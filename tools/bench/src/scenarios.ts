import { parseArgs } from 'node:util';
import { inOwnProcess, runProgram, UsageError } from './own-process.js';
import { type Choice, measureScenario, type ScenarioLine } from './scenario-line.js';
import { kernels, type Measure, scenarios, tables } from './scenario-tables.js';

const usage = `usage: node tools/bench/dist/scenarios.js [--json] [--limit seconds] [table… | scenario…]

Says what it takes to explore GUP-fast against a collapse, each line in a process of its own, in CPU seconds of
all its threads. The tables, of which all are made if none is named:
  costs   each scenario, or those that are named, on ${kernels.join(', ')}, under each architecture's model
  growth  with the pages of a huge page, and with the CPUs that walk
  models  the price of each memory model, on the same programs
  reach   what must be explored whole within a time; fails if it is not

What is not explored within the limit, by default 60, is marked as unfinished, and says how many executions
there should be, with the 95 % interval of the estimate.

Scenarios: ${scenarios.join(' ')}`;

function main(args: readonly string[]): number {
  if (args[0] === '--one') {
    const choice = JSON.parse(args[1]!) as Choice;
    console.log(JSON.stringify(measureScenario(choice, Number(args[2]))));
    return 0;
  }
  const { values, positionals } = given(args);
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const limit = Number(values.limit);
  if (!(limit > 0))
    throw new UsageError(`--limit must be a number of seconds, not ${values.limit}`);
  const isTable = (name: string): boolean => Object.hasOwn(tables, name);
  const chosen = positionals.filter((name) => !isTable(name));
  const unknown = chosen.find((name) => !scenarios.includes(name));
  if (unknown !== undefined) throw new UsageError(`there is no table and no scenario ${unknown}`);

  const measure: Measure = (choice, most = limit) => {
    const text = inOwnProcess(import.meta.url, JSON.stringify(choice), String(most));
    if (values.json) process.stdout.write(text);
    return JSON.parse(text) as ScenarioLine;
  };
  const made = chosen.length > 0 ? ['costs', ...positionals] : positionals;
  for (const [name, table] of Object.entries(tables)) {
    if (made.length > 0 && !made.includes(name)) continue;
    for (const line of table(measure, chosen)) if (!values.json) console.log(line);
    if (!values.json) console.log();
  }
  return 0;
}

function given(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        limit: { type: 'string', default: '60' },
      },
    });
  } catch (thrown) {
    throw new UsageError((thrown as Error).message);
  }
}

runProgram(main, usage);
