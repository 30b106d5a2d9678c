import { NumberSpelling } from '@chartseal/fhir';
import { bodyBytes, bodyText, bodyType, FHIR_JSON, readBytes, readText } from '@chartseal/server';
import type { Request, RequestHandler } from 'express';
import { readResource, refusal, type Incoming } from '../intake.ts';

/** https://hl7.org/fhir/R4/http.html#mime-type: a resource in it is a resource, of whatever type. */
const fhirTypes: ReadonlySet<string> = new Set([FHIR_JSON, 'application/fhir+xml', 'application/fhir+turtle']);

const text = readText();
const bytes = readBytes();

/** R4 binary.html#rest: what comes to /Binary in a type of its own is the content of one. JSON is content too, if it does not say FHIR. */
const isContent = (req: Request, resourceType: string): boolean => {
  const type = bodyType(req);
  return resourceType === 'Binary' && type !== '' && !fhirTypes.has(type);
};

export const readWritten: RequestHandler = (req, res, next) =>
  (isContent(req, String(req.params['resourceType'])) ? bytes : text)(req, res, next);

/** What `readWritten` read. `id`: of a Binary that is updated. @throws ChartsealError `malformed` */
export const incomingOf = (req: Request, id?: string): Incoming => {
  const content = bodyBytes(req);
  if (content === undefined) return readResource(bodyText(req));
  const securityContext = req.get('x-security-context');
  if (content.length === 0)
    throw refusal('malformed', { code: 'required', diagnostics: 'the body is empty: there is nothing to keep' });
  return {
    resource: {
      resourceType: 'Binary',
      ...(id === undefined ? {} : { id }),
      contentType: (req.get('content-type') ?? '').trim(),
      ...(securityContext === undefined ? {} : { securityContext: { reference: securityContext } }),
    },
    numbers: new NumberSpelling(),
    bytes: content,
  };
};

/** Whether the client sent a content and not a resource: then it need not be told what it sent. */
export const isBareContent = (req: Request): boolean => bodyBytes(req) !== undefined;
