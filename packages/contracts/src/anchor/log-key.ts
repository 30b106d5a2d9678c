/** The name in a C2SP vkey (`name+hash+key`, signed-note). */
export const logKeyName = (verifierKey: string): string | undefined =>
  /^([^+\s]+)\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$/.exec(verifierKey)?.[1];
