export type VerifiedConsent = { readonly x: string };
export const verifyMaterial = async (..._: unknown[]): Promise<VerifiedConsent | undefined> => undefined;
