import { breakGlass, type DecisionRequest, type PatientDirectives } from '@chartseal/consent';
import type { QueryDependencies } from '../dependencies.ts';
import type { Permit } from '../release/decision.ts';

/** No accessId, which is a UUID: what would be permitted once the ledger holds the emergency. */
const unopenedPrefix = 'unopened ';

/**
 * The emergencies of one answer (consent-semantics B13). What the ledger holds permits; what it does not hold yet is decided as if it did, so that
 * it is opened for a patient who does not forbid it and for nobody else, and `unopened` keeps all of it from leaving until it is.
 */
export class Emergencies {
  readonly #deps: Pick<QueryDependencies, 'breakGlass'>;
  readonly #request: DecisionRequest;
  readonly #current = new Map<string, Promise<string>>();
  readonly #unopened = new Set<string>();

  constructor(deps: Pick<QueryDependencies, 'breakGlass'>, request: DecisionRequest) {
    this.#deps = deps;
    this.#request = request;
  }

  async about(patientId: string, said: PatientDirectives): Promise<PatientDirectives> {
    if (this.#request.purpose !== breakGlass) return said;
    const accessId = this.#current.get(patientId) ?? this.#accessFor(patientId);
    this.#current.set(patientId, accessId);
    return { ...said, breakGlass: { accessId: await accessId } };
  }

  async #accessFor(patientId: string): Promise<string> {
    const { organization, decisionTime } = this.#request;
    const current = await this.#deps.breakGlass.current(organization, patientId, decisionTime);
    return current?.accessId ?? `${unopenedPrefix}${patientId}`;
  }

  /** Of what is shown beside what was asked for, such as the name of another Patient: nothing is opened for it, so it is shown only if it is open. */
  isOpen({ emergencies = [] }: Permit): boolean {
    return !emergencies.some((accessId) => accessId.startsWith(unopenedPrefix));
  }

  permitted({ emergencies = [] }: Permit): void {
    for (const accessId of emergencies)
      if (accessId.startsWith(unopenedPrefix)) this.#unopened.add(accessId.slice(unopenedPrefix.length));
  }

  unopened(): readonly string[] {
    return [...this.#unopened];
  }
}
