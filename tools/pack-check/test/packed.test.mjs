import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { published, root } from '@pagerace/repo-check';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** A project of somebody else's, which knows the packages only as packed files. */
const consumer = mkdtempSync(join(tmpdir(), 'pagerace-consumer-'));
const names = published.map(({ manifest }) => manifest.name);

/** @param {string} command @param {string[]} args */
const run = (command, args, cwd = consumer) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** @param {string} file @param {unknown} content */
const write = (file, content) =>
  writeFileSync(
    join(consumer, file),
    typeof content === 'string' ? content : JSON.stringify(content),
  );

/** @type {{ name: string, filename: string, files: { path: string }[] }[]} */
let packed;

beforeAll(() => {
  mkdirSync(join(consumer, 'packed'));
  const workspaces = names.flatMap((name) => ['--workspace', name]);
  const destination = ['--pack-destination', join(consumer, 'packed')];
  packed = JSON.parse(run('npm', ['pack', '--json', ...destination, ...workspaces], root));

  const files = packed.map(({ name, filename }) => [name, `file:packed/${filename}`]);
  write('package.json', { private: true, type: 'module', dependencies: Object.fromEntries(files) });
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund']);
});

afterAll(() => {
  rmSync(consumer, { recursive: true });
});

it.each(names)('%s is packed as it should be', async (name) => {
  const { filename = '', files = [] } = packed.find((pack) => pack.name === name) ?? {};
  const paths = files.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist/index.js']));
  expect(paths.filter((path) => /tsbuildinfo|^(src|test)\//.test(path))).toEqual([]);

  const { buffer: tarball } = new Uint8Array(readFileSync(join(consumer, 'packed', filename)));
  const { messages } = await publint({ strict: true, pack: { tarball } });
  expect(messages).toEqual([]);
});

describe('a fresh project that installs the packed files', () => {
  it.each(names)('can import %s', (name) => {
    run('node', ['--input-type=module', '--eval', `await import('${name}')`]);
  });

  it('can compile against their types', () => {
    write('index.ts', names.map((name, i) => `export * as p${i} from '${name}';`).join('\n'));
    write('tsconfig.json', {
      compilerOptions: {
        strict: true,
        target: 'es2022',
        module: 'nodenext',
        noEmit: true,
        types: ['node'],
        typeRoots: [join(root, 'node_modules/@types')],
      },
      files: ['index.ts'],
    });
    run(join(root, 'node_modules/.bin/tsc'), ['--project', '.']);
  });

  it('has the command', () => {
    const cli = published.find(({ manifest }) => manifest.name === '@pagerace/cli');
    expect(run('node_modules/.bin/pagerace', ['--version']).trim()).toBe(cli?.manifest.version);
  });
});
