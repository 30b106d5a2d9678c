/** `$proof`: that a version, whole, is in the log that the ledger has anchored (DESIGN §6, Log). */
import { ChartsealError, type RecordKey } from '@chartseal/ports';
import type { NamedRecord } from '../audit/access-event.ts';
import type { Decisions } from '../decide/decisions.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { closedWords } from '../paging/closed-words.ts';
import type { Parameters } from '../paging/parameters.ts';
import type { Answer } from '../release/answer.ts';
import { coseAnswer, noReceipt } from '../release/cose-answer.ts';
import { proofAnswer } from '../release/proof-answer.ts';
import type { Released } from '../release/released.ts';
import { erasureAnswer } from '../release/erasure-answer.ts';
import { leafAt, receiptPlace, requireCommitted, standingOf, type Standing } from './anchored-proof.ts';
import { parseVersionId } from './named-record.ts';
import { deleted, denied, missing, type Outcome, type Run } from './outcome.ts';

/** The proof file, with the ledger's receipt; or a COSE receipt (RFC 9942) of its place in the log alone. */
export type ProofForm = 'file' | 'cose';

/** @throws ChartsealError `malformed` for any parameter but `version` */
export const proof = (
  deps: QueryDependencies,
  key: RecordKey,
  { parameters, form }: { readonly parameters: Parameters; readonly form: ProofForm },
): Run => {
  const { version } = closedWords(parameters, ['version'], 'strict');
  if (version === undefined) return async (decisions) => prove(deps, decisions, key, form);
  const versionId = parseVersionId(version);
  if (versionId === undefined) return async () => missing('operation', key);
  return async (decisions) => prove(deps, decisions, { ...key, versionId }, form);
};

const prove = async (
  deps: QueryDependencies,
  decisions: Decisions,
  named: NamedRecord,
  form: ProofForm,
): Promise<Outcome> => {
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
  const answer = await answerOf(deps, released, form);
  if (answer instanceof ChartsealError) return { kind: 'refusal', error: answer, trail: [] };
  return {
    kind: 'answer',
    answer,
    trail: [{ kind: 'read', interaction: 'operation', decision }],
    leaves: 'at-once',
  };
};

const answerOf = async (
  deps: QueryDependencies,
  released: Released,
  form: ProofForm,
): Promise<Answer | ChartsealError> => {
  const isErased = released.version.erasedAt !== undefined;
  if (form === 'file') {
    const standing = await standingOf(deps, released.version);
    return (standing && (await proofAt(deps, released, standing))) ?? notAnchored();
  }
  if (isErased) return noReceipt('its content was erased');
  const place = await receiptPlace(deps, released.version);
  return place === undefined ? notAnchored() : coseAnswer(released, place);
};

const notAnchored = (): ChartsealError =>
  new ChartsealError('not-anchored', 'this version is not on the ledger yet', { retryAfterSeconds: 1 });

/**
 * The proof file of what was released whole.
 * @throws ChartsealError `corrupt` if the stored content is not what was committed to
 */
export const proofAt = async (
  deps: QueryDependencies,
  released: Released,
  standing: Standing,
): Promise<Answer | undefined> => {
  const { network } = deps;
  const { version } = released;
  if (version.erasedAt === undefined) {
    requireCommitted(version);
    return proofAnswer(released, { network, ...(await leafAt(deps, standing)) });
  }
  // Not of what it was: that it was erased, once the ledger was told.
  const erasure = await deps.erasures.statementOf(version);
  return erasure && erasureAnswer(released, { network, leaf: await leafAt(deps, standing), erasure });
};
