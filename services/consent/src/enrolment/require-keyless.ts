import { parseEnrolment } from '@chartseal/consent';
import { ChartsealError, type PatientSay, type PatientStore } from '@chartseal/ports';

/**
 * A registrar speaks for who has no key (consent-semantics A6): opening an attested handle closes the Patient's own with all that it denies. A key that
 * is lost counts as none once the custodian has frozen it at the patient's word (A4). Patients that are merged are one person.
 * @throws ChartsealError `conflict`
 */
export const requireKeyless = async (patients: PatientStore, patientId: string): Promise<void> => {
  const says = await patients.say(patientId);
  if (says.some((say) => isOwn(say) && !isFrozenByCustodian(say)))
    throw new ChartsealError(
      'conflict',
      'the patient has a key: only one that was frozen as lost is replaced by a registrar’s',
    );
};

const isOwn = ({ enrolmentJws }: PatientSay): boolean => parseEnrolment(enrolmentJws).attested === undefined;

const isFrozenByCustodian = ({ directives }: PatientSay): boolean =>
  directives.findLast(({ operation }) => operation === 'custodian-freeze' || operation === 'custodian-unfreeze')
    ?.operation === 'custodian-freeze';
