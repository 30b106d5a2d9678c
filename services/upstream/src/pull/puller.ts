import { safeError } from '@chartseal/server';
import type { Capabilities } from '../client/capabilities.ts';
import { isUpstreamError } from '../client/upstream-error.ts';
import { readDeletions } from './deletions.ts';
import type { Held, PullDependencies } from './dependencies.ts';
import { takePage } from './pass.ts';
import { tryRefusedAgain } from './refused-again.ts';

const capabilitiesAgainMs = 3_600_000;
const refusedAgainMs = 86_400_000;

/** What one type could not be read for is told once it was tried to read the others. */
type Failures = unknown[];

/**
 * Reads the upstream round by round: first what is new of the types that were loaded, then more of those that were not, in the order in which they
 * refer to each other. What it remembers is a copy of what is durable; a new one goes on where the last one was killed.
 */
export class Puller {
  readonly #dependencies: PullDependencies;
  readonly #held = new Map<string, Held>();
  #isCurrent = false;
  #capabilities: { readonly value: Capabilities; readonly untilMs: number } | undefined;
  #refusedAgainAtMs = Number.NEGATIVE_INFINITY;

  constructor(dependencies: PullDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * @returns `again` if there is more to load
   * @throws the first failure, once all that could be read was
   */
  async round(signal: AbortSignal): Promise<'again' | void> {
    const { settings, clock, metrics } = this.#dependencies;
    await this.#recall();
    // Whatever fails may have left behind what is remembered: then it is read anew.
    this.#isCurrent = false;
    const { searchable, withHistory } = await this.#ask(signal);
    const types = settings.types ?? searchable;
    const failures: Failures = [];
    for (const type of types.filter((each) => this.#isLoaded(each)))
      await this.#attempt(type, failures, signal, async () => {
        while ((await this.#page(type, signal)) === 'more');
        if (withHistory.has(type) && this.#heldOf(type).checkpoint.holds === 'records')
          this.#keep(await readDeletions(this.#dependencies, this.#heldOf(type), signal));
      });
    await this.#refusedAgain(failures, signal);
    const isAllLoaded = await this.#load(types, failures, signal);
    if (failures.length > 0) throw failures[0];
    this.#isCurrent = true;
    metrics.set('chartseal_upstream_last_success_timestamp_seconds', {}, clock.wallMs() / 1000);
    return isAllLoaded ? undefined : 'again';
  }

  /** For as long as there are two rounds apart, so that what was loaded does not grow old meanwhile. */
  async #load(types: readonly string[], failures: Failures, signal: AbortSignal): Promise<boolean> {
    const { settings, clock, log } = this.#dependencies;
    const untilMs = clock.monotonicMs() + settings.intervalMs;
    for (const type of types.filter((each) => !this.#isLoaded(each))) {
      await this.#attempt(type, failures, signal, async () => {
        do {
          if ((await this.#page(type, signal)) === 'complete') return log.info({ type }, 'loaded from the upstream');
        } while (clock.monotonicMs() < untilMs);
      });
      if (clock.monotonicMs() >= untilMs) break;
    }
    return types.every((type) => this.#isLoaded(type));
  }

  async #refusedAgain(failures: Failures, signal: AbortSignal): Promise<void> {
    const nowMs = this.#dependencies.clock.monotonicMs();
    if (nowMs - this.#refusedAgainAtMs < refusedAgainMs) return;
    await this.#attempt('(refused)', failures, signal, async () => {
      const heldOf = (type: string): Held => this.#heldOf(type);
      await tryRefusedAgain(this.#dependencies, heldOf, (held) => this.#keep(held), signal);
      this.#refusedAgainAtMs = nowMs;
    });
  }

  /** That one type cannot be read keeps no other from it; that the upstream or the store is away does. */
  async #attempt(type: string, failures: Failures, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!isUpstreamError(error, 'denied', 'gone', 'refused', 'protocol', 'foreign-link')) throw error;
      this.#dependencies.log.error({ type, error: safeError(error) }, 'the upstream does not give this type');
      failures.push(error);
    }
  }

  async #page(type: string, signal: AbortSignal): Promise<'more' | 'complete'> {
    signal.throwIfAborted();
    const { held, state } = await takePage(this.#dependencies, this.#heldOf(type), signal);
    this.#keep(held);
    return state;
  }

  async #ask(signal: AbortSignal): Promise<Capabilities> {
    const { client, clock } = this.#dependencies;
    const nowMs = clock.monotonicMs();
    if (this.#capabilities === undefined || nowMs >= this.#capabilities.untilMs)
      this.#capabilities = { value: await client.capabilities(signal), untilMs: nowMs + capabilitiesAgainMs };
    return this.#capabilities.value;
  }

  async #recall(): Promise<void> {
    if (this.#isCurrent) return;
    const { checkpoints, client } = this.#dependencies;
    const all = await checkpoints.checkpoints(client.baseUrl);
    this.#held.clear();
    for (const held of all) this.#keep(held);
    this.#isCurrent = true;
  }

  #heldOf(resourceType: string): Held {
    return this.#held.get(resourceType) ?? { resourceType, revision: undefined, checkpoint: {} };
  }

  #keep(held: Held): void {
    this.#held.set(held.resourceType, held);
  }

  #isLoaded(type: string): boolean {
    return this.#heldOf(type).checkpoint.since !== undefined;
  }
}
