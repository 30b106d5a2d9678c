/** The peer's side of Fabric's chaincode protocol (fabric-protos peer/chaincode_shim.proto) over a world state in memory. */
import { type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import { common, ledger, msp, peer } from '@hyperledger/fabric-protos';
import timestampPb from 'google-protobuf/google/protobuf/timestamp_pb.js';

const { ChaincodeMessage } = peer;
const { Type } = ChaincodeMessage;
type Message = peer.ChaincodeMessage;

export type Call = {
  readonly transactionId: string;
  /** `<contract>:<transaction>` */
  readonly transaction: string;
  readonly args: readonly string[];
  readonly mspId: string;
  /** PEM of the caller's certificate. */
  readonly certificate: string;
  /** RFC 3339, milliseconds. */
  readonly timestamp: string;
};

export type Write = { readonly key: string; readonly value: string | null };

export type Answer = {
  readonly status: number;
  readonly message: string;
  readonly result: string;
  /** Sorted by key. */
  readonly writes: readonly Write[];
  readonly event: { readonly name: string; readonly payload: string } | null;
};

type UnderWay = {
  readonly writes: Map<string, string | null>;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
};

export type PlayingPeer = {
  /** The name under which the chaincode has registered. */
  readonly registered: string;
  /** Simulates one transaction on the state as it is, as an endorser does. Its writes go nowhere. */
  invoke(call: Call): Promise<Answer>;
  disconnect(): void;
};

/** Connects, and does the handshake. Rejects if the stream ends before the chaincode is ready. */
export const playPeer = async (
  address: string,
  tls: { readonly rootCa: string; readonly cert?: string; readonly key?: string },
  state: ReadonlyMap<string, string>,
  /** Told when the chaincode asks for something of the state. */
  onAsked: () => void = () => undefined,
): Promise<PlayingPeer> => {
  const [root, key, cert] = [tls.rootCa, tls.key, tls.cert].map((pem) => (pem === undefined ? null : Buffer.from(pem)));
  // A server's name is no IP address (RFC 6066 §3).
  const named = { 'grpc.ssl_target_name_override': 'localhost' };
  const client = new peer.ChaincodeClient(address, credentials.createSsl(root, key, cert), named);
  const stream: ClientDuplexStream<Message, Message> = client.connect();
  const underWay = new Map<string, UnderWay>();

  const registered = await new Promise<string>((resolve, reject) => {
    stream.once('data', (message: Message) =>
      resolve(peer.ChaincodeID.deserializeBinary(message.getPayload_asU8()).getName()),
    );
    stream.on('error', reject);
  });
  stream.on('data', (message: Message) => {
    const transaction = underWay.get(message.getTxid());
    if (transaction === undefined) return;
    if (message.getType() === Type.COMPLETED) {
      underWay.delete(message.getTxid());
      transaction.resolve(answerOf(message, transaction.writes));
    } else {
      onAsked();
      stream.write(reply(message, ...responseTo(message, state, transaction.writes)));
    }
  });
  let ended: unknown;
  const end = (error: unknown = new Error('the chaincode ended the stream')): void => {
    ended ??= error;
    for (const { reject } of underWay.values()) reject(error);
    underWay.clear();
  };
  stream.on('error', end);
  stream.on('end', () => end());
  for (const type of [Type.REGISTERED, Type.READY]) {
    const message = new ChaincodeMessage();
    message.setType(type);
    stream.write(message);
  }
  return {
    registered,
    invoke: (call) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) throw ended;
        underWay.set(call.transactionId, { writes: new Map(), resolve, reject });
        stream.write(transactionMessage(call));
      }),
    disconnect: () => {
      stream.cancel();
      client.close();
    },
  };
};

const reply = (to: Message, type: Parameters<Message['setType']>[0], payload: Uint8Array): Message => {
  const message = new ChaincodeMessage();
  message.setType(type);
  message.setPayload(payload);
  message.setTxid(to.getTxid());
  message.setChannelId(to.getChannelId());
  return message;
};

