/** A gateway with what Ana and Ben have there (records.ts). Ana lets hospital-b treat her by all that there is; Ben has said nothing. */
import { equal } from 'node:assert/strict';
import type { PatientDevice } from '@chartseal/client';
import type { Answer, Reachable, SendOptions } from '../testing/caller.ts';
import { enrolDevice } from '../testing/patient.ts';
import type { Resource } from './records.ts';
import { storeRecord, storeRecords } from './store-records.ts';

export type Entry = {
  readonly fullUrl: string;
  readonly resource: Resource;
  readonly search?: { readonly mode: string };
};
export type Bundle = {
  readonly total?: number;
  readonly meta?: { readonly security?: readonly { readonly code: string }[] };
  readonly entry?: readonly (Entry & { readonly response?: { readonly status: string } })[];
  readonly link?: readonly { readonly relation: string; readonly url: string }[];
};

export class Stage {
  readonly gateway: Reachable;
  readonly ana: PatientDevice;

  private constructor(gateway: Reachable, ana: PatientDevice) {
    this.gateway = gateway;
    this.ana = ana;
  }

  static async set(gateway: Reachable): Promise<Stage> {
    await storeRecords(gateway);
    return Stage.among(gateway);
  }

  /** Where `storeRecords` was done before; what Ana has said there counts no more. */
  static async among(gateway: Reachable): Promise<Stage> {
    const ana = await enrolDevice(gateway, 'ana');
    await ana.grant({ to: 'hospital-b', purposes: ['TREAT'] });
    return new Stage(gateway, ana);
  }

  put(resource: Resource): Promise<void> {
    return storeRecord(this.gateway, resource);
  }

  own(path: string): Promise<Answer> {
    return this.gateway.send('GET', path);
  }

  b(path: string, options: SendOptions & { readonly method?: string } = {}): Promise<Answer> {
    const { method = 'GET', ...rest } = options;
    return this.gateway.send(method, path, { as: 'hospital-b', ...rest });
  }

  /** What hospital-b finds: `Type/id`, in the order of the answer. */
  async found(path: string): Promise<readonly string[]> {
    const { status, text } = await this.b(path);
    equal(status, 200, text);
    return namesIn(JSON.parse(text) as Bundle);
  }

  /** Hospital-a's trail of what hospital-b asked since that instant, in words, the newest first. */
  async trail(since: string): Promise<readonly string[]> {
    const { text } = await this.own(`AuditEvent?_lastUpdated=ge${since}&_sort=-_lastUpdated&_count=1000`);
    return ((JSON.parse(text) as Bundle).entry ?? [])
      .map(({ resource }) => JSON.stringify(resource))
      .filter((event) => event.includes('"value":"hospital-b"'));
  }
}

export const namesIn = ({ entry = [] }: Bundle): readonly string[] =>
  entry.filter(({ search }) => search?.mode !== 'outcome').map(({ fullUrl }) => fullUrl.split('/').slice(-2).join('/'));
