import { ChartsealError } from '@chartseal/ports';
import { parseJson, patientCompartment } from '@chartseal/fhir';
import { pathParameter, queryOf, sendText, type PatientDoor } from '@chartseal/server';
import type { RequestHandler } from 'express';
import { accessEntries, isLogged } from '../accesses/access-entries.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { anchoredProof } from '../interactions/anchored-proof.ts';
import { isResource } from '../json-object.ts';
import { accessHistoryAnswer } from '../release/access-history-answer.ts';
import { proofAnswer } from '../release/proof-answer.ts';
import { releaseToPatient } from '../release/released.ts';
import { sendAnswer } from '../send-answer.ts';
import { ownCaller } from './own-caller.ts';

type Dependencies = QueryDependencies & PatientDoor;

/** Enough for a page on a phone. */
const usualCount = 50;
const most = 500;

type HistoryWords = {
  readonly dates: readonly string[];
  readonly count: number;
  readonly page: number | undefined;
};

/** @throws ChartsealError `malformed` */
const historyWords = (query: URLSearchParams): HistoryWords => {
  const unknown = [...query.keys()].some((name) => !['date', '_count', '_page', '_format', '_pretty'].includes(name));
  const [count, page] = ['_count', '_page'].map((name) => query.get(name) ?? undefined);
  if (unknown) throw malformed('only date, _count and _page are supported here');
  if (count !== undefined && !/^[1-9]\d{0,5}$/.test(count)) throw malformed('_count must be a positive number');
  if (page !== undefined && !/^\d{1,15}$/.test(page)) throw malformed('this page link cannot be read');
  return {
    dates: query.getAll('date'),
    count: Math.min(count === undefined ? usualCount : Number(count), most),
    page: page === undefined ? undefined : Number(page),
  };
};

const malformed = (diagnostics: string): ChartsealError => new ChartsealError('malformed', diagnostics);

/** GET /consent/AuditEvent: the patient's own access history, in the order in which it was written. */
export const accessHistoryRoute =
  (dependencies: Dependencies): RequestHandler =>
  async (req, res) => {
    const own = await ownCaller(dependencies, req, '/AuditEvent');
    const { dates, count, page } = historyWords(queryOf(req));
    const { entries, next } = await accessEntries(dependencies, own, {
      dates,
      limit: count,
      after: page === undefined ? undefined : { after: page },
    });
    const words: [string, string][] = [
      ...dates.map((date): [string, string] => ['date', date]),
      ['_count', String(count)],
    ];
    const nextWords = next === undefined ? undefined : new URLSearchParams([...words, ['_page', String(next.after)]]);
    sendAnswer(req, res, accessHistoryAnswer(dependencies, entries, nextWords?.toString()));
  };

/** GET /consent/AuditEvent/{id}/$proof: that an entry is in the access log which the ledger has anchored. */
export const accessProofRoute =
  (dependencies: Dependencies): RequestHandler =>
  async (req, res) => {
    const id = pathParameter(req, 'id');
    if (!/^[A-Za-z0-9\-.]{1,64}$/.test(id)) throw missing();
    const own = await ownCaller(dependencies, req, `/AuditEvent/${id}/$proof`);
    const version = await dependencies.records.read({ resourceType: 'AuditEvent', id });
    if (version === undefined || !isLogged(version)) throw missing();
    const { value } = parseJson(version.content);
    const subjects = isResource(value) ? patientCompartment(value, dependencies.fhirBaseUrl) : [];
    if (!subjects.some((subject) => subject.kind === 'local' && own.patients.has(subject.id))) throw missing();
    const released = releaseToPatient(own, version);
    // Its bytes name somebody else, and nothing but the bytes can be proved.
    if (released.form !== 'whole') throw missing();
    const found = await anchoredProof(dependencies, version);
    if (found === undefined)
      throw new ChartsealError('not-anchored', 'this entry is not on the ledger yet', { retryAfterSeconds: 1 });
    const { head, body } = proofAnswer(released, { network: dependencies.network, ...found });
    sendText(res, head.status, body, head.contentType);
  };

const missing = (): ChartsealError => new ChartsealError('not-found', 'there is no such entry of this patient');
