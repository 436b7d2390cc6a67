import type { MemoryModel } from '@pagerace/explorer';
import { type History, isRelease } from '@pagerace/history';
import type { ArchitectureDefinition } from './architecture-definition.js';
import {
  applyPatches,
  type Kernel,
  kernelOf,
  newestRelease,
  oldestRelease,
  withoutPatches,
} from './kernel.js';
import { listedReleases } from './releases.js';
import { noSuch } from './nearest.js';
import type { Patch } from './patch.js';
import type { Plugin } from './plugin.js';
import { PluginError } from './plugin-check.js';
import type { Scenario } from './scenario.js';
import { subsystemHistories } from './subsystems.js';
import { UsageError } from './usage-error.js';
import { patchesIn, variantIn } from './variant.js';

/** What uname, Debian, LLVM and the kernel's own arch/ call an architecture that has one id here. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['amd64', 'x86'],
  ['x86_64', 'x86'],
  ['x86-64', 'x86'],
  ['aarch64', 'arm64'],
  ['loong64', 'loongarch'],
  ['loongarch64', 'loongarch'],
  ['riscv64', 'riscv'],
  ['rv64', 'riscv'],
  ['s390x', 's390'],
  ['uml', 'um'],
]);

/** The same of what is several here, or only some of what has the name. */
const likelyNames: ReadonlyMap<string, readonly string[]> = new Map([
  ['i386', ['x86-32', 'x86-32-pae']],
  ['i686', ['x86-32', 'x86-32-pae']],
  ['arm', ['arm-lpae']],
  ['armv7l', ['arm-lpae']],
  ['mips64', ['mips', 'mips-mmid']],
  ['powerpc', ['powerpc-radix', 'powerpc-hash']],
  ['ppc64', ['powerpc-radix', 'powerpc-hash']],
  ['ppc64el', ['powerpc-radix', 'powerpc-hash']],
  ['ppc64le', ['powerpc-radix', 'powerpc-hash']],
]);

/** Everything that can be chosen by its id. */
export class Registry {
  readonly #scenarios = new Catalogue<Scenario>('scenario', 'scenarios');
  readonly #patches = new Catalogue<Patch>('patch', 'patches');
  readonly #kernels = new Catalogue<Kernel>('kernel', 'kernels');
  readonly #architectures = new Catalogue<ArchitectureDefinition>('architecture', 'architectures');
  readonly #models = new Catalogue<MemoryModel>('memory model', 'models');
  /** Of every function that changed, whatever the architecture. */
  readonly histories: readonly History[];

  /** @throws {UsageError} when two things of one kind have one id */
  constructor(plugins: readonly Plugin[]) {
    this.#kernels.add(listedReleases.map(kernelOf), '@pagerace/kernel');
    this.histories = [
      ...new Set([
        ...subsystemHistories,
        ...plugins.flatMap(({ architectures = [] }) =>
          architectures.flatMap(({ histories }) => histories),
        ),
      ]),
    ];
    this.#patches.add(patchesIn(this.histories), '@pagerace/kernel');
    for (const plugin of plugins) {
      this.#scenarios.add(plugin.scenarios, plugin.id);
      this.#patches.add(plugin.patches, plugin.id);
      this.#kernels.add(plugin.kernels, plugin.id);
      this.#architectures.add(plugin.architectures, plugin.id);
      this.#models.add(plugin.models, plugin.id);
    }
  }

  get scenarios(): readonly Scenario[] {
    return this.#scenarios.all;
  }

  get patches(): readonly Patch[] {
    return this.#patches.all;
  }

  get kernels(): readonly Kernel[] {
    return this.#kernels.all;
  }

  get architectures(): readonly ArchitectureDefinition[] {
    return this.#architectures.all;
  }

  get models(): readonly MemoryModel[] {
    return this.#models.all;
  }

  /** @throws {UsageError} for an unknown id, with the nearest right one; so do all of these */
  scenario(id: string): Scenario {
    return this.#scenarios.get(id);
  }

  /** A patch by its id, or by the first characters, seven or more, of its commit. */
  patch(id: string): Patch {
    if (!this.#patches.has(id) && /^[0-9a-f]{7,40}$/.test(id)) {
      const found = this.patches.find(({ commit }) => commit !== undefined && isPrefix(commit, id));
      if (found !== undefined) return found;
      throw new UsageError(
        `no commit ${id} is modelled; \`pagerace list patches\` shows those that are`,
      );
    }
    return this.#patches.get(id);
  }

