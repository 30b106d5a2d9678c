/** `$proof`: that a version, whole, is in the log that the ledger has anchored (DESIGN §6, Log). */
import { ChartsealError, type RecordKey } from '@chartseal/ports';
import type { NamedRecord } from '../audit/access-event.ts';
import type { Decisions } from '../decide/decisions.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { closedWords } from '../paging/closed-words.ts';
import type { Parameters } from '../paging/parameters.ts';
import type { Answer } from '../release/answer.ts';
import { proofAnswer } from '../release/proof-answer.ts';
import type { Released } from '../release/released.ts';
import { erasureAnswer } from '../release/erasure-answer.ts';
import { anchoredLeaf, anchoredProof } from './anchored-proof.ts';
import { parseVersionId } from './named-record.ts';
import { deleted, denied, missing, type Outcome, type Run } from './outcome.ts';

/** @throws ChartsealError `malformed` for any parameter but `version` */
export const proof = (deps: QueryDependencies, key: RecordKey, parameters: Parameters): Run => {
  const { version } = closedWords(parameters, ['version'], 'strict');
  if (version === undefined) return async (decisions) => prove(deps, decisions, key);
  const versionId = parseVersionId(version);
  if (versionId === undefined) return async () => missing('operation', key);
  return async (decisions) => prove(deps, decisions, { ...key, versionId });
};

const prove = async (deps: QueryDependencies, decisions: Decisions, named: NamedRecord): Promise<Outcome> => {
  const { records } = deps;
  const version = await (named.versionId === undefined ? records.read(named) : records.vread(named, named.versionId));
  if (version === undefined) return missing('operation', named);
  const [examined] = await decisions.examine([version]);
  if (examined === undefined) return missing('operation', named);
  if (examined.effect === 'deny') return denied('operation', named, examined.decision);
  const { decision, released } = examined;
  // The canonical bytes hold what was redacted, and nothing else can be proved (C8).
  if (released.form === 'subsetted')
    return denied('operation', named, { ...decision, effect: 'deny', reason: 'redacted' });
  if (version.state === 'deleted' && named.versionId === undefined) return deleted('operation', decision);
  const answer = await (version.erasedAt === undefined ? ofContent : ofErasure)(deps, released);
  if (answer === undefined) {
    const error = new ChartsealError('not-anchored', 'this version is not on the ledger yet', { retryAfterSeconds: 1 });
    return { kind: 'refusal', error, trail: [] };
  }
  return {
    kind: 'answer',
    answer,
    trail: [{ kind: 'read', interaction: 'operation', decision }],
    leaves: 'at-once',
  };
};

const ofContent = async (deps: QueryDependencies, released: Released): Promise<Answer | undefined> => {
  const found = await anchoredProof(deps, released.version);
  return found && proofAnswer(released, { network: deps.network, ...found });
};

/** Not of what it was: that it was erased, once the ledger was told. */
const ofErasure = async (deps: QueryDependencies, released: Released): Promise<Answer | undefined> => {
  const { version } = released;
  const [leaf, erasure] = await Promise.all([anchoredLeaf(deps, version), deps.erasures.statementOf(version)]);
  if (leaf === undefined || erasure === undefined) return undefined;
  return erasureAnswer(released, { network: deps.network, leaf, erasure });
};
