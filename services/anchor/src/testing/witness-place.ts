/** Another hospital's gateway, as far as it is a witness: served on a loopback port. */
import { memberEntry, testSigner } from '@chartseal/embedded/testing';
import type { DirectoryEntry } from '@chartseal/contracts';
import type { Ledger, WitnessStore } from '@chartseal/ports';
import { createBase, createLog, createMetrics, listen, systemClock } from '@chartseal/server';
import { formatVerifierKey, makeCosignerKey } from '@chartseal/tlog';
import { rawEd25519, sha256 } from '@chartseal/tlog/node';
import { verifierKeyOf } from '../checkpoint.ts';
import type { WitnessAddress } from '../cosign/witness-client.ts';
import type { AnchorDependencies } from '../dependencies.ts';
import { createWitnessRouter } from '../routes/witness.ts';
import type { WitnessIdentity } from '../witness/identity.ts';
import { noteOnLedger } from '../witness/on-ledger.ts';

export type WitnessPlace = AsyncDisposable & {
  readonly identity: WitnessIdentity;
  readonly address: WitnessAddress;
};

export const hospitalA = (identities: AnchorDependencies['identities']): DirectoryEntry =>
  memberEntry('A', {
    id: 'hospital-a',
    logs: Object.values(identities).map((log) => ({
      origin: log.origin,
      verifierKey: formatVerifierKey(verifierKeyOf(log)),
      fromSize: 0,
    })),
  });

/** A witness of hospital A's logs. */
export const openWitness = async (
  organization: string,
  witnessed: WitnessStore,
  identities: AnchorDependencies['identities'],
  ledger: Pick<Ledger, 'evaluate'>,
): Promise<WitnessPlace> => {
  const signer = testSigner('Ed25519');
  const key = makeCosignerKey(sha256, `${organization}.example/witness`, rawEd25519(signer.publicKey));
  const identity = { key, signer };
  const log = createLog({ service: 'anchor', level: 'silent' });
  const metrics = createMetrics({ service: 'anchor', version: '0', clock: systemClock });
  const members = { organizations: () => [hospitalA(identities)], ready: async () => {} };
  const router = createWitnessRouter({
    witnessed,
    members,
    organization,
    identity,
    onLedger: noteOnLedger(ledger),
    clock: systemClock,
    log,
    metrics,
  });
  const app = createBase({ log, metrics, ready: [], mount: (base) => void base.use('/witness', router) });
  const listening = await listen(app, { host: '127.0.0.1', port: 0 });
  const address = { organization, witnessUrl: `${listening.url}/witness` };
  return { identity, address, [Symbol.asyncDispose]: () => listening.close() };
};
