import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ExitCode } from '../src/exit-code.js';
import { pagerace } from './support/pagerace.js';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const manual = read('../../../docs/command-line.md');

const commands = [
  'list',
  'run',
  'compare',
  'barriers',
  'export',
  'replay',
  'estimate',
  'reproduce',
  'litmus',
];

describe('the manual', () => {
  it.each(commands)('knows every option of %s', async (name) => {
    const { out } = await pagerace(`${name} --help`);
    const options = [...new Set(out.match(/--[a-z][a-z-]+/g))];
    const explained = ['--help', '--version', '--a', '--b'];
    for (const option of options.filter((one) => !explained.includes(one)))
      expect(manual).toContain(option);
  });

  it('names no option that does not exist', async () => {
    const helps = await Promise.all(commands.map((name) => pagerace(`${name} --help`)));
    const options = helps.flatMap(({ out }) => out.match(/--[a-z][a-z-]+/g) ?? []);
    for (const option of manual.match(/--[a-z][a-z-]+/g) ?? []) expect(options).toContain(option);
  });

  it.each(['../../../docs/command-line.md', '../README.md'])('%s has every exit code', (path) => {
    const codes = [...read(path).matchAll(/^\| (\d) +\|/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual(Object.values(ExitCode));
  });
});

it('the README begins with a command that works', async () => {
  const [, command] = /^```sh\npagerace (.*)\n```$/m.exec(read('../README.md'))!;
  expect((await pagerace(command!)).code).toBe(0);
});
