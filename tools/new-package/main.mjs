/**
 * npm run new-package -- <folder> <layer> "<description>" [dependency …]
 *
 * Writes the boilerplate of one package, for example
 *
 *   npm run new-package -- packages/khugepaged subsystem "Collapse into huge pages." di machine
 *
 * A file that exists is left as it is, so running it again only fills gaps. Afterwards
 * `npm install` links the package and `npx nx sync` keeps the TypeScript references right.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

const [folder, layer, description, ...dependencies] = process.argv.slice(2);
if (!folder || !layer || !description) {
  console.error('usage: npm run new-package -- <folder> <layer> "<description>" [dependency …]');
  process.exit(2);
}

const name = basename(folder);
const { version } = JSON.parse(readFileSync('packages/di/package.json', 'utf8'));

const manifest = {
  name: `@pagerace/${name}`,
  version,
  description,
  license: 'MIT',
  author: 'pagerace contributors',
  type: 'module',
  engines: { node: '>=20.19' },
  exports: {
    '.': {
      '@pagerace/source': './src/index.ts',
      types: './dist/index.d.ts',
      default: './dist/index.js',
    },
    './package.json': './package.json',
  },
  files: ['dist', '!**/*.tsbuildinfo'],
  publishConfig: { access: 'public' },
  nx: { tags: [`layer:${layer}`] },
  ...(dependencies.length > 0 && {
    dependencies: Object.fromEntries(dependencies.map((d) => [`@pagerace/${d}`, `^${version}`])),
  }),
};

const library = {
  extends: '../../tsconfig.base.json',
  compilerOptions: {
    rootDir: 'src',
    outDir: 'dist',
    tsBuildInfoFile: 'dist/tsconfig.lib.tsbuildinfo',
  },
  include: ['src/**/*.ts'],
  references: dependencies.map((d) => ({
    path: join(relative(folder, `packages/${d}`), 'tsconfig.lib.json'),
  })),
};

const test = {
  extends: '../../tsconfig.base.json',
  compilerOptions: { outDir: 'out-tsc' },
  include: ['test/**/*.ts'],
  references: [{ path: './tsconfig.lib.json' }],
};

const solution = {
  files: [],
  include: [],
  references: [{ path: './tsconfig.lib.json' }, { path: './tsconfig.test.json' }],
};

const vitest = `import { preset } from '@pagerace/vitest-preset';

export default preset();
`;

/** @type {[file: string, content: string | object][]} */
const files = [
  ['package.json', manifest],
  ['tsconfig.json', solution],
  ['tsconfig.lib.json', library],
  ['tsconfig.test.json', test],
  ['vitest.config.mjs', vitest],
  ['README.md', `# @pagerace/${name}\n\n${description}\n`],
  ['LICENSE', readFileSync('LICENSE', 'utf8')],
  ['src/index.ts', 'export {};\n'],
];

for (const [file, content] of files) {
  const path = join(folder, file);
  if (existsSync(path)) continue;
  mkdirSync(dirname(path), { recursive: true });
  const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2) + '\n';
  writeFileSync(path, text);
}
