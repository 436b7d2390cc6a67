import { FORK, type Fork, prepareChild } from '@pagerace/fork';
import type { ScenarioContext } from '@pagerace/kernel';
import { SwapRace, type SwapRaceOptions } from './swap-race.js';
import { UserPage } from './user-page.js';

/** {@link SwapRace}, and a child of the process. */
export class ForkRace extends SwapRace {
  readonly child: UserPage;
  readonly #fork: Fork;

  /** @param childsCpus those that run the child */
  constructor(
    context: ScenarioContext<unknown>,
    options?: SwapRaceOptions,
    childsCpus: readonly number[] = [],
  ) {
    super(context, options);
    this.#fork = context.get(FORK);
    this.child = new UserPage(context, context.process('child', ...childsCpus));
  }

  /** Makes the child's mappings. During set-up. */
  prepareFork(): void {
    prepareChild(this.mm, this.child.mm);
  }

  fork(): void {
    this.#fork.dupMmap(this.mm, this.child.mm);
  }

  exitChild(): void {
    this.#fork.exitMmap(this.child.mm);
  }
}
