import { enrol, systemEnvironment, type EnrolmentOffer, type PatientDevice } from '@chartseal/client';
import { equal } from 'node:assert/strict';
import type { Reachable } from './caller.ts';

/** A Patient of hospital-a. @returns its id */
export const createPatient = async (gateway: Reachable): Promise<string> => {
  const { status, text } = await gateway.send('POST', 'Patient', { body: '{"resourceType":"Patient"}' });
  equal(status, 201, text);
  return (JSON.parse(text) as { id: string }).id;
};

/** What the hospital's desk hands to a patient. */
export const offerEnrolment = async (gateway: Reachable, patientId: string): Promise<EnrolmentOffer> => {
  const { consentBaseUrl, network } = gateway.sandbox;
  const { status, text } = await gateway.send('POST', `Patient/${patientId}/$enroll`, {
    body: '{"resourceType":"Parameters"}',
  });
  equal(status, 200, text);
  const { parameter } = JSON.parse(text) as { parameter: { name: string; valueString: string }[] };
  const value = (name: string): string => parameter.find((each) => each.name === name)?.valueString ?? '';
  return { consentBaseUrl, network, custodian: 'hospital-a', code: value('code'), patient: value('patient') };
};

/** The Patient's own device with a key that never leaves this process. */
export const enrolDevice = async (gateway: Reachable, patientId: string): Promise<PatientDevice> =>
  enrol(
    await offerEnrolment(gateway, patientId),
    systemEnvironment(async () => {}),
  );

export type Written = { readonly id: string; readonly reference: string; readonly text: string };

/** An Observation of that Patient, as a lab writes it. */
export const createObservation = async (gateway: Reachable, patientId: string, value = '1.10'): Promise<Written> => {
  const body = `{"resourceType":"Observation","status":"final","subject":{"reference":"Patient/${patientId}"},"effectiveDateTime":"2026-01-01","code":{"coding":[{"system":"http://loinc.org","code":"14749-6"}]},"valueQuantity":{"value":${value},"unit":"mmol/L"}}`;
  const { status, text } = await gateway.send('POST', 'Observation', { body });
  equal(status, 201, text);
  const { id } = JSON.parse(text) as { id: string };
  return { id, reference: `Observation/${id}`, text };
};