  /** An architecture by its id, or by another name that means this one alone. */
  architecture(id: string): ArchitectureDefinition {
    const has = (one: string): boolean => this.#architectures.has(one);
    if (has(id)) return this.#architectures.get(id);
    const name = id.toLowerCase();
    const meant = otherNames.get(name);
    if (meant !== undefined && has(meant)) return this.#architectures.get(meant);
    const likely = (likelyNames.get(name) ?? []).filter(has);
    if (likely.length > 0)
      throw new UsageError(`there is no architecture ${id}; did you mean ${likely.join(' or ')}?`);
    return this.#architectures.get(id);
  }

  model(id: string): MemoryModel {
    return this.#models.get(id);
  }

  /**
   * A kernel by its name: a release or the id of a plug-in's kernel, with patches behind a `+`, and without
   * those behind a `^`. `v5.17-rc2+madv-free-refcount-check`, `v6.15^swapbacked-iff-dirty`.
   *
   * @throws {UsageError} also when the patches do not fit
   */
  kernel(name: string): Kernel {
    const [id = '', ...changes] = name.split(/(?=[+^])/);
    const base = this.#base(id);
    const kernel = changes.reduce((before, change) => {
      const patch = [this.patch(change.slice(1))];
      return change.startsWith('+') ? applyPatches(before, patch) : withoutPatches(before, patch);
    }, base);
    for (const history of this.histories) variantIn(history, kernel);
    return kernel;
  }

  #base(id: string): Kernel {
    if (this.#kernels.has(id)) return this.#kernels.get(id);
    if (isRelease(id)) return kernelOf(id);
    // 5.15, 5.15.30 or linux-5.15.
    const release = /\d+\.\d+(-rc\d+)?/.exec(id)?.[0];
    const ids = this.kernels.map((kernel) => kernel.id);
    throw noSuch(
      'kernel',
      id,
      release === undefined ? ids : [`v${release}`, ...ids],
      `a kernel is a release from ${oldestRelease} to ${newestRelease}, or one of \`pagerace list kernels\``,
    );
  }

  /**
   * Looks at the patches and architectures that scenarios name: each must be here.
   *
   * @throws {PluginError} that names the plug-in, the scenario and the member
   */
  mustBeWhole(): void {
    for (const { id, defaultArchitecture, expected } of this.scenarios) {
      const named = (member: string, name: string, find: (name: string) => unknown): void => {
        try {
          find(name);
        } catch (thrown) {
          if (!(thrown instanceof UsageError)) throw thrown;
          const from = this.#scenarios.originOf(id);
          throw new PluginError(
            `the plug-in ${from}: ${member} of the scenario ${id}: ${thrown.message}`,
          );
        }
      };
      const architecture = (name: string): unknown => this.#architectures.get(name);
      if (defaultArchitecture !== undefined)
        named('defaultArchitecture', defaultArchitecture, architecture);
      expected.forEach(({ with: has = [], without: lacks = [], architectures = [] }, nth) => {
        const member = `expected[${String(nth)}]`;
        for (const { id: patch } of has)
          named(`${member}.with`, patch, (known) => this.#patches.get(known));
        for (const { id: patch } of lacks)
          named(`${member}.without`, patch, (known) => this.#patches.get(known));
        // A memory model stands for every architecture that keeps to it.
        for (const name of architectures)
          if (!this.#models.has(name)) named(`${member}.architectures`, name, architecture);
      });
    }
  }
}

/** Whether one of two abbreviations of commits begins with the other. */
function isPrefix(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

/** Things of one kind, by id, in the order in which they were added. */
class Catalogue<T extends { readonly id: string }> {
  readonly #things = new Map<string, { readonly thing: T; readonly from: string }>();

  /**
   * @param kind of one thing
   * @param list what `pagerace list` calls all of them
   */
  constructor(
    private readonly kind: string,
    private readonly list: string,
  ) {}

  get all(): readonly T[] {
    return [...this.#things.values()].map(({ thing }) => thing);
  }

  add(things: readonly T[] | undefined, from: string): void {
    for (const thing of things ?? []) {
      const other = this.#things.get(thing.id);
      if (other !== undefined) {
        throw new UsageError(
          `the ${this.kind} ${thing.id} is defined by ${other.from} and again by ${from}`,
        );
      }
      this.#things.set(thing.id, { thing, from });
    }
  }

  /** The plug-in that brings it. */
  originOf(id: string): string {
    return this.#things.get(id)!.from;
  }

  has(id: string): boolean {
    return this.#things.has(id);
  }

  get(id: string): T {
    const found = this.#things.get(id);
    if (found === undefined) {
      const hint = `\`pagerace list ${this.list}\` shows those that are`;
      throw noSuch(this.kind, id, this.#things.keys(), this.#things.size > 12 ? hint : undefined);
    }
    return found.thing;
  }
}
