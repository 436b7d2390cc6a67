import { explore } from '@pagerace/explorer';
import { rc11, sc, tso } from '@pagerace/memory-models';
import { bigCounts, type Measured, measured, type ModelId } from './measured.js';
import { type Effort, inOwnProcess, runProgram, stopwatch, UsageError } from './own-process.js';
import { head, row } from './table.js';

const models = { sc, tso, rc11 };

/** One line of the table, as a process of its own found it. */
interface Line extends Effort {
  readonly program: string;
  readonly model: string;
  readonly executions: number;
  readonly blocked: number;
  readonly perCpuSecond: number;
}

const programs = [...measured, ...bigCounts];
const names = (of: readonly Measured[]): string => of.map(({ name }) => name).join(' ');

const usage = `usage: node tools/bench/dist/main.js [--json] [big-counts | program…]

Explores each program of the speed table under sc, tso and rc11, each in a process of its own, checks the
number of executions, and prints executions per CPU second and peak memory. big-counts explores the programs of
millions of executions instead.
Programs: ${names(measured)}
big-counts: ${names(bigCounts)}`;

/** Measures one program in this process. */
function measure(name: string, modelId: ModelId): Line {
  const program = programs.find((each) => each.name === name);
  if (program === undefined) throw new Error(`there is no program ${name}`);
  const stopped = stopwatch();
  const result = explore(program.setup, { model: models[modelId] });
  const effort = stopped();
  const expected = program.executions[modelId];
  if (!result.complete || (expected !== undefined && result.executions !== expected)) {
    throw new Error(
      `${name} under ${modelId}: ${String(result.executions)} executions, not ${String(expected)}`,
    );
  }
  return {
    program: name,
    model: modelId,
    executions: result.executions,
    blocked: result.blocked,
    ...effort,
    perCpuSecond: Math.round(result.executions / effort.cpuSeconds),
  };
}

function main(args: readonly string[]): number {
  if (args[0] === '--one') {
    console.log(JSON.stringify(measure(args[1]!, args[2] as ModelId)));
    return 0;
  }
  if (args.includes('--help')) {
    console.log(usage);
    return 0;
  }
  const json = args.includes('--json');
  const named = args.filter((arg) => !arg.startsWith('--') && arg !== 'big-counts');
  const unknown = named.find((name) => !programs.some((each) => each.name === name));
  if (unknown !== undefined) throw new UsageError(`there is no program ${unknown}`);
  if (!json) {
    const numbers = ['executions', 'per CPU s', 'peak MiB'];
    console.log(head(['program', 'model'], numbers));
  }
  const table = args.includes('big-counts') ? bigCounts : measured;
  const chosen = named.length > 0 ? programs.filter(({ name }) => named.includes(name)) : table;
  for (const program of chosen) {
    for (const model of Object.keys(models)) {
      const text = inOwnProcess(import.meta.url, program.name, model);
      if (json) {
        process.stdout.write(text);
        continue;
      }
      const line = JSON.parse(text) as Line;
      console.log(
        row([
          line.program,
          line.model,
          line.executions.toLocaleString('en'),
          line.perCpuSecond.toLocaleString('en'),
          String(line.peakMebibytes),
        ]),
      );
    }
  }
  return 0;
}

runProgram(main, usage);
