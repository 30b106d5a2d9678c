/** Another hospital that never stops reading: what it may see, and what it may not. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reachable } from '../testing/caller.ts';
import { createObservation, createPatient, enrolDevice } from '../testing/patient.ts';

export type ReadCounts = { served: number; stale: number; unanswered: number; readonly wrong: string[] };

/** By the proxy, or because a clock that jumped has ended the token. */
const noDecision: ReadonlySet<number> = new Set([401, 502, 504]);

/** DESIGN law 3: a permit is served or the answer is 503; what nobody permitted is 404 or 503. Never anything else, and never the other. */
export class ReadLoad {
  readonly #gateway: Reachable;
  readonly #permitted: string;
  readonly #withheld: string;

  private constructor(gateway: Reachable, permitted: string, withheld: string) {
    this.#gateway = gateway;
    this.#permitted = permitted;
    this.#withheld = withheld;
  }

  /** Two patients of hospital-a, of whom one lets hospital-b read. */
  static async prepare(gateway: Reachable): Promise<ReadLoad> {
    const [permitting, silent] = [await createPatient(gateway), await createPatient(gateway)];
    const device = await enrolDevice(gateway, permitting);
    const permitted = await createObservation(gateway, permitting);
    const withheld = await createObservation(gateway, silent);
    await device.grant({ to: 'hospital-b', purposes: ['TREAT'] });
    return new ReadLoad(gateway, permitted.reference, withheld.reference);
  }

  async run(signal: AbortSignal, pauseMs: number): Promise<ReadCounts> {
    const counts: ReadCounts = { served: 0, stale: 0, unanswered: 0, wrong: [] };
    while (!signal.aborted) {
      await this.#read(this.#permitted, 200, counts);
      await this.#read(this.#withheld, 404, counts);
      await sleep(pauseMs);
    }
    return counts;
  }

  /** Whether the permitted record is served right now. */
  async isServed(): Promise<boolean> {
    const counts: ReadCounts = { served: 0, stale: 0, unanswered: 0, wrong: [] };
    await this.#read(this.#permitted, 200, counts);
    return counts.served === 1;
  }

  async #read(reference: string, expected: number, counts: ReadCounts): Promise<void> {
    const answer = await this.#gateway.send('GET', reference, { as: 'hospital-b' }).catch(() => undefined);
    if (answer === undefined || noDecision.has(answer.status)) counts.unanswered += 1;
    else if (answer.status === expected) counts.served += 1;
    else if (answer.status === 503) {
      counts.stale += 1;
      if (answer.headers.get('retry-after') === null) counts.wrong.push(`${reference}: 503 without Retry-After`);
    } else counts.wrong.push(`${reference}: ${answer.status} in place of ${expected}`);
  }
}
