import { cacheBoundMs } from '@chartseal/ports';
import type { Redis } from 'ioredis';
import type { Circuit } from './circuit.ts';
import { asChartsealError, isAnswer, isTold } from './redis-error.ts';

export type LinkChange = { readonly state: 'away' | 'back'; readonly reason: string };

const readyMs = 1500;

/** The one connection, asked under the bound. */
export class Link {
  readonly #client: Redis;
  readonly #circuit: Circuit;
  readonly #onChange: ((change: LinkChange) => void) | undefined;
  #state: 'away' | 'back' = 'back';
  #lastError: unknown;

  constructor(client: Redis, circuit: Circuit, onChange: ((change: LinkChange) => void) | undefined) {
    this.#client = client;
    this.#circuit = circuit;
    this.#onChange = onChange;
    // Told through `onChange` and `ready`; an error event that nobody hears would end the process.
    client.on('error', (error: unknown) => this.#failed(error));
    client.connect().catch((error: unknown) => this.#failed(error));
  }

  /** Never rejects. Undefined: there was no answer in time, or it was a no. */
  async ask<T>(question: (client: Redis) => Promise<T>): Promise<{ readonly value: T } | undefined> {
    if (this.#client.status !== 'ready' || !this.#circuit.allows()) return undefined;
    try {
      const value = await within(cacheBoundMs, question(this.#client));
      this.#answered();
      return { value };
    } catch (error) {
      if (isAnswer(error)) this.#answered();
      else {
        this.#circuit.failed();
        this.#failed(error);
      }
      return undefined;
    }
  }

  /** A key of nobody’s is written and read, so that permissions are known too. */
  async ready(key: string): Promise<void> {
    try {
      await within(readyMs, this.#ask(key));
      this.#answered();
    } catch (error) {
      // What the driver rejects with may be a consequence: the connection told the reason before.
      throw asChartsealError(isTold(error) ? error : (this.#lastError ?? error));
    }
  }

  async #ask(key: string): Promise<void> {
    await this.#connected();
    await this.#client.ping();
    await this.#client.set(key, '1', 'PX', 1000);
    await this.#client.get(key);
  }

  async #connected(): Promise<void> {
    if (this.#client.status === 'ready') return;
    const outcome = Promise.withResolvers<void>();
    const rejected = (error: unknown): void => outcome.reject(error);
    this.#client.once('ready', outcome.resolve);
    this.#client.once('error', rejected);
    try {
      await outcome.promise;
    } finally {
      this.#client.off('ready', outcome.resolve);
      this.#client.off('error', rejected);
    }
  }

  #answered(): void {
    this.#circuit.answered();
    if (this.#state === 'away') this.#onChange?.({ state: 'back', reason: 'answered' });
    this.#state = 'back';
  }

  #failed(error: unknown): void {
    this.#lastError = error;
    if (this.#state === 'away') return;
    this.#state = 'away';
    this.#onChange?.({ state: 'away', reason: asChartsealError(error).message });
  }
}

const within = async <T>(ms: number, promise: Promise<T>): Promise<T> => {
  const late = Promise.withResolvers<never>();
  // An answer may lie in the socket while this process was busy: it is looked at before time is up.
  const timer = setTimeout(() => setImmediate(() => late.reject(new Error('no answer in time'))), ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
};
