import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MeasuringError, runProgram, UsageError } from './own-process.js';
import { head, row } from './table.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const command = join(root, 'apps/cli/bin/pagerace.js');
const examples = join(root, 'docs/litmus');

/** How many tests the kernel has in tools/memory-model/litmus-tests: so many are judged in one process. */
const many = 34;

const usage = `usage: node tools/bench/dist/start-up.js [--runs N]

Runs every command of pagerace on something small, from the start of the process to its end, N times (default 7),
and prints the least CPU time of each.`;

/** Loaded before the command: says at the end, on a pipe of its own, what the process took with all its threads. */
const meter = `const { isMainThread } = require('node:worker_threads');
if (isMainThread) process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  require('node:fs').writeSync(3, String((user + system) / 1e6));
});`;

/** Runs pagerace. */
function timed(
  folder: string,
  words: string,
): { readonly out: string; readonly cpuSeconds: number } {
  const args = ['--require', join(folder, 'meter.cjs'), command, ...words.split(' ')];
  const { status, output, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  // 1: it has found the violation that there is.
  if (status !== 0 && status !== 1) throw new MeasuringError(`pagerace ${words}: ${stderr}`);
  return { out: output[1]!, cpuSeconds: Number(output[3]) };
}

/** Every command, on something small; in `folder` there are many litmus tests and a block device. */
function commandLines(folder: string): readonly string[] {
  const found = timed(folder, 'run madv-free-dio --kernel v5.17-rc2 --strategy first --json').out;
  const { violations } = JSON.parse(found) as {
    readonly violations: readonly { readonly witness: { readonly id: string } }[];
  };
  return [
    '--help',
    'list',
    'run gup-fast-collapse',
    'compare madv-free-dio --jobs 1',
    `replay madv-free-dio ${violations[0]!.witness.id} --kernel v5.17-rc2`,
    'estimate madv-free-dio --samples 1',
    'barriers madv-free-dio --arch x86',
    'export madv-free-dio --kernel v5.17-rc2',
    'reproduce madv-free-dio --device test.img --at bad',
    `litmus ${join('tests', '0.litmus')}`,
    'litmus tests',
  ];
}

function prepare(folder: string): void {
  writeFileSync(join(folder, 'meter.cjs'), meter);
  writeFileSync(join(folder, 'test.img'), Buffer.alloc(4 * 4096, 0x79));
  // The one with hundreds of executions takes no longer to start.
  const texts = readdirSync(examples)
    .filter((name) => name !== 'polls.litmus')
    .sort()
    .map((name) => readFileSync(join(examples, name), 'utf8'));
  for (let i = 0; i < many; i++)
    writeFileSync(join(folder, 'tests', `${String(i)}.litmus`), texts[i % texts.length]!);
}

function main(args: readonly string[]): number {
  if (args.includes('--help')) {
    console.log(usage);
    return 0;
  }
  const [option, given = '7', ...others] = args;
  const runs = Number(given);
  const isRight = option === undefined || (option === '--runs' && others.length === 0);
  if (!isRight || !Number.isInteger(runs) || runs < 1) throw new UsageError('wrong arguments');
  const folder = mkdtempSync(join(tmpdir(), 'pagerace-start-up-'));
  try {
    mkdirSync(join(folder, 'tests'));
    prepare(folder);
    console.log(head(['command'], ['CPU s']));
    for (const words of commandLines(folder)) {
      const seconds = Array.from({ length: runs }, () => timed(folder, words).cpuSeconds);
      console.log(row([`\`${words}\``, Math.min(...seconds).toFixed(2)]));
    }
    return 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

runProgram(main, usage);
