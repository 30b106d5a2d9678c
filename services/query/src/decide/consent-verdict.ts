import { deny, type Verdict } from './verdict.ts';
export const consentVerdict = async (..._: unknown[]): Promise<Verdict> => deny('x');
