/** `$receipt/<handle>`: what the gateway signs of a disclosure that it audited, for the organisation that it was made to. */
import { ChartsealError, type StoredVersion } from '@chartseal/ports';
import { requireScope, type Principal } from '@chartseal/server';
import { parseCheckpoint, parseNote, parseTlogProof, signNote } from '@chartseal/tlog';
import type { QueryDependencies } from '../dependencies.ts';
import { anchoredProof } from '../interactions/anchored-proof.ts';
import { missing, type Run } from '../interactions/outcome.ts';
import { receiptAnswer } from '../release/receipt-answer.ts';
import { decisionsKey } from './decisions-key.ts';
import { statedDecisions, type AuditEntry } from './stated-decisions.ts';

const handlePattern = /^[A-Za-z0-9_-]{1,64}$/;

/** Another organisation's receipt, one of a refusal, and one that never was are told alike. */
export const decisionReceipt = (deps: QueryDependencies, principal: Principal, handle: string): Run => {
  if (principal.kind === 'own') requireScope(principal, 'AuditEvent', 'r');
  return async () => {
    const version = handlePattern.test(handle) ? await auditVersion(deps, handle) : undefined;
    const entry = version && (JSON.parse(version.content) as AuditEntry);
    const recipient = entry && recipientOf(entry);
    const decisions = entry === undefined ? [] : await statedDecisions(deps.records, entry);
    const isTheirs = principal.kind === 'own' || recipient === principal.organization;
    if (version === undefined || entry === undefined || !isTheirs || decisions.length === 0)
      return missing('operation', undefined);
    const leaf = await anchoredProof(deps, version);
    if (leaf === undefined) {
      const error = new ChartsealError('not-anchored', 'the audit entry is not on the ledger yet', {
        retryAfterSeconds: 1,
      });
      return { kind: 'refusal', error, trail: [] };
    }
    const origin = originOf(leaf.proof);
    const auditEntry = Buffer.from(version.commitment).toString('base64');
    const statement = await sign(deps, origin, {
      network: deps.network,
      custodian: deps.organization,
      recipient: recipient ?? '',
      purpose: purposeOf(entry),
      interaction: entry.subtype[0]?.code ?? '',
      decidedAt: entry.recorded,
      decisions,
      auditEntry,
    });
    const answer = receiptAnswer({ network: deps.network, statement, entry: auditEntry, ...leaf });
    return { kind: 'answer', answer, trail: [] };
  };
};

/** An entry of the access log that the gateway wrote of an access; undefined for anything else. */
const auditVersion = async ({ records }: QueryDependencies, handle: string): Promise<StoredVersion | undefined> => {
  const key = await records.byHandle(handle);
  const version = key?.resourceType === 'AuditEvent' ? await records.vread(key, 1) : undefined;
  return version?.log === 'access' && version.erasedAt === undefined ? version : undefined;
};

const recipientOf = ({ agent }: AuditEntry): string | undefined =>
  agent.find(({ type }) => type.coding.some(({ code }) => code === 'PROV'))?.who.identifier?.value;

const purposeOf = ({ agent }: AuditEntry): string => agent[0]?.purposeOfUse?.[0]?.coding[0]?.code ?? '';

/** Of the access log, whichever of its line the entry is proved in. */
const originOf = (proof: string): string => parseCheckpoint(parseNote(parseTlogProof(proof).checkpoint).text).origin;

const sign = async ({ vault, logOrigin }: QueryDependencies, origin: string, statement: object): Promise<string> => {
  const signer = await vault.signer('decisions', 'Ed25519');
  const key = await decisionsKey(vault, logOrigin);
  const text = `chartseal-decision/v1\n${origin}\n${JSON.stringify(statement)}\n`;
  return signNote(text, key, (message) => signer.sign(message));
};
