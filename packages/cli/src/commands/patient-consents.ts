import type { OwnConsent } from '@chartseal/client';
import { Command } from 'commander';
import { openPatient, withPatientOptions, type PatientOptions } from '../patient-file.ts';

type Options = PatientOptions & { readonly json?: true };

/** One grant a line, newest first. */
export const patientConsentsCommand = (): Command =>
  withPatientOptions(new Command('consents'))
    .description('what this patient has granted, and what of it still stands')
    .option('--json', 'the Consents themselves, one a line')
    .action(async ({ json, ...options }: Options) => {
      const consents = await (await openPatient(options)).ownConsents();
      for (const each of consents) console.log(json === true ? JSON.stringify(each.consent) : lineOf(each));
      if (consents.length === 0) console.error('nothing is granted');
    });

type Provision = {
  readonly actor?: readonly { readonly reference?: { readonly identifier?: { readonly value?: string } } }[];
  readonly purpose?: readonly { readonly code?: string }[];
  readonly period?: { readonly start?: string; readonly end?: string };
};

const lineOf = ({ consent, state }: OwnConsent): string => {
  const { id = '', provision = {} } = consent as { id?: string; provision?: Provision };
  const to = (provision.actor ?? []).map(({ reference }) => reference?.identifier?.value ?? 'unknown').join(',');
  const purposes = (provision.purpose ?? []).map(({ code }) => code ?? 'unknown').join(',');
  const { start, end } = provision.period ?? {};
  const period = [start === undefined ? [] : `from ${start}`, end === undefined ? [] : `until ${end}`].flat();
  return [id, state.padEnd(7), to, purposes, ...period].join('  ');
};
