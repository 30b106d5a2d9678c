import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { requestToken } from '@chartseal/client';
import { issuerOf } from '@chartseal/server';
import { verifierKeyOf } from '@chartseal/service-anchor';
import { formatVerifierKey } from '@chartseal/tlog';
import type { Sandbox } from '../compose.ts';
import { loadSamples } from './load-samples.ts';
import { ownOrganization } from './members.ts';
import { writeOwnersFile, type SandboxFile } from './sandbox-file.ts';

const samplesDirectory = fileURLToPath(new URL('../../../../infra/samples', import.meta.url));

/** Writes what a user of the sandbox needs beside it: `sandbox.json`, and `trust.json` for `chartseal verify`. */
export const writeSandboxFiles = async (gateway: Sandbox, dataDirectory: string): Promise<SandboxFile> => {
  const { baseUrl, ledger, network } = gateway;
  const { fhirBaseUrl, tokenUrl } = issuerOf(baseUrl);
  const file: SandboxFile = {
    fhirBaseUrl,
    tokenUrl,
    consentBaseUrl: `${baseUrl}/consent`,
    logBaseUrl: `${baseUrl}/log/records`,
    logPublicKey: formatVerifierKey(verifierKeyOf(network.logs.records)),
    network: ledger.network,
    clients: network.clients,
  };
  const trust = {
    type: 'chartseal-trust/v1',
    network: ledger.network,
    logs: [...network.allLogs.map(verifierKeyOf), network.decisions].map(formatVerifierKey),
    ledger: { type: 'embedded', publicKey: ledger.ledgerPublicKey },
  };
  await writeOwnersFile(resolve(dataDirectory), 'sandbox.json', file);
  await writeOwnersFile(resolve(dataDirectory), 'trust.json', trust);
  return file;
};

/** Loads the sample patients into an empty store, as the hospital's own system. @returns how many resources were sent */
export const loadSandboxSamples = (
  gateway: Sandbox,
  dataDirectory: string,
  { fhirBaseUrl, tokenUrl }: SandboxFile,
): Promise<number> =>
  loadSamples(resolve(dataDirectory), samplesDirectory, {
    fhirBaseUrl,
    isEmpty: () => gateway.engines.stores.records.isEmpty(),
    token: async () => (await requestToken(gateway.network.clients[ownOrganization], { tokenUrl })).accessToken,
  });
