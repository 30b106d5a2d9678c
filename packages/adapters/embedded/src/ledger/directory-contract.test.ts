import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DirectoryEntry, ProposalState } from '@chartseal/contracts';
import { found, memberEntry, openConsortium, refusedWith } from './test-network.ts';
import type { Consortium } from './test-network.ts';

const policy = { implicit: { TREAT: 'deny', HRESCH: 'deny' }, attested: false };

const ids = async (consortium: Consortium): Promise<readonly string[]> =>
  ((await consortium.evaluate('directory', 'List')) as readonly DirectoryEntry[]).map(({ id }) => id);

const proposeAs = async (consortium: Consortium, mspId: string, proposal: object): Promise<ProposalState> =>
  (await consortium.submit(mspId, 'directory', 'Propose', proposal)) as ProposalState;

describe('founding', () => {
  it('takes effect when every member named has approved the same document', async () => {
    const consortium = await openConsortium('A', 'B', 'C', 'D');
    const { submit, ledger } = consortium;
    const document = { network: ledger.network, members: ['A', 'B', 'C'].map((mspId) => memberEntry(mspId)), policy };
    await rejects(submit('D', 'directory', 'Found', document), refusedWith('not-member'));
    await submit('A', 'directory', 'Found', document);
    await submit('A', 'directory', 'Found', document);
    await submit('B', 'directory', 'Found', document);
    await submit('C', 'directory', 'Found', { ...document, policy: { ...policy, attested: true } });
    await rejects(consortium.evaluate('directory', 'Policy'), refusedWith('not-founded'));
    deepEqual(await ids(consortium), []);
    equal((await consortium.events()).length, 0);

    await submit('C', 'directory', 'Found', document);
    deepEqual(await consortium.evaluate('directory', 'Policy'), policy);
    deepEqual(await ids(consortium), ['a', 'b', 'c']);
    deepEqual(
      (await consortium.events()).map(({ name }) => name),
      ['DirectoryChanged'],
    );
    deepEqual(await submit('A', 'directory', 'Found', document), await submit('B', 'directory', 'Found', document));
    const other = { ...document, members: [memberEntry('A')] };
    await rejects(submit('A', 'directory', 'Found', other), refusedWith('already-founded'));
    await ledger.close();
  });

  it('refuses entries of any other shape, and ids that are taken', async () => {
    const { submit, ledger } = await openConsortium('A', 'B');
    const found = (entry: object) =>
      submit('A', 'directory', 'Found', { network: ledger.network, members: [entry], policy });
    const a = memberEntry('A');
    const key = { kty: 'EC', crv: 'P-256', kid: 'k', x: 'x', y: 'y' };
    const log = { origin: 'a.example/records', verifierKey: 'b.example/records+00000000+AAAA', fromSize: 0 };
    const malformed: readonly object[] = [
      { ...a, extra: 1 },
      { ...a, id: 'A/b' },
      { ...a, name: undefined },
      { ...a, jwks: { keys: [{ ...key, d: 'private' }] } },
      { ...a, jwks: { keys: [{ ...key, kty: 'oct' }] } },
      { ...a, fhirBaseUrl: 'ftp://a.example' },
      { ...a, fhirBaseUrl: 'https://user@a.example' },
      { ...a, purposes: ['treatment'] },
      { ...a, parent: 'nobody' },
      { ...a, parent: 'a' },
      { ...a, breakGlass: 'yes' },
      { ...a, status: 'suspended' },
      { ...a, logs: [log] },
      [],
    ];
    for (const entry of malformed) await rejects(found(entry), refusedWith('malformed'));
    await rejects(submit('A', 'directory', 'Found', '{'), refusedWith('malformed'));
    const members = [a, { ...memberEntry('B'), id: 'a' }];
    await rejects(
      submit('A', 'directory', 'Found', { network: ledger.network, members, policy }),
      refusedWith('duplicate'),
    );
    await ledger.close();
  });
});

