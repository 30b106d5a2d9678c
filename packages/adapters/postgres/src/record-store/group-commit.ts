import type { RecordKey, StoredVersion, WriteUnit } from '@chartseal/ports';
import { asChartsealError, isConnectionLoss, isTransient } from '../database/pg-error.ts';
import { fly, NewRecordTaken } from './flight.ts';
import type { FlightContext } from './flight.ts';
import { nameOf } from './staging.ts';

type Waiting = {
  readonly unit: WriteUnit;
  /** Records and names that no other flight of this process may hold meanwhile. */
  readonly claims: readonly string[];
  readonly resolve: (versions: readonly StoredVersion[]) => void;
  readonly reject: (error: unknown) => void;
};

/** Two in flight: while one waits for the disk the other is planned. */
const sharedFlights = 2;
const exclusiveFlights = 6;
const unitsPerFlight = 256;
const touchesPerFlight = 2000;
const attempts = 6;

const claimsOf = ({ touches, exclusive }: WriteUnit): readonly string[] => [
  ...touches.map(nameOf),
  ...exclusive.map((name) => `exclusive ${name}`),
];

/**
 * Units that arrive while flights are under way wait and share the next one. Those with `exclusive` names fly alone. Units that
 * would wait for each other's locks never fly at the same time, so that no connection idles in a queue.
 */
export class GroupCommit {
  readonly #context: FlightContext;
  readonly #claimed = new Set<string>();
  #shared: Waiting[] = [];
  #exclusive: Waiting[] = [];
  #sharedInFlight = 0;
  #exclusiveInFlight = 0;

  constructor(context: FlightContext) {
    this.#context = context;
  }

  commit(unit: WriteUnit): Promise<readonly StoredVersion[]> {
    return new Promise((resolve, reject) => {
      const waiting = { unit, claims: claimsOf(unit), resolve, reject };
      (unit.exclusive.length === 0 ? this.#shared : this.#exclusive).push(waiting);
      this.#dispatch();
    });
  }

  #dispatch(): void {
    while (this.#sharedInFlight < sharedFlights) {
      const [group, rest] = this.#choose(this.#shared, unitsPerFlight);
      if (group.length === 0) break;
      this.#shared = rest;
      this.#sharedInFlight += 1;
      void this.#launch(group).then(() => {
        this.#sharedInFlight -= 1;
        return this.#dispatch();
      });
    }
    while (this.#exclusiveInFlight < exclusiveFlights) {
      const [group, rest] = this.#choose(this.#exclusive, 1);
      if (group.length === 0) break;
      this.#exclusive = rest;
      this.#exclusiveInFlight += 1;
      void this.#launch(group).then(() => {
        this.#exclusiveInFlight -= 1;
        return this.#dispatch();
      });
    }
  }

  /** The oldest that hinder no flight. One passed over keeps those after it from what it needs. */
  #choose(queue: readonly Waiting[], limit: number): readonly [Waiting[], Waiting[]] {
    const group: Waiting[] = [];
    const rest: Waiting[] = [];
    const wanted = new Set<string>();
    let touches = 0;
    for (const waiting of queue) {
      const isFree = waiting.claims.every((claim) => !this.#claimed.has(claim) && !wanted.has(claim));
      const hasRoom =
        group.length < limit && (group.length === 0 || touches + waiting.claims.length <= touchesPerFlight);
      if (isFree && hasRoom) {
        group.push(waiting);
        touches += waiting.claims.length;
      } else {
        rest.push(waiting);
        for (const claim of waiting.claims) wanted.add(claim);
      }
    }
    return [group, rest];
  }

  async #launch(group: readonly Waiting[]): Promise<void> {
    const claims = group.flatMap((waiting) => waiting.claims);
    for (const claim of claims) this.#claimed.add(claim);
    try {
      await this.#fly(group);
    } finally {
      for (const claim of claims) this.#claimed.delete(claim);
    }
  }

  /** Settles every unit of the group. */
  async #fly(group: readonly Waiting[]): Promise<void> {
    const learned: RecordKey[] = [];
    for (let attempt = 1; ; attempt += 1) {
      try {
        const outcomes = await fly(
          group.map(({ unit }) => unit),
          learned,
          this.#context,
        );
        for (const [index, outcome] of outcomes.entries()) {
          if (outcome.kind === 'committed') group[index]?.resolve(outcome.versions);
          else group[index]?.reject(outcome.error);
        }
        return;
      } catch (error) {
        const mayRetry = attempt < attempts;
        if (mayRetry && error instanceof NewRecordTaken) learned.push(...error.keys);
        else if (!(mayRetry && isTransient(error))) return this.#giveUp(group, error);
      }
    }
  }

  /** A transaction that PostgreSQL refused: whose fault it was shows when each flies alone. */
  async #giveUp(group: readonly Waiting[], error: unknown): Promise<void> {
    const mapped = asChartsealError(error);
    if (
      group.length > 1 &&
      mapped.kind !== 'store-unavailable' &&
      mapped.kind !== 'outcome-unknown' &&
      !isConnectionLoss(error)
    )
      for (const waiting of group) await this.#fly([waiting]);
    else for (const { reject } of group) reject(mapped);
  }
}
