import { describe, expect, it } from 'vitest';
import { called, inOwnProcess, pagerace } from './support/pagerace.js';

describe('a replay', async () => {
  const { out } = await pagerace('run store-buffering --kernel plain');
  const found = out.slice(0, out.indexOf('\n\n\u2717'));
  const [, command = ''] = /^pagerace (replay.*)/ms.exec(found) ?? [];
  const id = /^execution (\S+)$/m.exec(found)![1]!;

  it('by the command that the timeline ends with gives the identical timeline', async () => {
    const args = command.replaceAll('\\\n', ' ').split(/\s+/).filter(Boolean);
    const { code, out: again, err } = await called(args);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(again).toBe(`${found}\n`);
  });

  it('shows every step if asked to', async () => {
    const { out: all } = await pagerace(`replay store-buffering ${id} --kernel plain --every-step`);
    expect(all).toContain('reads y: 0');
  });

  it('is JSON if asked to', async () => {
    const { out: text } = await pagerace(`replay store-buffering ${id} --kernel plain --json`);
    expect(JSON.parse(text)).toMatchObject({
      format: 'pagerace.trace',
      version: 1,
      id,
      threads: ['CPU 0', 'CPU 1'],
      violations: [{ property: 'assertion' }],
    });
  });

  it('of an id of another architecture says which one it is of', async () => {
    const { code, err } = await pagerace(
      `replay store-buffering ${id} --kernel plain --arch x86-ipi`,
    );
    expect(code).toBe(2);
    expect(err).toBe(`pagerace: ${id} is an execution of --kernel plain --arch x86 --model tso\n`);
  });

  it('of an id of another scenario is refused', async () => {
    const { code, err } = await pagerace(`replay deadlock ${id}`);
    expect(code).toBe(2);
    expect(err).toContain('is of another program');
  });

  it('and an export end a thread that has come to loop, and say where it is', async () => {
    const [, edited] = /^execution (\S+)$/m.exec((await pagerace('run edited')).out)!;
    const commands = [`replay edited ${edited!}`, `export edited --id ${edited!}`];
    for (const ended of commands.map((words) => inOwnProcess(words, { EDITED: '1' }))) {
      const { code, out, err } = await ended;
      expect({ code, out }).toEqual({ code: 3, out: '' });
      expect(err.replaceAll(/\s+/g, ' ')).toMatch(
        /^pagerace: the scenario edited does not end: looper has performed no operation for 10 s: it loops without one \((\S+\/)?example-plugin\.mjs:\d+\)/,
      );
    }
  });

  it('of a damaged id is refused', async () => {
    const damaged = id.slice(0, 8) + (id[8] === '0' ? '1' : '0') + id.slice(9);
    const { code, err } = await pagerace(`replay store-buffering ${damaged} --kernel plain`);
    expect(code).toBe(2);
    expect(err).toContain('is damaged');
  });
});
