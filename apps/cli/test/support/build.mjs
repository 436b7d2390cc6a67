import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Compiles what has changed, so that no test starts an old command. */
export function setup() {
  const folder = fileURLToPath(new URL('../..', import.meta.url));
  const { status, stdout } = spawnSync('npx', ['--no-install', 'tsc', '-b', 'tsconfig.lib.json'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the command does not compile:\n${stdout}`);
}