/** What the chaincode asks of its peer. A transaction reads the state before it, never its own writes. */
const responseTo = (
  message: Message,
  state: ReadonlyMap<string, string>,
  writes: Map<string, string | null>,
): [Parameters<Message['setType']>[0], Uint8Array] => {
  const payload = message.getPayload_asU8();
  const type = message.getType();
  if (type === Type.GET_STATE) {
    return [Type.RESPONSE, Buffer.from(state.get(peer.GetState.deserializeBinary(payload).getKey()) ?? '')];
  }
  if (type === Type.PUT_STATE) {
    const put = peer.PutState.deserializeBinary(payload);
    writes.set(put.getKey(), Buffer.from(put.getValue_asU8()).toString());
    return [Type.RESPONSE, Buffer.alloc(0)];
  }
  if (type === Type.DEL_STATE) {
    writes.set(peer.DelState.deserializeBinary(payload).getKey(), null);
    return [Type.RESPONSE, Buffer.alloc(0)];
  }
  if (type === Type.GET_STATE_BY_RANGE) {
    const range = peer.GetStateByRange.deserializeBinary(payload);
    return [Type.RESPONSE, rangeOf(state, range.getStartkey(), range.getEndkey())];
  }
  if (type === Type.QUERY_STATE_CLOSE) return [Type.RESPONSE, new peer.QueryResponse().serializeBinary()];
  return [Type.ERROR, Buffer.from('the playing peer does not know this')];
};

const rangeOf = (state: ReadonlyMap<string, string>, start: string, end: string): Uint8Array => {
  const response = new peer.QueryResponse();
  response.setId('1');
  response.setHasMore(false);
  for (const [key, value] of [...state]
    .filter(([key]) => key >= start && key < end)
    .sort(([a], [b]) => (a < b ? -1 : 1))) {
    const pair = new ledger.queryresult.KV();
    pair.setNamespace('chartseal');
    pair.setKey(key);
    pair.setValue(Buffer.from(value));
    const bytes = new peer.QueryResultBytes();
    bytes.setResultbytes(pair.serializeBinary());
    response.addResults(bytes);
  }
  return response.serializeBinary();
};

const answerOf = (message: Message, writes: ReadonlyMap<string, string | null>): Answer => {
  const response = peer.Response.deserializeBinary(message.getPayload_asU8());
  const event = message.getChaincodeEvent();
  return {
    status: response.getStatus(),
    message: response.getMessage(),
    result: Buffer.from(response.getPayload_asU8()).toString(),
    writes: [...writes].map(([key, value]) => ({ key, value })).sort((a, b) => (a.key < b.key ? -1 : 1)),
    event:
      event === undefined
        ? null
        : { name: event.getEventName(), payload: Buffer.from(event.getPayload_asU8()).toString() },
  };
};

const channelId = 'chartseal';

const transactionMessage = (call: Call): Message => {
  const input = new peer.ChaincodeInput();
  input.setArgsList([call.transaction, ...call.args].map((text) => Buffer.from(text)));
  const message = new ChaincodeMessage();
  message.setType(Type.TRANSACTION);
  message.setTxid(call.transactionId);
  message.setChannelId(channelId);
  message.setPayload(input.serializeBinary());
  message.setProposal(signedProposal(call));
  return message;
};

const signedProposal = ({ transactionId, mspId, certificate, timestamp }: Call): peer.SignedProposal => {
  const creator = new msp.SerializedIdentity();
  creator.setMspid(mspId);
  creator.setIdBytes(Buffer.from(certificate));
  const signature = new common.SignatureHeader();
  signature.setCreator(creator.serializeBinary());
  signature.setNonce(Buffer.alloc(24, 1));
  const channel = new common.ChannelHeader();
  channel.setChannelId(channelId);
  channel.setTxId(transactionId);
  const at = new timestampPb.Timestamp();
  at.fromDate(new Date(timestamp));
  channel.setTimestamp(at);
  const header = new common.Header();
  header.setChannelHeader(channel.serializeBinary());
  header.setSignatureHeader(signature.serializeBinary());
  const proposal = new peer.Proposal();
  proposal.setHeader(header.serializeBinary());
  const content = new peer.ChaincodeProposalPayload();
  content.setInput(Buffer.from('unused'));
  proposal.setPayload(content.serializeBinary());
  const signed = new peer.SignedProposal();
  signed.setProposalBytes(proposal.serializeBinary());
  return signed;
};
