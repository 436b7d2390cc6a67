import { type Choice, registry, type ScenarioLine, told } from './scenario-line.js';

/** A scenario that must be explored whole in a given time. */
export interface Reach {
  readonly name: string;
  readonly choice: Choice;
  /** In CPU seconds. */
  readonly limit: number;
}

/** Under the architecture's own model, and under LKMM. In CPU seconds. */
export const limits = { own: 10, lkmm: 60 };

/** By the names that the scenarios' titles have for what one of them shows on a kernel and an architecture. */
const cases: readonly (readonly [
  name: string,
  kernel: string,
  architectures: readonly string[],
])[] = [
  ['S4-1', 'v5.19', ['arm64', 's390', 'x86-broadcast', 'riscv']],
  ['S4-2', 'v5.19', ['x86', 'powerpc-hash']],
  ['S4-3', 'v6.0', ['arm64', 's390', 'powerpc-radix', 'riscv']],
  ['S4-4', 'v6.0', ['w']],
  ['S4-5', 'v6.0+gup-fast-reference-acquire', ['arm64', 'powerpc-radix']],
  ['S4-5', 'v6.0+gup-fast-reference-relaxed', ['arm64', 'powerpc-radix']],
  ['S4-14', 'v6.0', ['arm64', 's390', 'powerpc-radix', 'riscv', 'w']],
];

export const reaches: readonly (readonly [own: Reach, lkmm: Reach])[] = cases.flatMap(
  ([name, kernel, architectures]) =>
    architectures.map((architecture) => {
      const scenario = name === 'S4-14' ? 'gup-fast-collapse-both-back-off' : 'gup-fast-collapse';
      const own = registry.architecture(architecture).model;
      const under = (model: string, limit: number): Reach => ({
        name,
        choice: { scenario, kernel, architecture, model },
        limit,
      });
      return [under(own, limits.own), under('lkmm', limits.lkmm)];
    }),
);

/** Says what is wrong where a scenario was not explored whole, or not in time. */
export function missed({ name, limit }: Reach, line: ScenarioLine): string | undefined {
  if (line.complete && line.cpuSeconds < limit) return undefined;
  const { kernel, architecture, model } = line;
  return `${name} on ${kernel}, ${architecture} (${model}) does not end within ${limit} s: ${told(line)}`;
}
