/** Fabric's messages as a receipt holds them (fabric-protos v0.3: common, msp, peer, ledger/rwset), with each field that they have. */

export const envelope = { payload: [1, 'bytes'], signature: [2, 'bytes'] } as const;
export const payload = { header: [1, 'bytes'], data: [2, 'bytes'] } as const;
export const header = { channelHeader: [1, 'bytes'], signatureHeader: [2, 'bytes'] } as const;
export const channelHeader = {
  type: [1, 'number'],
  version: [2, 'number'],
  timestamp: [3, 'bytes'],
  channelId: [4, 'text'],
  transactionId: [5, 'text'],
  epoch: [6, 'number'],
  extension: [7, 'bytes'],
  tlsCertificateHash: [8, 'bytes'],
} as const;
export const timestamp = { seconds: [1, 'number'], nanos: [2, 'number'] } as const;
export const headerExtension = { chaincodeId: [2, 'bytes'] } as const;
export const chaincodeId = { path: [1, 'text'], name: [2, 'text'], version: [3, 'text'] } as const;
export const signatureHeader = { creator: [1, 'bytes'], nonce: [2, 'bytes'] } as const;
export const serializedIdentity = { mspId: [1, 'text'], certificate: [2, 'text'] } as const;

export const transaction = { actions: [1, 'repeated'] } as const;
export const transactionAction = { header: [1, 'bytes'], payload: [2, 'bytes'] } as const;
export const chaincodeActionPayload = { proposalPayload: [1, 'bytes'], action: [2, 'bytes'] } as const;
export const endorsedAction = { responsePayload: [1, 'bytes'], endorsements: [2, 'repeated'] } as const;
export const endorsement = { endorser: [1, 'bytes'], signature: [2, 'bytes'] } as const;

export const proposalPayload = { input: [1, 'bytes'], transientMap: [2, 'repeated'] } as const;
export const invocationSpec = { spec: [1, 'bytes'] } as const;
export const chaincodeSpec = {
  type: [1, 'number'],
  chaincodeId: [2, 'bytes'],
  input: [3, 'bytes'],
  timeout: [4, 'number'],
} as const;
export const chaincodeInput = { args: [1, 'repeated'], decorations: [2, 'repeated'], isInit: [3, 'number'] } as const;

export const responsePayload = { proposalHash: [1, 'bytes'], extension: [2, 'bytes'] } as const;
export const chaincodeAction = {
  results: [1, 'bytes'],
  events: [2, 'bytes'],
  response: [3, 'bytes'],
  chaincodeId: [4, 'bytes'],
} as const;
export const response = { status: [1, 'number'], message: [2, 'text'], payload: [3, 'bytes'] } as const;

export const readWriteSet = { dataModel: [1, 'number'], namespaces: [2, 'repeated'] } as const;
export const namespaceSet = { namespace: [1, 'text'], set: [2, 'bytes'], collections: [3, 'repeated'] } as const;
export const keyValueSet = {
  reads: [1, 'repeated'],
  rangeQueries: [2, 'repeated'],
  writes: [3, 'repeated'],
  metadataWrites: [4, 'repeated'],
} as const;
export const read = { key: [1, 'text'], version: [2, 'bytes'] } as const;
export const version = { blockNumber: [1, 'number'], transactionNumber: [2, 'number'] } as const;
export const write = { key: [1, 'text'], isDelete: [2, 'number'], value: [3, 'bytes'] } as const;
