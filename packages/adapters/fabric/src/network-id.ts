import { createHash } from 'node:crypto';
import { common } from '@hyperledger/fabric-protos';
import { ChartsealError } from '@chartseal/ports';

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

const octets = (bytes: Uint8Array): Buffer => Buffer.concat([Buffer.of(0x04, bytes.length), bytes]);

/**
 * Hex SHA-256 of the genesis block, as Fabric itself hashes blocks: of its header in DER, SEQUENCE { INTEGER number, OCTET STRING
 * previousHash, OCTET STRING dataHash } (fabric, protoutil/blockutils.go). The block's bytes would not do: each peer adds metadata of its own.
 * @param bytes block 0, in protobuf
 * @throws ChartsealError `corrupt` for another block, or data that its header does not name
 */
export const networkId = (bytes: Uint8Array): string => {
  const block = common.Block.deserializeBinary(bytes);
  const header = block.getHeader();
  const data = block.getData()?.getDataList_asU8() ?? [];
  const dataHash = header?.getDataHash_asU8() ?? new Uint8Array();
  const isGenesis = header?.getNumber() === 0 && header.getPreviousHash_asU8().length === 0;
  if (!isGenesis || !sha256(...data).equals(dataHash))
    throw new ChartsealError('corrupt', 'the peer gave a genesis block that does not fit its header');
  const body = Buffer.concat([Buffer.of(0x02, 0x01, 0x00), octets(new Uint8Array()), octets(dataHash)]);
  return sha256(Buffer.concat([Buffer.of(0x30, body.length), body])).toString('hex');
};
