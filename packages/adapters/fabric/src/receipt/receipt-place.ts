import type { Network } from '@hyperledger/fabric-gateway';

/** Where the transactions are that receipts are made of, and whose peer is asked. */
export type ReceiptPlace = { readonly network: Network; readonly chaincode: string; readonly mspId: string };
