import type { StoredVersion } from '@chartseal/ports';
import type { NamedRecord, RestfulInteraction } from '../audit/access-event.ts';
import type { Decisions, Examined } from '../decide/decisions.ts';
import type { Released } from '../release/released.ts';
import type { Answer } from '../release/answer.ts';
import { deleted, denied, missing, type Outcome } from './outcome.ts';

/** https://hl7.org/fhir/R4/datatypes.html#id. What is none names nothing, and its words are not kept in the audit. */
export const isId = (text: string): boolean => /^[A-Za-z0-9\-.]{1,64}$/.test(text);

/** @returns undefined for a version id that this server never gives. */
export const parseVersionId = (text: string): number | undefined =>
  /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : undefined;

/** Decides on one version that was asked for by name, and answers it or as if it were not there. */
export const serveNamed = async (
  decisions: Decisions,
  interaction: RestfulInteraction,
  named: NamedRecord,
  version: StoredVersion | undefined,
  answer: (released: Released) => Answer | Promise<Answer>,
): Promise<Outcome> => {
  if (version === undefined) return missing(interaction, named);
  const [examined] = await decisions.examine([version]);
  return conclude(interaction, named, examined, answer);
};

const conclude = async (
  interaction: RestfulInteraction,
  named: NamedRecord,
  examined: Examined | undefined,
  answer: (released: Released) => Answer | Promise<Answer>,
): Promise<Outcome> => {
  if (examined === undefined) return missing(interaction, named);
  if (examined.effect === 'deny') return denied(interaction, named, examined.decision);
  const { decision, released } = examined;
  if (released.version.state === 'deleted') return deleted(interaction, decision);
  const told = {
    kind: 'answer',
    answer: await answer(released),
    trail: [{ kind: 'read', interaction, decision }],
  } as const;
  return released.form === 'whole' ? { ...told, leaves: 'at-once' } : told;
};

/** Of a record that was named: the answer as if it were not there, if its newest version may not be shown. */
export const refusalOf = async (
  decisions: Decisions,
  interaction: RestfulInteraction,
  named: NamedRecord,
  newest: StoredVersion,
): Promise<Outcome | undefined> => {
  const [examined] = await decisions.examine([newest]);
  if (examined === undefined) return missing(interaction, named);
  return examined.effect === 'deny' ? denied(interaction, named, examined.decision) : undefined;
};

/** A record that was named, of which nothing may be shown. */
export const nothingOf = async (
  decisions: Decisions,
  interaction: RestfulInteraction,
  named: NamedRecord,
  newest: StoredVersion,
): Promise<Outcome> => (await refusalOf(decisions, interaction, named, newest)) ?? missing(interaction, named);