describe('changes', () => {
  it('admission needs more than half of the active members', async () => {
    const consortium = await openConsortium('A', 'B', 'C', 'D', 'E');
    const { submit } = consortium;
    await found(
      consortium,
      ['A', 'B', 'C', 'D'].map((mspId) => memberEntry(mspId)),
    );
    const proposal = { kind: 'admit', revision: 1, entry: memberEntry('E') };
    await rejects(proposeAs(consortium, 'E', proposal), refusedWith('not-member'));
    const { hash } = await proposeAs(consortium, 'A', proposal);
    await submit('A', 'directory', 'Approve', hash);
    await submit('B', 'directory', 'Approve', hash);
    deepEqual(await ids(consortium), ['a', 'b', 'c', 'd']);
    await rejects(submit('E', 'directory', 'Approve', hash), refusedWith('not-member'));
    equal((await proposeAs(consortium, 'C', proposal)).status, 'applied');
    deepEqual(await ids(consortium), ['a', 'b', 'c', 'd', 'e']);
    equal(((await submit('D', 'directory', 'Approve', hash)) as ProposalState).approvals.length, 3);
    await consortium.ledger.close();
  });

  it('a suspended member neither writes nor counts, until it is reinstated', async () => {
    const consortium = await openConsortium('A', 'B', 'C');
    const { submit } = consortium;
    await found(
      consortium,
      ['A', 'B', 'C'].map((mspId) => memberEntry(mspId)),
    );
    const proposeAndApprove = async (proposal: object): Promise<void> => {
      const { hash } = await proposeAs(consortium, 'A', proposal);
      await submit('B', 'directory', 'Approve', hash);
    };
    await proposeAndApprove({ kind: 'suspend', revision: 1, id: 'c' });
    await rejects(submit('C', 'directory', 'UpdateOwn', { tokenUrl: null }), refusedWith('suspended'));
    await rejects(proposeAs(consortium, 'C', { kind: 'reinstate', revision: 2, id: 'c' }), refusedWith('suspended'));
    await rejects(proposeAs(consortium, 'A', { kind: 'suspend', revision: 1, id: 'b' }), refusedWith('stale'));
    await rejects(proposeAs(consortium, 'A', { kind: 'suspend', revision: 2, id: 'x' }), refusedWith('not-found'));
    await proposeAndApprove({ kind: 'reinstate', revision: 2, id: 'c' });
    await submit('C', 'directory', 'UpdateOwn', { tokenUrl: 'https://c.example/token' });
    await proposeAndApprove({ kind: 'policy', revision: 3, policy: { implicit: {}, attested: true } });
    deepEqual(await consortium.evaluate('directory', 'Policy'), { implicit: {}, attested: true });
    await proposeAndApprove({ kind: 'amend', revision: 4, id: 'c', changes: { purposes: ['HRESCH'], parent: 'a' } });
    const { purposes, parent, tokenUrl } = (await consortium.evaluate('directory', 'Get', 'c')) as DirectoryEntry;
    deepEqual(
      { purposes, parent, tokenUrl },
      { purposes: ['HRESCH'], parent: 'a', tokenUrl: 'https://c.example/token' },
    );
    await rejects(
      proposeAs(consortium, 'A', { kind: 'amend', revision: 5, id: 'a', changes: { parent: 'c' } }),
      refusedWith('malformed'),
    );
    await consortium.ledger.close();
  });

  it('a member changes its own keys and URLs alone', async () => {
    const consortium = await openConsortium('A', 'B');
    const { submit } = consortium;
    await found(
      consortium,
      ['A', 'B'].map((mspId) => memberEntry(mspId)),
    );
    const jwks = { keys: [{ kty: 'EC', crv: 'P-384', kid: 'k1', x: 'eA', y: 'eQ' }] };
    await submit('B', 'directory', 'UpdateOwn', { jwks, fhirBaseUrl: 'https://b.example/fhir' });
    deepEqual(((await consortium.evaluate('directory', 'GetByMsp', 'B')) as DirectoryEntry).jwks, jwks);
    for (const patch of [{ purposes: ['HRESCH'] }, { id: 'a' }, { status: 'active' }, { breakGlass: true }]) {
      await rejects(submit('B', 'directory', 'UpdateOwn', patch), refusedWith('malformed'));
    }
    const before = (await consortium.events()).length;
    await submit('B', 'directory', 'UpdateOwn', { jwks });
    equal((await consortium.events()).length, before);
    await consortium.ledger.close();
  });
});

it('tells what the state holds under given keys, word for word', async () => {
  const consortium = await openConsortium('A');
  await found(consortium, [memberEntry('A')]);
  const states = (keys: unknown) => consortium.evaluate('directory', 'States', JSON.stringify(keys));
  const answer = (await states(['directory/entry/nobody', 'directory/entry/a', 'directory/msp/A'])) as string[];
  deepEqual([answer[0], answer[2]], [null, '{"id":"a"}']);
  deepEqual(JSON.parse(answer[1]!), memberEntry('A'));
  const malformed: readonly unknown[] = ['a', [1], [''], ['a b'], ['ä'], Array.from({ length: 65 }, () => 'a')];
  for (const keys of malformed) await rejects(states(keys), refusedWith('malformed'));
  await consortium.ledger.close();
});
