import type { LogName } from '@chartseal/ports';
import { backoffMs, cosignedNote, type Clock, type Logger, type Metrics } from '@chartseal/server';
import { setTimeout as sleep } from 'node:timers/promises';
import { offer, type OfferDependencies, type OfferOutcome, type OwnCheckpoint } from './offer.ts';
import { WitnessClient, type WitnessAddress } from './witness-client.ts';

export type CosignersOptions = Omit<OfferDependencies, 'client' | 'sizes'> & {
  /** Those of the directory, as it is now. */
  readonly witnesses: () => readonly WitnessAddress[];
  readonly fetch: typeof fetch;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'count'>;
  /** How long whoever wants a checkpoint waits for the witnesses that are asked. */
  readonly patienceMs?: number;
};

/** One that fails is asked again later, and later each time. */
const backoff = { firstMs: 2000, mostMs: 300_000 };
/** A network may have many hospitals: so many are asked at once. */
const askedAtOnce = 32;

type Standing = { failures: number; notBefore: number };
type Round = { readonly checkpoint: OwnCheckpoint; readonly done: Promise<void> };

/**
 * Takes own checkpoints to the other hospitals' witnesses. It waits for nobody who is known to be away, for the others a moment; what comes later is kept
 * beside the checkpoint. No failure of a witness stops a checkpoint on its way to the ledger.
 */
export class Cosigners implements AsyncDisposable {
  readonly #options: CosignersOptions;
  readonly #ended = new AbortController();
  readonly #client: WitnessClient;
  readonly #sizes = new Map<string, number>();
  readonly #standings = new Map<string, Standing>();
  readonly #rounds = new Map<LogName, Promise<Round | undefined>>();

  constructor(options: CosignersOptions) {
    this.#options = options;
    this.#client = new WitnessClient(options.fetch, this.#ended.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    for (const round of this.#rounds.values()) await (await round.catch(() => undefined))?.done.catch(() => undefined);
  }

  /** The newest checkpoint of the log, with the cosignatures that it has after a moment's patience; undefined while there is none. */
  async newest(log: LogName): Promise<OwnCheckpoint | undefined> {
    const round = await this.#round(log);
    if (round === undefined) return undefined;
    const { patienceMs = 1500 } = this.#options;
    const given = new AbortController();
    await Promise.race([
      round.done.catch(() => undefined),
      sleep(patienceMs, undefined, { signal: given.signal }).catch(() => undefined),
    ]);
    given.abort();
    const { treeSize, note } = round.checkpoint;
    return { treeSize, note: await cosignedNote(this.#options.cosignatures, log, note) };
  }

  /** Asks those again that have not cosigned the newest checkpoint. Rejects as the stores do. */
  async ask(log: LogName): Promise<void> {
    await (
      await this.#round(log)
    )?.done;
  }

  /** One at a time for each log: whoever comes meanwhile gets the one that runs. */
  #round(log: LogName): Promise<Round | undefined> {
    const running = this.#rounds.get(log);
    if (running !== undefined) return running;
    const round = this.#begin(log);
    this.#rounds.set(log, round);
    const end = (): void => void this.#rounds.delete(log);
    round.then((begun) => begun?.done.then(end, end) ?? end(), end);
    return round;
  }

  async #begin(log: LogName): Promise<Round | undefined> {
    const checkpoint = await this.#options.logs.checkpoint(log);
    return checkpoint && { checkpoint, done: this.#askAll(log, checkpoint) };
  }

  async #askAll(log: LogName, checkpoint: OwnCheckpoint): Promise<void> {
    const due = this.#options.witnesses().filter((address) => this.#isDue(address));
    const turns = due.values();
    const ask = async (): Promise<void> => {
      for (const address of turns) await this.#ask(address, log, checkpoint);
    };
    await Promise.all(Array.from({ length: Math.min(askedAtOnce, due.length) }, ask));
  }

  async #ask(address: WitnessAddress, log: LogName, checkpoint: OwnCheckpoint): Promise<void> {
    if (this.#ended.signal.aborted) return;
    const outcome = await offer(
      { ...this.#options, client: this.#client, sizes: this.#sizes },
      address,
      log,
      checkpoint,
    );
    if (this.#ended.signal.aborted || outcome === 'known') return;
    this.#options.metrics.count('chartseal_cosignatures_total', { log, outcome });
    this.#note(address, log, outcome);
  }

  #note(address: WitnessAddress, log: LogName, outcome: OfferOutcome): void {
    const name = nameOf(address);
    if (outcome === 'cosigned' || outcome === 'overtaken') {
      this.#standings.delete(name);
      return;
    }
    const failures = (this.#standings.get(name)?.failures ?? 0) + 1;
    const notBefore = this.#options.clock.monotonicMs() + backoffMs(failures, backoff);
    this.#standings.set(name, { failures, notBefore });
    const level = outcome === 'inconsistent' || outcome === 'invalid' ? 'error' : 'warn';
    const { organization } = address;
    this.#options.log[level]({ organization, log, outcome, failures }, 'a witness did not cosign a checkpoint');
  }

  #isDue(address: WitnessAddress): boolean {
    return this.#options.clock.monotonicMs() >= (this.#standings.get(nameOf(address))?.notBefore ?? 0);
  }
}

const nameOf = ({ organization, witnessUrl }: WitnessAddress): string => `${organization} ${witnessUrl}`;
