/** A revocation that comes amid a paged search, `$everything` of 5,000 resources or a batch: from its answer on nothing is served, and what was served is in the audit (Law 3, C2, C10, C13). */
import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { accessSummary, type PatientDevice } from '@chartseal/client';
import { each } from '../testing/each.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { createPatient, enrolDevice } from '../testing/patient.ts';

const count = 5000;
const width = 4;
type Entry = {
  readonly resource?: { readonly resourceType: string; readonly id: string; readonly meta: { versionId: string } };
};
type Page = { readonly entry?: readonly Entry[]; readonly link?: readonly { relation: string; url: string }[] };
type Resource = Parameters<typeof accessSummary>[0];

let gateway: GatewayProcess;
let patient: string;
let ids: readonly string[];

before(async () => {
  gateway = await GatewayProcess.start();
  patient = await createPatient(gateway);
  ids = Array.from({ length: count }, (_, at) => `weight-${at}`);
  const entry = ids.map((id) => ({
    resource: {
      resourceType: 'Observation',
      id,
      status: 'final',
      subject: { reference: `Patient/${patient}` },
      code: { text: 'weight' },
    },
    request: { method: 'PUT', url: `Observation/${id}` },
  }));
  for (let at = 0; at < count; at += 1000) {
    const body = JSON.stringify({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: entry.slice(at, at + 1000),
    });
    equal((await gateway.send('POST', '', { body })).status, 200);
  }
});
after(() => gateway[Symbol.asyncDispose]());

/** One answer to hospital-b, with the moments between which it was asked for and came. */
type Seen = { readonly askedAt: number; readonly versions: readonly string[] };

class Reader {
  readonly seen: Seen[] = [];

  async ask(method: string, path: string, body?: string): Promise<Page> {
    const askedAt = performance.now();
    const { status, text } = await gateway.send(method, path, {
      as: 'hospital-b',
      ...(body === undefined ? {} : { body }),
    });
    ok(status === 200 || status === 404, text);
    const page = status === 200 ? (JSON.parse(text) as Page) : {};
    const served = (page.entry ?? []).flatMap(({ resource }) =>
      resource === undefined || resource.resourceType === 'OperationOutcome' ? [] : [resource],
    );
    const versions = served.map(({ resourceType, id, meta }) => `${resourceType}/${id}/_history/${meta.versionId}`);
    this.seen.push({ askedAt, versions });
    return page;
  }

  /** Page after page, from the first again after the last. */
  async turn(first: string, signal: AbortSignal): Promise<void> {
    let next = first;
    while (!signal.aborted) {
      const { link = [] } = await this.ask('GET', next);
      next = link.find(({ relation }) => relation === 'next')?.url ?? first;
    }
  }
}

const batchOf = (at: number): string =>
  JSON.stringify({
    resourceType: 'Bundle',
    type: 'batch',
    entry: ids
      .slice((at * 200) % count, ((at * 200) % count) + 200)
      .map((id) => ({ request: { method: 'GET', url: `Observation/${id}` } })),
  });

const ways: readonly {
  readonly name: string;
  readonly read: (reader: Reader, signal: AbortSignal) => Promise<void>;
}[] = [
  {
    name: 'a paged search',
    read: (reader, signal) => reader.turn(`Observation?patient=${patient}&_count=100`, signal),
  },
  {
    name: '$everything of 5,000 resources',
    read: (reader, signal) => reader.turn(`Patient/${patient}/$everything?_count=200`, signal),
  },
  {
    name: 'a batch',
    read: async (reader, signal) => {
      for (let at = 0; !signal.aborted; at += 1) await reader.ask('POST', '', batchOf(at));
    },
  },
];

/** All that the audit says was disclosed to hospital-b, by the hospital's own look at it. */
const audited = async (): Promise<ReadonlySet<string>> => {
  const told = new Set<string>();
  for (let next = `AuditEvent?patient=${patient}&_count=200`; next !== '';) {
    const { text } = await gateway.send('GET', next);
    const page = JSON.parse(text) as { entry?: { resource: Resource }[]; link?: Page['link'] };
    for (const { resource } of page.entry ?? []) {
      const { outcome, organization, records } = accessSummary(resource);
      if (outcome === 'disclosed' && organization === 'hospital-b') for (const record of records) told.add(record);
    }
    next = page.link?.find(({ relation }) => relation === 'next')?.url ?? '';
  }
  return told;
};

describe('A revocation amid', () => {
  let device: PatientDevice;
  before(async () => {
    device = await enrolDevice(gateway, patient);
  });

  for (const { name, read } of ways)
    it(name, async () => {
      const { consentId } = await device.grant({ to: 'hospital-b', purposes: ['TREAT'] });
      ok(consentId !== null);
      const readers = Array.from({ length: width }, () => new Reader());
      const end = new AbortController();
      const reading = readers.map((reader) => read(reader, end.signal));
      const enough = (): boolean =>
        readers.every(({ seen }) => seen.filter((each) => each.versions.length > 0).length >= 2);
      while (!enough()) await Promise.race([new Promise((resolve) => setTimeout(resolve, 20)), ...reading]);

      await device.revoke(consentId);
      const revokedAt = performance.now();
      const isAfter = ({ askedAt }: Seen): boolean => askedAt > revokedAt;
      while (!readers.every(({ seen }) => seen.filter(isAfter).length >= 2))
        await Promise.race([new Promise((resolve) => setTimeout(resolve, 20)), ...reading]);
      end.abort();
      await Promise.all(reading);

      const seen = readers.flatMap((reader) => reader.seen);
      deepEqual(
        seen.filter(isAfter).flatMap(({ versions }) => versions),
        [],
      );
      const served = new Set(seen.flatMap(({ versions }) => versions));
      notEqual(served.size, 0);
      const told = await audited();
      deepEqual(
        [...served].filter((version) => !told.has(version)),
        [],
      );
    });

  it('ends every one of 5,000 at once: none is read by name any more', async () => {
    await each(ids.slice(0, 50), 8, async (id) => {
      equal((await gateway.send('GET', `Observation/${id}`, { as: 'hospital-b' })).status, 404);
    });
  });
});
