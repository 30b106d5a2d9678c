import { setTimeout as sleep } from 'node:timers/promises';
import { logShimTo } from './shim-log.ts';
import { ChartsealError } from '@chartseal/ports';
import type { Logger } from '@chartseal/server';
import { type ChaincodeServerOpts, Shim } from 'fabric-shim';
import { createChaincode } from './chaincode.ts';
import type { ChaincodeConfig } from './config.ts';

export type RunningChaincode = AsyncDisposable & {
  /** host:port */
  readonly address: string;
};

/** As the shim's own command line sets them: messages of any size, and pings that keep an idle stream alive. */
const channelOptions = {
  'grpc.max_send_message_length': -1,
  'grpc.max_receive_message_length': -1,
  'grpc.keepalive_time_ms': 110_000,
  'grpc.keepalive_timeout_ms': 20_000,
  'grpc.keepalive_permit_without_calls': 1,
};

const lastAnswersMs = 200;

/** What is hidden inside the shim's server, which has no way to stop. */
type Stoppable = { forceShutdown(): void };

/**
 * Listens for the peer. Disposing of it lets what is under way finish, then ends the peer's streams.
 * @throws ChartsealError `misconfigured`, where it cannot listen at the address
 */
export const composeChaincode = async (config: ChaincodeConfig, log: Logger): Promise<RunningChaincode> => {
  const { address, packageId, security } = config;
  logShimTo(log);
  const chaincode = createChaincode(log);
  const tls = security.kind === 'mutual-tls' ? security.tls : undefined;
  const options = {
    ...channelOptions,
    ccid: packageId,
    address,
    ...(tls === undefined ? {} : { tlsProps: { key: tls.key, cert: tls.cert, clientCACerts: tls.clientCa } }),
  };
  // Its declaration asks for TLS; its code does not.
  const server = Shim.server(chaincode, options as ChaincodeServerOpts);
  await server.start().catch((cause: unknown) => {
    const remedy = 'CHAINCODE_SERVER_ADDRESS cannot be listened on: is it taken, or the key not the certificate’s?';
    throw new ChartsealError('misconfigured', remedy, {}, { cause });
  });
  return {
    address,
    [Symbol.asyncDispose]: async () => {
      await chaincode.drain();
      // The last answers were handed to the streams, which do not say when they have sent them.
      await sleep(lastAnswersMs);
      (Reflect.get(server, '_server') as Stoppable).forceShutdown();
    },
  };
};
