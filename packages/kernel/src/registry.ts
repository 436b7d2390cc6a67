import type { MemoryModel } from '@pagerace/explorer';
import type { ArchitectureDefinition } from './architecture-definition.js';
import { applyPatches, type Kernel } from './kernel.js';
import { noSuch } from './nearest.js';
import type { Patch } from './patch.js';
import type { Plugin } from './plugin.js';
import { PluginError } from './plugin-check.js';
import type { Scenario } from './scenario.js';
import { UsageError } from './usage-error.js';

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
  ['i386', ['x86']],
  ['i686', ['x86']],
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
  readonly #scenarios = new Catalogue<Scenario>('scenario');
  readonly #patches = new Catalogue<Patch>('patch');
  readonly #kernels = new Catalogue<Kernel>('kernel');
  readonly #architectures = new Catalogue<ArchitectureDefinition>('architecture');
  readonly #models = new Catalogue<MemoryModel>('memory model');

  /** @throws {UsageError} when two things of one kind have one id */
  constructor(plugins: readonly Plugin[]) {
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

  patch(id: string): Patch {
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
   * A kernel, with patches if there are any: `v5.17-rc2+madv-free-refcount-check`.
   *
   * @throws {UsageError} also when the patches do not fit
   */
  kernel(name: string): Kernel {
    const [id = '', ...patches] = name.split('+');
    const kernel = this.#kernels.get(id);
    return applyPatches(
      kernel,
      patches.map((patch) => this.patch(patch)),
    );
  }

  /**
   * Looks at the kernels and architectures that scenarios name: each must be here.
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
      expected.forEach(({ kernels = [], architectures = [] }, nth) => {
        const member = `expected[${String(nth)}]`;
        for (const name of kernels)
          named(`${member}.kernels`, name, (known) =>
            known.startsWith('+') ? this.patch(known.slice(1)) : this.kernel(known),
          );
        // A memory model stands for every architecture that keeps to it.
        for (const name of architectures)
          if (!this.#models.has(name)) named(`${member}.architectures`, name, architecture);
      });
    }
  }
}

/** Things of one kind, by id, in the order in which they were added. */
class Catalogue<T extends { readonly id: string }> {
  readonly #things = new Map<string, { readonly thing: T; readonly from: string }>();

  constructor(private readonly kind: string) {}

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
    if (found === undefined) throw noSuch(this.kind, id, this.#things.keys());
    return found.thing;
  }
}
