import { parseJson } from '@chartseal/fhir';
import { isResource, refusal, type Incoming } from './intake.ts';

/** The content of a stored version. @throws ChartsealError `corrupt` */
export const readStored = (content: string | undefined): Incoming => {
  const { value, numbers } = parseJson(content ?? 'null');
  if (!isResource(value))
    throw refusal('corrupt', { code: 'exception', diagnostics: 'a stored version is no resource' });
  return { resource: value, numbers };
};
