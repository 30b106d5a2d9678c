import { rejects } from 'node:assert/strict';
import { it } from 'node:test';
import { recordedFabricProof } from '@chartseal/client/testing';
import { isKind } from '@chartseal/ports';
import type { Operation } from './operation.ts';
import { trustFileOf } from './trust.ts';

const { ledger } = (await recordedFabricProof()).trust;
const [a, b] = ledger.type === 'fabric' ? ledger.organizations : [];

/** A hospital whose own certificate is its authority's: that is looked at before anything is opened. */
const hospital = {
  mode: 'hospital',
  ledger: { channel: 'chartseal', chaincode: 'chartseal', mspId: a!.mspId, certificate: a!.roots[0] },
} as unknown as Operation;

it('makes no trust file without the hospital’s own authority, nor with the wrong one, nor for a sandbox', async () => {
  const cases: readonly (readonly [Operation, Parameters<typeof trustFileOf>[1], RegExp])[] = [
    [hospital, [b!], /authority of FABRIC_MSP_ID, HospitalAMSP, is missing/],
    [hospital, [{ ...a!, roots: b!.roots }, b!], /did not issue FABRIC_CERT_FILE/],
    [{ mode: 'sandbox' } as unknown as Operation, [a!, b!], /FABRIC_PEER_ENDPOINT is missing/],
  ];
  for (const [operation, organizations, message] of cases)
    await rejects(
      trustFileOf(operation, organizations),
      (error) => isKind(error, 'misconfigured') && message.test(error.message),
    );
});
