import type { Token, Wiring } from '@pagerace/di';
import { ModelError } from '@pagerace/explorer';
import { MACHINE, type Machine } from '@pagerace/machine';
import {
  ARCHITECTURE,
  type Architecture,
  MEMORY,
  type Memory,
  Mm,
  type Page,
} from '@pagerace/page-model';
import { Property, type PropertyDefinition } from './property.js';

/**
 * What a scenario is built from: the machine, and the subsystems of the kernel that was chosen.
 *
 * Its functions are bound, so that a scenario may take it apart:
 * `build: ({ machine, get, property }) => …`.
 */
export class ScenarioContext<Parameters> {
  readonly machine: Machine;
  readonly memory: Memory;
  readonly arch: Architecture;
  readonly #wiring: Wiring;
  readonly #properties: ReadonlyMap<string, Property>;
  readonly #held = new Map<Page, number>();
  readonly #pinned = new Map<Page, number>();

  /** @internal */
  constructor(
    wiring: Wiring,
    readonly parameters: Parameters,
    properties: readonly PropertyDefinition[],
  ) {
    this.#wiring = wiring;
    this.machine = wiring.get(MACHINE);
    this.arch = wiring.get(ARCHITECTURE);
    this.memory = wiring.get(MEMORY);
    this.#properties = new Map(properties.map((one) => [one.id, new Property(one)]));
  }

  /** A part of the kernel. During set-up only. */
  readonly get = <T>(token: Token<T>): T => this.#wiring.get(token);

  /** A process that runs on these CPUs; mm_cpumask() of its address space. */
  readonly process = (name: string, ...cpus: readonly number[]): Mm =>
    new Mm(
      this.memory,
      name,
      cpus.map((cpu) => this.machine.cpu(cpu)),
    );

  /** One of the properties that the scenario has declared. */
  readonly property = (id: string): Property => {
    const property = this.#properties.get(id);
    if (property === undefined) throw new ModelError(`the scenario declares no property ${id}`);
    return property;
  };

  /** At the end of an execution: says that somebody has references to a page still, on purpose. */
  readonly holdsAtEnd = (page: Page, references = 1): void => {
    this.#held.set(page, (this.#held.get(page) ?? 0) + references);
  };

  /** At the end of an execution: says that somebody has a FOLL_PIN reference to a page still, on purpose. */
  readonly pinsAtEnd = (page: Page): void => {
    this.#pinned.set(page, (this.#pinned.get(page) ?? 0) + 1);
  };

  /** @internal hands over, and forgets, what {@link holdsAtEnd} and {@link pinsAtEnd} were told in one execution */
  takeHeld(): {
    readonly held: ReadonlyMap<Page, number>;
    readonly pinned: ReadonlyMap<Page, number>;
  } {
    const taken = { held: new Map(this.#held), pinned: new Map(this.#pinned) };
    this.#held.clear();
    this.#pinned.clear();
    return taken;
  }
}
