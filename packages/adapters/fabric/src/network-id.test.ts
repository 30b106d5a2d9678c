import { equal, throws } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { it } from 'node:test';
import { common } from '@hyperledger/fabric-protos';
import { isKind } from '@chartseal/ports';
import { networkId } from './network-id.ts';

const sha256 = (...hex: readonly string[]): string => createHash('sha256').update(hex.join(''), 'hex').digest('hex');

const block = (data: string, { number = 0, dataHash = sha256(data), metadata = '' } = {}): Uint8Array => {
  const header = new common.BlockHeader();
  header.setNumber(number);
  header.setDataHash(Buffer.from(dataHash, 'hex'));
  const body = new common.BlockData();
  body.setDataList([Buffer.from(data, 'hex')]);
  const peers = new common.BlockMetadata();
  peers.setMetadataList([Buffer.from(metadata, 'hex')]);
  const whole = new common.Block();
  whole.setHeader(header);
  whole.setData(body);
  whole.setMetadata(peers);
  return whole.serializeBinary();
};

it('is the hash of the header in DER, whatever metadata a peer adds', () => {
  // SEQUENCE of 39 bytes { INTEGER 0, OCTET STRING of none, OCTET STRING of 32 }
  const expected = sha256('3027', '020100', '0400', '0420', sha256('c0ffee'));
  equal(networkId(block('c0ffee')), expected);
  equal(networkId(block('c0ffee', { metadata: 'aa' })), expected);
});

it('is not had of another block, or of data that its header does not name', () => {
  for (const other of [block('c0ffee', { number: 1 }), block('c0ffee', { dataHash: sha256('00') }), new Uint8Array()])
    throws(
      () => networkId(other),
      (error) => isKind(error, 'corrupt'),
    );
});
