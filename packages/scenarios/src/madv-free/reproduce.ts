import { explore, type MemoryModel, type Result } from '@pagerace/explorer';
import {
  applyPatches,
  type ArchitectureDefinition,
  composeRun,
  type Kernel,
} from '@pagerace/kernel';
import { hex } from '../hex.js';
import { madvFreeReproducerPatch } from './reproducer-patch.js';
import { type InjectionPoint, reproducerScenario } from './reproducer.js';

export interface ReproductionRequest {
  /** What is on the device: at least four pages. */
  readonly device: Uint8Array;
  /** The program's name, and so where the debugging patch reclaims. */
  readonly at: Exclude<InjectionPoint, 'anywhere'>;
  readonly kernel: Kernel;
  readonly architecture: ArchitectureDefinition;
  readonly model: MemoryModel;
}

export interface Reproduction {
  /** The addresses of the pages, and the first byte of each, as the program found them. */
  readonly pages: readonly { readonly address: number; readonly byte: number }[];
  /** What the program prints. */
  readonly text: string;
  readonly result: Result;
}

/**
 * Runs the reproducer of "mm: fix race between MADV_FREE reclaim and blkdev direct IO read" with one
 * of its two injection points.
 *
 * @throws {UsageError} when the device is too short
 */
export function reproduce(request: ReproductionRequest): Reproduction {
  const { device, at, kernel, architecture, model } = request;
  const outcomes = new Map<string, Reproduction['pages']>();
  const scenario = reproducerScenario((bytes, { buffer }) => {
    const pages = bytes.map((byte, nth) => ({ address: buffer.address(nth), byte }));
    outcomes.set(printed(pages), pages);
  });
  const run = composeRun({
    scenario,
    kernel: applyPatches(kernel, [madvFreeReproducerPatch]),
    architecture,
    model,
    parameters: { device: Buffer.from(device).toString('latin1'), at },
  });
  const result = explore(run.setup, { model: run.model });
  const [outcome, ...others] = [...outcomes];
  if (outcome === undefined || others.length > 0) {
    throw new Error(`the reproducer has ${String(outcomes.size)} outcomes: ${result.covers}`);
  }
  const [text, pages] = outcome;
  return { pages, text, result };
}

function printed(pages: Reproduction['pages']): string {
  return pages.map(({ address, byte }) => `${hex(address)}: ${hex(byte)}\n`).join('');
}
