/** https://hl7.org/fhir/R4/http.html#read */
import type { RecordKey } from '@chartseal/ports';
import type { Decisions } from '../decide/decisions.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { resourceAnswer } from '../release/answer.ts';
import { serveNamed } from './named-record.ts';
import type { Outcome } from './outcome.ts';

export const read = async ({ records }: QueryDependencies, decisions: Decisions, key: RecordKey): Promise<Outcome> =>
  serveNamed(decisions, 'read', key, await records.read(key), resourceAnswer);
