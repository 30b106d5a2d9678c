import { dirname, join } from 'node:path';
import { verifyDirectiveReceipt, type DirectiveReceiptVerification, type OwnConsent } from '@chartseal/client';
import { patientKeyOf } from '@chartseal/consent';
import { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { openPatient, withPatientOptions, type PatientOptions } from '../patient-file.ts';
import { readTrust } from '../read-trust.ts';

type Options = PatientOptions & { readonly json?: true; readonly receipts?: true; readonly trust?: string };

/** One grant a line, newest first. */
export const patientConsentsCommand = (): Command =>
  withPatientOptions(new Command('consents'))
    .description('what this patient has granted, and what of it still stands')
    .option('--json', 'the Consents themselves, one a line')
    .option('--receipts', 'checks, offline, that the ledger holds each as it was signed, and its end')
    .option('--trust <trust.json>', 'for --receipts; trust.json beside the sandbox’s file unless given')
    .action(async ({ json, receipts, trust, ...options }: Options) => {
      const device = await openPatient(options);
      const consents = await device.ownConsents();
      for (const each of consents) console.log(json === true ? JSON.stringify(each.consent) : lineOf(each));
      if (consents.length === 0) console.error('nothing is granted');
      if (receipts !== true) return;
      const trusted = await readTrust(trust ?? join(dirname(options.sandbox), 'trust.json'));
      const { patient, privateJwk } = device.state;
      const holder = { patient, publicKey: patientKeyOf(privateJwk).publicKey };
      let refuted = 0;
      for (const { consent } of consents) {
        const consentId = String(consent['id']);
        const verified = await verifyDirectiveReceipt(await device.receipt(consentId), trusted, holder);
        console.log(receiptLine(consentId, verified));
        if (verified.outcome === 'refuted') refuted += 1;
      }
      if (refuted > 0) throw new CliError(`${refuted} of the receipts prove nothing`);
    });

const receiptLine = (consentId: string, verified: DirectiveReceiptVerification): string => {
  if (verified.outcome === 'refuted')
    return `${consentId}  proves nothing: ${[verified.fault, verified.at ?? []].flat().join(', ')}`;
  const { put, revocation } = verified;
  const place = ({ blockNumber, timestamp, signedBy }: typeof put): string =>
    `in block ${blockNumber} (${timestamp}), signed with ${signedBy === 'this-key' ? 'this key' : 'another key'}`;
  const end = revocation === undefined ? [] : [`revoked ${place(revocation)}`];
  return [consentId, `proved: granted ${place(put)}`, ...end].join('  ');
};

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
