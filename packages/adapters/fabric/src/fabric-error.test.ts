import { deepEqual, equal } from 'node:assert/strict';
import { it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { CommitError, EndorseError, GatewayError, StatusCode } from '@hyperledger/fabric-gateway';
import { asChartsealError, isWorthAnotherProposal } from './fabric-error.ts';

const own = 'OwnMSP';
const says = (refusal: object | string): string =>
  `chaincode response 500, ${typeof refusal === 'string' ? refusal : JSON.stringify(refusal)}`;

const failed = (code: number, ...details: readonly (readonly [mspId: string, message: string])[]) => ({
  code,
  details: details.map(([mspId, message]) => ({ address: '', mspId, message })),
  cause: new Error() as never,
  transactionId: 't',
});

it('takes a refusal of the own peer for the contract’s', () => {
  const refused = failed(status.ABORTED, [own, says({ code: 'sequence', lastSequence: 4, at: 'x' })]);
  for (const error of [new EndorseError(refused), new GatewayError({ ...refused, code: status.UNKNOWN })]) {
    const { kind, detail } = asChartsealError(error, own);
    deepEqual([kind, detail], ['ledger-refused', { code: 'sequence', lastSequence: 4 }]);
    equal(isWorthAnotherProposal(error, own), false);
  }
});

it('takes no refusal of another member for the ledger’s: it may be behind, or lie', () => {
  const error = new EndorseError(failed(status.ABORTED, ['OtherMSP', says({ code: 'not-founded' })]));
  equal(asChartsealError(error, own).kind, 'ledger-unavailable');
  equal(isWorthAnotherProposal(error, own), true);
  const both = failed(status.ABORTED, ['OtherMSP', says({ code: 'closed' })], [own, says({ code: 'stale' })]);
  deepEqual(asChartsealError(new EndorseError(both), own).detail, { code: 'stale' });
});

it('takes for a refusal only what a contract can say', () => {
  for (const words of ['{"code":"closed"}', says('{"code":"no such code"}'), says('no JSON'), says('{"code":')]) {
    const error = asChartsealError(new EndorseError(failed(status.ABORTED, [own, words])), own);
    deepEqual([error.kind, error.message], ['ledger-unavailable', 'the ledger does not answer (ABORTED)']);
  }
});

it('proposes again by the class of the error, not by its number alone', () => {
  for (const code of [status.ABORTED, status.FAILED_PRECONDITION])
    equal(isWorthAnotherProposal(new EndorseError(failed(code)), own), true);
  // 10 and 11 mean another thing in each class.
  equal(isWorthAnotherProposal(new GatewayError(failed(status.ABORTED)), own), false);
  const commit = { message: '', code: StatusCode.ENDORSEMENT_POLICY_FAILURE, transactionId: 't' };
  equal(isWorthAnotherProposal(new CommitError(commit), own), false);
  equal(isWorthAnotherProposal(new EndorseError(failed(status.UNAVAILABLE)), own), false);
});
