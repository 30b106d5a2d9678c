import { ChartsealError } from '@chartseal/ports';
import { type Contract, GatewayError, type Network } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import { asChartsealError, wordsOf } from './fabric-error.ts';
import { networkId } from './network-id.ts';

/** What the peer's own chaincode `qscc` tells of the chain. */
export class ChainQueries {
  readonly #qscc: Contract;
  readonly #channel: string;
  #height = 0;

  constructor(network: Network) {
    this.#qscc = network.getContract('qscc');
    this.#channel = network.getName();
  }

  /** Of the own peer, and never less than it was. */
  async height(): Promise<number> {
    const info = common.BlockchainInfo.deserializeBinary(await this.#ask('GetChainInfo'));
    this.#height = Math.max(this.#height, info.getHeight());
    return this.#height;
  }

  async networkId(): Promise<string> {
    return networkId(await this.#ask('GetBlockByNumber', '0'));
  }

  async #ask(transaction: string, ...args: readonly string[]): Promise<Uint8Array> {
    try {
      return await this.#qscc.evaluateTransaction(transaction, this.#channel, ...args);
    } catch (error) {
      throw misconfiguration(error) ?? asChartsealError(error);
    }
  }
}

/** What the peer says to one who is wrong about it, by the variable that is. */
const misconfiguration = (error: unknown): ChartsealError | undefined => {
  if (!(error instanceof GatewayError)) return undefined;
  const words = wordsOf(error).join('\n');
  const told = mistakes.find(({ says }) => says.test(words));
  return told && new ChartsealError('misconfigured', told.remedy, {}, { cause: error });
};

const mistakes = [
  {
    says: /could not get last config for channel|channel \S+ (not found|does not exist)/i,
    remedy: 'FABRIC_CHANNEL names a channel that the peer has not joined: set it to the network’s',
  },
  {
    says: /access denied|creator org unknown|creator is malformed/i,
    remedy: 'the peer does not know this identity: FABRIC_CERT_FILE must hold a certificate of FABRIC_MSP_ID',
  },
] as const;
