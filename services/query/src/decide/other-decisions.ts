import { breakGlass, noDirectives, type Labels, type PatientDirectives } from '@chartseal/consent';
import { subjectlessTypes } from '@chartseal/fhir';
import type { StoredVersion } from '@chartseal/ports';
import type { ConsentView, PatientConsent } from '../consent-view/consent-view.ts';
import { Emergencies } from '../break-glass/emergencies.ts';
import type { QueryDependencies } from '../dependencies.ts';
import type { Decision } from '../release/decision.ts';
import { Recent } from '../recent.ts';
import { releaseUnder } from '../release/released.ts';
import { besideVerdict } from './beside-verdict.ts';
import { accessProxies, proxyDepth } from './access-proxies.ts';
import { candidatePatients, type CandidatePatients } from './candidate-patients.ts';
import type { Decisions, Examined } from './decisions.ts';
import { everythingBeside } from './everything-beside.ts';
import { examinedContent, keyOf, type ExaminedContent } from './examined-content.ts';
import { consentVerdict } from './consent-verdict.ts';
import { labelsWithMedicines } from './medicine-labels.ts';
import type { Requester } from './requester.ts';
import { deny, everyOne, type Verdict } from './verdict.ts';
import { withheldReferences } from './withheld-references.ts';

/** With the content that each is about. What is forgotten is decided again, and on the same consents. */
const rememberedDecisions = 2000;

/** No Patient's id (https://hl7.org/fhir/R4/datatypes.html#id). */
const nobody = '';

type Decided = { readonly content: ExaminedContent | undefined; readonly decision: Decision };

/** Another organisation's request: consent or nothing. Lives for one answer, so what it remembers is of one moment. */
class OtherDecisions implements Decisions {
  readonly principal;
  readonly height;
  readonly #deps: QueryDependencies;
  readonly #view: ConsentView;
  readonly #requester: Requester;
  readonly #directory: number;
  readonly #consents = new Map<string, Promise<PatientConsent>>();
  readonly #decided = new Recent<Promise<Decided>>(rememberedDecisions);
  #candidates: Promise<CandidatePatients> | undefined;
  readonly #emergencies: Emergencies;

  constructor(deps: QueryDependencies, view: ConsentView, requester: Requester) {
    this.#deps = deps;
    this.#view = view;
    this.#requester = requester;
    this.principal = requester.principal;
    this.height = deps.ledgerView.height;
    this.#directory = deps.ledgerView.directoryChangedAt;
    this.#emergencies = new Emergencies(deps, requester.request);
  }

