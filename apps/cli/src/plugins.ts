import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { archArm } from '@pagerace/arch-arm';
import { archArm64 } from '@pagerace/arch-arm64';
import { archLoongarch } from '@pagerace/arch-loongarch';
import { archMips } from '@pagerace/arch-mips';
import { archNios2 } from '@pagerace/arch-nios2';
import { archPowerpc } from '@pagerace/arch-powerpc';
import { archRiscv } from '@pagerace/arch-riscv';
import { archS390 } from '@pagerace/arch-s390';
import { archUm } from '@pagerace/arch-um';
import { archW } from '@pagerace/arch-w';
import { archX86 } from '@pagerace/arch-x86';
import { archXtensa } from '@pagerace/arch-xtensa';
import { conformance } from '@pagerace/conformance';
import { checkPlugin, type Plugin, PluginError, Registry } from '@pagerace/kernel';
import { memoryModels } from '@pagerace/memory-models';
import { scenarios } from '@pagerace/scenarios';
import { ExitCode } from './exit-code.js';
import { UsageError } from './failure.js';

/**
 * Everything that can be chosen: what comes with pagerace, and what the given modules add.
 *
 * @param modules paths of files, or names of packages, whose default export is a plug-in
 */
export async function loadRegistry(modules: readonly string[] = []): Promise<Registry> {
  const registry = new Registry([
    { id: '@pagerace/memory-models', models: memoryModels },
    archArm,
    archArm64,
    archLoongarch,
    archMips,
    archNios2,
    archPowerpc,
    archRiscv,
    archS390,
    archUm,
    archW,
    archX86,
    archXtensa,
    scenarios,
    conformance,
    ...(await Promise.all(modules.map(loadPlugin))),
  ]);
  registry.mustBeWhole();
  return registry;
}

const kinds = ['scenarios', 'patches', 'kernels', 'architectures', 'models'];

/** Whether a module means to export a plug-in; whether it is a right one is another question. */
function isPlugin(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['id', ...kinds].some((member) => member in value)
  );
}

async function loadPlugin(module: string): Promise<Plugin> {
  const url = urlOf(module);
  let loaded: { readonly default?: unknown };
  // One that calls process.exit(), or waits for what never comes, must not pass for a success.
  const ended = (): void => {
    process.stderr.write(
      `pagerace: the plug-in ${module} calls process.exit() while it is loaded, or waits for what never comes\n`,
    );
    process.exitCode = ExitCode.internal;
  };
  process.once('exit', ended);
  try {
    loaded = (await import(url)) as typeof loaded;
  } catch (thrown) {
    throw new PluginError(
      `the plug-in ${module} threw while it was loaded: ${whatAndWhere(thrown, url)}`,
    );
  } finally {
    process.removeListener('exit', ended);
  }
  const plugin = loaded.default;
  if (!isPlugin(plugin)) {
    throw new UsageError(`the plug-in ${module} exports no plug-in as its default`);
  }
  checkPlugin(plugin, module);
  return plugin;
}

/** Where a plug-in is: a file, or a package. */
function urlOf(module: string): string {
  const path = resolve(module);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return pathToFileURL(path).href;
  let reason = existsSync(path) ? 'it is no file' : 'there is no such file';
  if (!/^[./]/.test(module)) {
    try {
      return import.meta.resolve(module);
    } catch {
      reason = 'there is no such file, and no such package';
    }
  }
  throw new UsageError(`the plug-in ${module} cannot be loaded: ${reason}`);
}

/** What was thrown, and the first place in its stack trace that is a file's. */
function whatAndWhere(thrown: unknown, url: string): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const [message = ''] = thrown.message.split('\n');
  const place =
    placeIn(thrown.stack) ?? (thrown instanceof SyntaxError ? syntaxErrorIn(url) : undefined);
  return `${thrown.name}: ${message}${place === undefined ? '' : ` (${place})`}`;
}

function placeIn(text = ''): string | undefined {
  return /(?:file:\/\/|^| )(\/[^\s()]+:\d+)/m.exec(text)?.[1];
}

/** Where a file is not JavaScript: its SyntaxError does not know, but node tells it when it checks the file. */
function syntaxErrorIn(url: string): string | undefined {
  return placeIn(
    spawnSync(process.execPath, ['--check', fileURLToPath(url)], { encoding: 'utf8' }).stderr,
  );
}
