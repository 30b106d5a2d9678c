import { common, ledger, peer } from '@hyperledger/fabric-protos';

type KVRWSet = ledger.rwset.kvrwset.KVRWSet;

/** What an endorsed transaction (common.Payload) read and wrote in the chaincode's namespace. */
export const resultsOf = (payload: Uint8Array, chaincode: string): readonly KVRWSet[] =>
  peer.Transaction.deserializeBinary(common.Payload.deserializeBinary(payload).getData_asU8())
    .getActionsList()
    .map((action) => peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8()).getAction())
    .map((action) => action?.getProposalResponsePayload_asU8() ?? new Uint8Array())
    .map((bytes) => peer.ProposalResponsePayload.deserializeBinary(bytes).getExtension_asU8())
    .map((bytes) => peer.ChaincodeAction.deserializeBinary(bytes).getResults_asU8())
    .flatMap((bytes) => ledger.rwset.TxReadWriteSet.deserializeBinary(bytes).getNsRwsetList())
    .filter((set) => set.getNamespace() === chaincode)
    .map((set) => ledger.rwset.kvrwset.KVRWSet.deserializeBinary(set.getRwset_asU8()));
