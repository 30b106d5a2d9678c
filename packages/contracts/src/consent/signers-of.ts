import { type Proxy, type Signers } from '@chartseal/consent';
import type { Context } from 'fabric-contract-api';
import { foundedNetwork } from '../directory/directory-state.ts';
import { registrarsOf } from '../directory/registrars.ts';
import type { PatientState } from './patient-state.ts';

/** Who may sign for a handle now. Attested words count where the network's policy lets them (consent-semantics A6). */
export async function signersOf(ctx: Context, state: PatientState): Promise<Signers> {
  if (state.attested !== true) return { kind: 'own', patient: state.publicKey, proxies: proxiesOf(state) };
  const { policy } = await foundedNetwork(ctx);
  return { kind: 'attested', registrars: policy.attested ? await registrarsOf(ctx, state.custodian) : [] };
}

const proxiesOf = ({ proxies = {} }: PatientState): readonly Proxy[] =>
  Object.entries(proxies)
    .filter(([, { state }]) => state === 'appointed')
    .map(([proxyId, { publicKey, scope, end, sequence }]) => ({ proxyId, publicKey, scope, end, sequence }));