  async examine(versions: readonly StoredVersion[]): Promise<readonly Examined[]> {
    return Promise.all(versions.map(async (version) => this.#examineOne(version)));
  }

  async included(by: Parameters<Decisions['included']>[0]): Promise<readonly Examined[]> {
    const decisions = await Promise.all(by.map(async ({ version }) => (await this.#decide(version, 0)).decision));
    const patients = [...new Set(decisions.flatMap((decision) => decision.patients))];
    return everythingBeside(this.#deps, by, async (version) => this.#examineBeside(version, patients));
  }

  async referenced(version: StoredVersion, patients: readonly string[]): Promise<Examined> {
    // Of what is about nobody only some types are ever shown, and those beside somebody's record (B11).
    return subjectlessTypes.has(version.resourceType) && patients.length > 0
      ? this.#examineBeside(version, patients)
      : this.#examineOne(version);
  }

  async stillHold(): Promise<'hold' | 'moved'> {
    if (this.#deps.ledgerView.directoryChangedAt !== this.#directory) return 'moved';
    const stamps = await Promise.all(
      [...this.#consents].map(async ([patient, consent]) => [await this.#view.stampOf(patient), (await consent).stamp]),
    );
    if (stamps.some(([now, then]) => now !== then)) return 'moved';
    return 'hold';
  }

  async prospects(patientId: string): Promise<'some' | 'none'> {
    const directives = await this.#directivesOf(patientId);
    if (directives?.state.kind !== 'open') return 'none';
    const { implicitPolicy, purpose } = this.#requester.request;
    const implied = Object.hasOwn(implicitPolicy, purpose) && implicitPolicy[purpose] === 'permit';
    if (purpose === breakGlass) return 'some';
    return implied || directives.consents.length > 0 ? 'some' : 'none';
  }

  candidates(): Promise<CandidatePatients> {
    this.#candidates ??= candidatePatients(this.#deps, this.#requester.request);
    return this.#candidates;
  }

  async pretend(): Promise<void> {
    await this.#directivesOf(nobody);
  }

  unopened(): readonly string[] {
    return this.#emergencies.unopened();
  }

  /** `patients`: those whose records reference it. */
  async #examineBeside(version: StoredVersion, patients: readonly string[]): Promise<Examined> {
    const { records, fhirBaseUrl, valueSets } = this.#deps;
    const content = await examinedContent(records, version, fhirBaseUrl);
    // Somebody's record, whatever its type: decided as such.
    if (content === undefined || content.subjects.length > 0) return this.#examineOne(version);
    const labels = await labelsWithMedicines(this.#deps, content);
    const context = { fhirBaseUrl, valueSets, labels, patients };
    const said = await consentVerdict(this.#requester.request, content, this.#lookUp, context);
    const { resourceType, id, versionId } = version;
    const facts = { key: { resourceType, id }, versionId, height: this.height, patients: [] };
    return this.#release(version, { ...facts, ...besideVerdict(content, said, valueSets) }, content);
  }

  async #examineOne(version: StoredVersion): Promise<Examined> {
    const { decision, content } = await this.#decide(version, 0);
    return this.#release(version, decision, content);
  }

  async #release(version: StoredVersion, decision: Decision, content: ExaminedContent | undefined): Promise<Examined> {
    if (decision.effect === 'deny') return { effect: 'deny', decision };
    if (content === undefined)
      return { effect: 'deny', decision: { ...decision, effect: 'deny', reason: 'unreadable' } };
    this.#emergencies.permitted(decision);
    const { records, fhirBaseUrl } = this.#deps;
    const decide = async (target: StoredVersion): Promise<Decided> => this.#whereOpen(await this.#decide(target, 0));
    const withheld = await withheldReferences({ records, fhirBaseUrl, decide }, content);
    return { effect: 'permit', decision, released: releaseUnder(decision, version, withheld) };
  }

  #whereOpen({ decision, content }: Decided): Decided {
    const isShown = decision.effect === 'deny' || this.#emergencies.isOpen(decision);
    return { content, decision: isShown ? decision : { ...decision, effect: 'deny', reason: 'break-glass-not-open' } };
  }

  #decide(version: StoredVersion, depth: number): Promise<Decided> {
    const name = `${keyOf(version)}/${version.versionId}/${depth}`;
    return this.#decided.of(name, async () => this.#decideOnce(version, depth));
  }

  async #decideOnce(version: StoredVersion, depth: number): Promise<Decided> {
    const { resourceType, id, versionId } = version;
    const facts = { key: { resourceType, id }, versionId, height: this.height };
    const content = await examinedContent(this.#deps.records, version, this.#deps.fhirBaseUrl);
    if (content === undefined) return { content, decision: { ...facts, patients: [], ...deny('unreadable') } };
    if (resourceType === 'Binary') return { content, decision: { ...facts, ...(await this.#proxied(content, depth)) } };
    return { content, decision: { ...facts, patients: content.patients, ...(await this.#verdict(content, depth)) } };
  }

  async #verdict(content: ExaminedContent, depth: number): Promise<Verdict> {
    const { fhirBaseUrl, valueSets } = this.#deps;
    // Decided in place of a Binary, whose content no code tells of: it may be anything.
    const labels: Labels | undefined =
      depth === 0 ? await labelsWithMedicines(this.#deps, content) : { kind: 'unlabelled' };
    return consentVerdict(this.#requester.request, content, this.#lookUp, { fhirBaseUrl, valueSets, labels });
  }

  readonly #lookUp = async (patient: string): Promise<PatientDirectives | undefined> => this.#directivesOf(patient);

  /** A Binary is the record of whoever its proxies are about. */
  async #proxied(content: ExaminedContent, depth: number): Promise<Verdict & { readonly patients: readonly string[] }> {
    const proxies = depth < proxyDepth ? await accessProxies(this.#deps.records, content, this.#deps.fhirBaseUrl) : [];
    const decided = await Promise.all(proxies.map(async (proxy) => (await this.#decide(proxy, depth + 1)).decision));
    const patients = [...new Set(decided.flatMap((decision) => decision.patients))];
    return { ...everyOne(decided), patients };
  }

  /** All of one answer at one height, whenever their signatures were verified. */
  async #directivesOf(patient: string): Promise<PatientDirectives | undefined> {
    const said = await this.#saidBy(patient);
    return said === undefined ? undefined : this.#emergencies.about(patient, said);
  }

  async #saidBy(patient: string): Promise<PatientDirectives | undefined> {
    const consent = await this.#consentOf(patient);
    if (consent.kind === 'known') return { ...consent.directives, blockHeight: this.height };
    if (consent.kind === 'fault') return undefined;
    const known = await this.#deps.records.read({ resourceType: 'Patient', id: patient });
    return known?.state === 'content' ? noDirectives(this.height) : undefined;
  }

  #consentOf(patient: string): Promise<PatientConsent> {
    const known = this.#consents.get(patient);
    if (known !== undefined) return known;
    const consent = this.#view.consentOf(patient);
    this.#consents.set(patient, consent);
    return consent;
  }
}

export const otherDecisions = (deps: QueryDependencies, view: ConsentView, requester: Requester): Decisions =>
  new OtherDecisions(deps, view, requester);
