import { ChartsealError } from '@chartseal/ports';
import type { RequestHandler } from 'express';
import { JSON_TYPES } from './read-text.ts';
import { queryOf } from './route.ts';

/** https://hl7.org/fhir/R4/http.html#mime-type: what `_format` may say for JSON. */
const JSON_FORMATS: ReadonlySet<string> = new Set([...JSON_TYPES, 'json', 'text/json']);

const matches = (range: string, types: readonly string[]): boolean => {
  const [name = '', ...rest] = range.toLowerCase().split(';');
  const parameters = rest.map((part) => part.trim().replaceAll('"', ''));
  if (parameters.some((part) => /^q=0(\.0*)?$/.test(part))) return false;
  const version = parameters.find((part) => part.startsWith('fhirversion='));
  if (version !== undefined && !/^fhirversion=4\.0(\.\d+)?$/.test(version)) return false;
  const type = name.trim();
  return types.some((offered) => type === offered || type === '*/*' || type === `${offered.split('/')[0]}/*`);
};

/**
 * Refuses with 406 a client that accepts nothing of what is produced here. `_format` goes before Accept, as R4 says.
 * Text in `_format` with a plus arrives with a blank: `application/fhir+json` in a query is read as both.
 */
export const negotiate =
  (produces: readonly string[] = JSON_TYPES): RequestHandler =>
  (req, _res, next) => {
    const format = queryOf(req).get('_format');
    if (format !== null) {
      const [name = ''] = format.toLowerCase().replaceAll(' ', '+').split(';');
      if (!JSON_FORMATS.has(name) && !produces.includes(name))
        throw new ChartsealError('not-acceptable', `only ${produces.join(' or ')} is offered`);
      next();
      return;
    }
    const accept = req.headers.accept ?? '*/*';
    if (!accept.split(',').some((range) => matches(range, produces))) {
      throw new ChartsealError('not-acceptable', `only ${produces.join(' or ')} is offered`);
    }
    next();
  };
