import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExitCode } from '../src/exit-code.js';
import { called, pagerace, start } from './support/pagerace.js';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const manual = read('../../../docs/command-line.md');

const commands = [
  'list',
  'show',
  'run',
  'compare',
  'bisect',
  'barriers',
  'export',
  'replay',
  'estimate',
  'reproduce',
  'load',
  'conformance',
  'litmus',
];

describe('the manual', () => {
  const options = (text: string): string[] => [...new Set(text.match(/--[a-z][a-z-]+/g))];
  let helps: readonly (readonly [string, readonly string[]])[] = [];
  beforeAll(async () => {
    helps = await Promise.all(
      commands.map(
        async (name) => [name, options((await pagerace(`${name} --help`)).out)] as const,
      ),
    );
  });

  it.each(commands)('knows every option of %s', (name) => {
    const [, found] = helps.find(([one]) => one === name)!;
    expect(found).toContain('--help');
    const explained = ['--help', '--version', '--a', '--b'];
    for (const option of found.filter((one) => !explained.includes(one)))
      expect(manual).toContain(option);
  });

  it('names no option that does not exist', () => {
    const found = helps.flatMap(([, some]) => some);
    for (const option of options(manual)) expect(found).toContain(option);
  });

  it.each(['../../../docs/command-line.md', '../README.md'])('%s has every exit code', (path) => {
    const codes = [...read(path).matchAll(/^\| (\d) +\|/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual(Object.values(ExitCode));
  });
});

describe('a command of the documentation', () => {
  const before = process.cwd();
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pagerace-documentation-'));
    symlinkSync(fileURLToPath(new URL('../../../docs', import.meta.url)), join(folder, 'docs'));
    process.chdir(folder);
  });
  afterAll(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  });

  /** How long it runs is not the question: these end at once, and say that they are not done. */
  const cheaply = (words: string): string =>
    /^(run|compare|barriers|estimate) /.test(words) ? `${words} --timeout 0.001` : words;

  const documents = ['README.md', 'docs/command-line.md', 'docs/findings.md'];
  const commandLines = documents
    .map((name) => `../../../${name}`)
    .flatMap((path) =>
      [...read(path).matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block]) =>
        block!
          .split('\n')
          .map((line) => line.replace(/\s+#.*$/, '').replace(/^npx /, ''))
          .filter((line) => /^(yes|pagerace) /.test(line)),
      ),
    );
  /** What stands for something of the reader's own: an id, a plug-in. */
  const isOwn = (line: string): boolean => / ID( |$)|my-plugin/.test(line);

  /** The same is done, and kept in a file. */
  const isKept = (line: string): boolean =>
    commandLines.some((other) => other.startsWith(`${line} > `));
  const tried = [...new Set(commandLines)].filter((line) => !isOwn(line) && !isKept(line));

  it.each(tried)('works: %s', async (line) => {
    const words = line.replace(/^pagerace /, '');
    if (words === line) {
      expect(spawnSync('sh', ['-c', line]).status).toBe(0);
      return;
    }
    const [command = '', file] = cheaply(words).split(' > ');
    const args = command.split(/ +/);
    // Many litmus tests are judged by workers, which only a process has.
    const { code, out, err } = await (args[0] === 'litmus' ? start(args).ended : called(args));
    // A violation found is what some of them are there to show.
    expect([0, 1, 4], err).toContain(code);
    if (words.startsWith('litmus ')) expect(code).toBe(0);
    if (file !== undefined) writeFileSync(file, out);
  });
});

it('the README begins with a command that works', async () => {
  const [, command] = /^```sh\npagerace (.*)\n```$/m.exec(read('../README.md'))!;
  expect((await pagerace(command!)).code).toBe(0);
});
