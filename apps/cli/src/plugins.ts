import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { archArm64 } from '@pagerace/arch-arm64';
import { archX86 } from '@pagerace/arch-x86';
import { type Plugin, Registry } from '@pagerace/kernel';
import { sc, tso } from '@pagerace/memory-models';
import { patches } from '@pagerace/patches';
import { scenarios } from '@pagerace/scenarios';
import { UsageError } from './failure.js';

/**
 * Everything that can be chosen: what comes with pagerace, and what the given modules add.
 *
 * @param modules paths of files, or names of packages, whose default export is a plug-in
 */
export async function loadRegistry(modules: readonly string[] = []): Promise<Registry> {
  return new Registry([
    { id: '@pagerace/memory-models', models: [sc, tso] },
    archArm64,
    archX86,
    patches,
    scenarios,
    ...(await Promise.all(modules.map(loadPlugin))),
  ]);
}

const kinds = ['scenarios', 'patches', 'kernels', 'architectures', 'models'];

function isPlugin(value: unknown): value is Plugin {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    kinds.some((kind) => Array.isArray((value as Readonly<Record<string, unknown>>)[kind]))
  );
}

async function loadPlugin(module: string): Promise<Plugin> {
  const isPath = /^[./]/.test(module) || existsSync(module);
  let loaded: { readonly default?: unknown };
  try {
    loaded = (await import(isPath ? pathToFileURL(resolve(module)).href : module)) as typeof loaded;
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.split('\n')[0]! : String(thrown);
    throw new UsageError(`the plug-in ${module} cannot be loaded: ${reason}`);
  }
  if (!isPlugin(loaded.default)) {
    throw new UsageError(`the plug-in ${module} exports no plug-in as its default`);
  }
  return loaded.default;
}
