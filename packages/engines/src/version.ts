/** Of this release, as metrics and traces tell it. */
export const version = '0.1.0';
