import type { PatientStateFault } from './patient-state.ts';

/** Ends a verification; `verifyPatientState` answers with it, and nobody else sees it. */
export class StateFault extends Error {
  override readonly name = 'StateFault';
  readonly fault: PatientStateFault;

  constructor(fault: PatientStateFault, options?: ErrorOptions) {
    super(fault, options);
    this.fault = fault;
  }
}
