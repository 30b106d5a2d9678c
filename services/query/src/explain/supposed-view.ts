/** What would hold if a draft were in force: the same view of consent, but for what these Patients say. */
import { readConsent, type ActiveConsent, type PatientDirectives } from '@chartseal/consent';
import { ChartsealError } from '@chartseal/ports';
import type { ConsentView } from '../consent-view/consent-view.ts';
import type { QueryDependencies } from '../dependencies.ts';
import type { JsonObject } from '../json-object.ts';

/** Of a draft that has no id yet. No UUID, so that it is no consent of anybody's. */
const draftId = 'draft';

/**
 * The draft, read as the door for directives reads it (consent-semantics A1). It must name an open handle of one of the Patients; of a patient
 * who has none yet, whichever it names.
 * @throws ChartsealError `invalid`, each issue naming its element
 */
export const readDraft = async (
  { patients }: Pick<QueryDependencies, 'patients'>,
  united: ReadonlySet<string>,
  draft: JsonObject,
): Promise<ActiveConsent> => {
  const [first = ''] = united;
  const handles = (await patients.say(first)).map(({ handle }) => handle);
  const named = namedHandle(draft);
  const patient = named !== undefined && (handles.length === 0 || handles.includes(named)) ? named : (handles[0] ?? '');
  const consentId = typeof draft.id === 'string' ? draft.id : draftId;
  const read = readConsent({ ...draft, id: consentId }, { patient, consentId });
  if (read.kind === 'issues')
    throw new ChartsealError('invalid', 'the consent could not be taken as a directive', { issues: read.issues });
  // After all that were put already: it is told which rule of which consent decides, and their order never matters (B5).
  return { consentId, sequence: Number.MAX_SAFE_INTEGER, terms: read.terms };
};

const namedHandle = ({ patient }: JsonObject): string | undefined => {
  const { identifier } = Object(patient) as { readonly identifier?: unknown };
  const { value } = Object(identifier) as { readonly value?: unknown };
  return typeof value === 'string' ? value : undefined;
};

export const supposedView = (
  view: ConsentView,
  height: number,
  draft: ActiveConsent,
  { of, beside }: { readonly of: ReadonlySet<string>; readonly beside: 'nothing' | 'in-force' },
): ConsentView => ({
  consentOf: async (patientId) => {
    if (!of.has(patientId)) return view.consentOf(patientId);
    const alone: PatientDirectives = { blockHeight: height, state: { kind: 'open' }, consents: [draft] };
    if (beside === 'nothing') return { stamp: 'supposed', kind: 'known', directives: alone };
    const said = await view.consentOf(patientId);
    if (said.kind === 'fault') return said;
    if (said.kind === 'silent') return { stamp: 'supposed', kind: 'known', directives: alone };
    const { directives } = said;
    return { ...said, directives: { ...directives, consents: [...directives.consents, draft] } };
  },
  stampOf: (patientId) => view.stampOf(patientId),
});
