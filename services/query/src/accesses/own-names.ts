import type { QueryDependencies } from '../dependencies.ts';
import type { OwnNames } from '../release/own-access.ts';

/** One person: every Patient that is merged with this one, and whatever was granted under any handle of theirs, closed ones too. */
export const ownNames = async (
  { patients }: Pick<QueryDependencies, 'patients'>,
  patientId: string,
): Promise<OwnNames> => {
  const united = await patients.united(patientId);
  const handles = (await Promise.all(united.map((id) => patients.handlesOf(id)))).flat();
  const held = (await Promise.all(handles.map(({ handle }) => patients.directives(handle)))).flat();
  const consents = held.flatMap(({ consentId }) => (consentId === undefined ? [] : [consentId]));
  return { patients: new Set(united), consents: new Set(consents) };
};
