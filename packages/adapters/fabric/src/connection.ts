import { Client, credentials, type CallOptions } from '@grpc/grpc-js';
import { ChartsealError } from '@chartseal/ports';
import { connect, hash, type Gateway } from '@hyperledger/fabric-gateway';
import { lowSDer } from './low-s.ts';
import { identitySigner, type FabricSettings } from './settings.ts';

export type Connection = {
  readonly gateway: Gateway;
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
  readonly close: () => void;
};

const readyWithinMs = 5000;
/** Of one call, unless the settings say otherwise. */
export const usualCallTimeoutMs = 5000;

/** @throws ChartsealError `misconfigured`, or `ledger-unavailable` if the peer does not answer over TLS in time */
export const openConnection = async (settings: FabricSettings): Promise<Connection> => {
  const { endpoint, hostname, tlsCa, mspId, certificate, callTimeoutMs = usualCallTimeoutMs } = settings;
  const signer = identitySigner(settings);
  const client = new Client(endpoint, credentials.createSsl(Buffer.from(tlsCa)), {
    'grpc.ssl_target_name_override': hostname,
    'grpc.default_authority': hostname,
    // A peer that was restarted is found again within a second, not within two minutes.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1000,
    // A peer that fell silent, frozen or cut off, is given up, or an event stream would wait on it for ever. One that is asked more often than once
    // a minute hangs up (fabric, sampleconfig/core.yaml, peer.keepalive.minInterval).
    'grpc.keepalive_time_ms': 65_000,
    'grpc.keepalive_timeout_ms': 10_000,
    // A receipt holds every certificate of a block's endorsers.
    'grpc.max_receive_message_length': 64 * 1024 * 1024,
  });
  try {
    await ready(client);
  } catch (cause) {
    client.close();
    throw new ChartsealError(
      'ledger-unavailable',
      'FABRIC_PEER_ENDPOINT: no peer answers there over TLS as FABRIC_PEER_HOSTNAME with a certificate of FABRIC_TLS_CA_FILE',
      {},
      { cause },
    );
  }
  const deadline = (): CallOptions => ({ deadline: Date.now() + callTimeoutMs });
  // Whoever holds the key hashes what it signs: it is handed the whole message.
  const sign = async (message: Uint8Array): Promise<Uint8Array> => lowSDer(await signer.sign(message));
  const gateway = connect({
    client,
    identity: { mspId, credentials: Buffer.from(certificate) },
    signer: sign,
    hash: hash.none,
    evaluateOptions: deadline,
    endorseOptions: deadline,
    submitOptions: deadline,
    commitStatusOptions: deadline,
  });
  return {
    gateway,
    sign,
    close: () => {
      gateway.close();
      client.close();
    },
  };
};

const ready = (client: Client): Promise<void> =>
  new Promise((resolve, reject) => {
    client.waitForReady(Date.now() + readyWithinMs, (error) => (error === undefined ? resolve() : reject(error)));
  });
