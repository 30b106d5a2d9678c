/** JSON on one line. It leaves DEL, C1 and what turns writing around as they are; a stranger's text must not steer the operator's terminal. */
export const terminalLine = (value: object): string =>
  JSON.stringify(value).replaceAll(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, escape);

const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
