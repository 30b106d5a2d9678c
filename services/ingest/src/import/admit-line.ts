import { createHash } from 'node:crypto';
import { operationOutcome } from '@chartseal/fhir';
import { ChartsealError, type ImportJob, type RecordKey } from '@chartseal/ports';
import { outcomeOf } from '@chartseal/server';
import type { IngestDependencies } from '../dependencies.ts';
import { admitResource, readResource, refusal, requireId, requireResourceType, type Admitted } from '../intake.ts';
import type { Line } from './read-lines.ts';

/** A line that may be written. `named`: it says itself which record it is of; `new`: its id follows from the job and its place. */
export type AdmittedLine = {
  readonly kind: 'named' | 'new';
  readonly line: number;
  readonly key: RecordKey;
  readonly admitted: Admitted;
};
export type RefusedLine = { readonly kind: 'refused'; readonly line: number; readonly outcome: string };

type Place = { readonly job: Pick<ImportJob, 'id' | 'inputs' | 'updates'>; readonly input: number };

/** The same way as a single write: what a PUT or POST of it would be refused for, it is refused for here. */
export const admitLine = (
  dependencies: IngestDependencies,
  { job, input }: Place,
  line: Line,
): AdmittedLine | RefusedLine => {
  try {
    if (line.kind === 'unreadable') throw new ChartsealError('malformed', line.why);
    const incoming = readResource(line.text);
    const { resourceType, id } = incoming.resource;
    requireResourceType(resourceType);
    const type = job.inputs[input]?.type;
    if (type !== undefined && type !== resourceType) throw otherType();
    if (id === undefined) {
      const key = { resourceType, id: derivedId(job.id, input, line.number) };
      return { kind: 'new', line: line.number, key, admitted: admitResource(dependencies, incoming) };
    }
    const key = { resourceType, id: requireId(typeof id === 'string' ? id : '') };
    if (job.updates === 'refused')
      throw new ChartsealError('forbidden', 'the access token allowed no updates: leave out the id, or ask for more');
    return { kind: 'named', line: line.number, key, admitted: admitResource(dependencies, incoming) };
  } catch (error) {
    return refusedLine(line.number, error);
  }
};

const otherType = (): Error =>
  refusal('invalid', {
    code: 'invalid',
    expression: 'resourceType',
    diagnostics: 'must be the type that the input is said to have',
  });

/** The same whenever the line is read again, and nobody else's: a job's id is random. In the form of RFC 9562 §5.8. */
const derivedId = (job: string, input: number, line: number): string => {
  const hex = createHash('sha256').update(`${job}\n${input}\n${line}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** Extension of an issue: the line of the input that it is about. */
const lineUrl = 'urn:chartseal:import-line';

export const refusedLine = (line: number, error: unknown): RefusedLine => {
  const { issue, ...outcome } = outcomeOf(error);
  const told = issue.map((each) => ({ extension: [{ url: lineUrl, valueInteger: line }], ...each }));
  return { kind: 'refused', line, outcome: JSON.stringify({ ...outcome, issue: told }) };
};

/** Of what is no line's fault. */
export const refusedInput = (line: number, diagnostics: string): RefusedLine => {
  const outcome = operationOutcome([{ severity: 'error', code: 'incomplete', diagnostics }]);
  return { kind: 'refused', line, outcome: JSON.stringify(outcome) };
};
