import { JsonError, parseJson, type ParsedJson } from '@chartseal/fhir';
import { ChartsealError, type ErrorIssue } from '@chartseal/ports';
import { bodyText } from '@chartseal/server';
import type { Request } from 'express';

/** The request's JSON object, with exactly these members at most. Untrusted. @throws ChartsealError `malformed` */
export const readMembers = (
  req: Request,
  members: readonly string[],
): { value: Record<string, unknown>; numbers: ParsedJson['numbers'] } => {
  const { value, numbers } = parse(bodyText(req));
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed({ code: 'structure', diagnostics: 'a JSON object is expected' });
  const unknown = Object.keys(value).find((name) => !members.includes(name));
  if (unknown !== undefined)
    throw malformed({ code: 'structure', diagnostics: `only these members are taken: ${members.join(', ')}` });
  return { value, numbers };
};

export const requireString = (value: unknown, name: string): string => {
  if (typeof value !== 'string' || value === '')
    throw malformed({ code: 'required', expression: name, diagnostics: 'a string is required' });
  return value;
};

const parse = (text: string): ParsedJson => {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw malformed({ code: 'structure', expression: error.path, diagnostics: error.message });
  }
};

const malformed = (issue: ErrorIssue): ChartsealError =>
  new ChartsealError('malformed', issue.diagnostics, { issues: [issue] });
