import * as messages from './messages.ts';
import { ProtobufError, readMessage, textOf } from './protobuf.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A member of a network as it shows itself: which organisation it says it is of, and its certificate (PEM). */
export type Identity = { readonly bytes: Bytes; readonly mspId: string; readonly certificate: string };

export type Endorsement = { readonly endorser: Identity; readonly signature: Bytes };

/** Which transaction wrote a value last. */
export type Version = { readonly blockNumber: number; readonly transactionNumber: number };

/** An endorsed transaction, read and not believed: `endorsed.ts` checks what it says. */
export type EndorsedTransaction = {
  readonly channel: string;
  readonly transactionId: string;
  /** By the creator's clock. */
  readonly timeMs: number;
  readonly creator: Identity;
  readonly nonce: Bytes;
  /** What a hash over these three, one after the other, must be `proposalHash`. */
  readonly proposal: readonly [channelHeader: Bytes, signatureHeader: Bytes, proposalPayload: Bytes];
  readonly proposalHash: Bytes;
  /** In each place that names it. */
  readonly chaincodes: readonly string[];
  /** `<contract>:<transaction>`, then its arguments. */
  readonly args: readonly string[];
  /** What endorsers sign, with their own identity behind it. */
  readonly responsePayload: Bytes;
  readonly endorsements: readonly Endorsement[];
  readonly status: number;
  readonly result: Bytes;
  /** Of the chaincode's namespace; undefined for a key that it read and that held nothing. */
  readonly reads: ReadonlyMap<string, Version | undefined>;
  /** Of the chaincode's namespace; undefined for a key that it deleted. */
  readonly writes: ReadonlyMap<string, string | undefined>;
};

/** common.HeaderType.ENDORSER_TRANSACTION */
const endorserTransaction = 3;

/**
 * @param bytes common.Payload
 * @throws ProtobufError, TypeError, for anything that is not the payload of one endorsed transaction
 */
export const readTransaction = (bytes: Bytes): EndorsedTransaction => {
  const payload = readMessage(bytes, messages.payload);
  const header = readMessage(payload.header, messages.header);
  const channel = readMessage(header.channelHeader, messages.channelHeader);
  const { creator, nonce } = readMessage(header.signatureHeader, messages.signatureHeader);
  const time = readMessage(channel.timestamp, messages.timestamp);
  const extension = readMessage(channel.extension, messages.headerExtension);
  const action = readMessage(only(readMessage(payload.data, messages.transaction).actions), messages.transactionAction);
  const isOne = equalBytes(action.header, header.signatureHeader) && channel.type === endorserTransaction;
  if (!isOne) throw new ProtobufError('not an endorsed transaction of its header');
  const { proposalPayload, action: endorsed } = readMessage(action.payload, messages.chaincodeActionPayload);
  const invoked = readInvocation(proposalPayload);
  const { responsePayload, endorsements } = readMessage(endorsed, messages.endorsedAction);
  const { proposalHash, ...simulated } = readResponse(responsePayload);
  return {
    channel: channel.channelId,
    transactionId: channel.transactionId,
    timeMs: time.seconds * 1000 + Math.trunc(time.nanos / 1_000_000),
    creator: readIdentity(creator),
    nonce,
    proposal: [header.channelHeader, header.signatureHeader, proposalPayload],
    chaincodes: [nameOf(extension.chaincodeId), invoked.chaincode, simulated.chaincode],
    args: invoked.args,
    responsePayload,
    proposalHash,
    endorsements: endorsements.map(readEndorsement),
    status: simulated.status,
    result: simulated.result,
    reads: simulated.reads,
    writes: simulated.writes,
  };
};

const readInvocation = (bytes: Bytes): { readonly chaincode: string; readonly args: readonly string[] } => {
  const { input } = readMessage(bytes, messages.proposalPayload);
  const spec = readMessage(readMessage(input, messages.invocationSpec).spec, messages.chaincodeSpec);
  const { args } = readMessage(spec.input, messages.chaincodeInput);
  return { chaincode: nameOf(spec.chaincodeId), args: args.map(textOf) };
};

type Response = Pick<EndorsedTransaction, 'proposalHash' | 'status' | 'result' | 'reads' | 'writes'> & {
  readonly chaincode: string;
};

const readResponse = (bytes: Bytes): Response => {
  const { proposalHash, extension } = readMessage(bytes, messages.responsePayload);
  const action = readMessage(extension, messages.chaincodeAction);
  const { status, payload } = readMessage(action.response, messages.response);
  const chaincode = nameOf(action.chaincodeId);
  return { proposalHash, status, result: payload, chaincode, ...readResults(action.results, chaincode) };
};

const readResults = (bytes: Bytes, chaincode: string): Pick<EndorsedTransaction, 'reads' | 'writes'> => {
  const sets = readMessage(bytes, messages.readWriteSet)
    .namespaces.map((each) => readMessage(each, messages.namespaceSet))
    .filter(({ namespace }) => namespace === chaincode);
  const { reads, writes } = readMessage(only(sets).set, messages.keyValueSet);
  return { reads: uniqueMap(reads.map(readRead)), writes: uniqueMap(writes.map(readWrite)) };
};

const readRead = (bytes: Bytes): readonly [string, Version | undefined] => {
  const { key, version } = readMessage(bytes, messages.read);
  return [key, version.length === 0 ? undefined : readMessage(version, messages.version)];
};

const readWrite = (bytes: Bytes): readonly [string, string | undefined] => {
  const { key, isDelete, value } = readMessage(bytes, messages.write);
  return [key, isDelete === 0 ? textOf(value) : undefined];
};

const readEndorsement = (bytes: Bytes): Endorsement => {
  const { endorser, signature } = readMessage(bytes, messages.endorsement);
  return { endorser: readIdentity(endorser), signature };
};

const readIdentity = (bytes: Bytes): Identity => ({ bytes, ...readMessage(bytes, messages.serializedIdentity) });

const nameOf = (chaincodeId: Bytes): string => readMessage(chaincodeId, messages.chaincodeId).name;

const only = <T>(list: readonly T[]): T => {
  const [first, ...more] = list;
  if (first === undefined || more.length > 0) throw new ProtobufError('there must be one');
  return first;
};

const uniqueMap = <T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, T> => {
  const map = new Map(entries);
  if (map.size !== entries.length) throw new ProtobufError('a key is there twice');
  return map;
};

export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);
