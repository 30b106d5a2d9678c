/** `$proof`: that a version, whole, is in the log that the ledger has anchored (DESIGN §6, Log). */
import { ChartsealError, type RecordKey } from '@chartseal/ports';
import type { NamedRecord } from '../audit/access-event.ts';
import type { Decisions } from '../decide/decisions.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { closedWords } from '../paging/closed-words.ts';
import type { Parameters } from '../paging/parameters.ts';
import { proofAnswer } from '../release/proof-answer.ts';
import { anchoredProof } from './anchored-proof.ts';
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
  const found = await anchoredProof(deps, version);
  if (found === undefined) {
    const error = new ChartsealError('not-anchored', 'this version is not on the ledger yet', { retryAfterSeconds: 1 });
    return { kind: 'refusal', error, trail: [] };
  }
  return {
    kind: 'answer',
    answer: proofAnswer(released, { network: deps.network, ...found }),
    trail: [{ kind: 'read', interaction: 'operation', decision }],
    leaves: 'at-once',
  };
};
